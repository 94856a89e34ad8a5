export { authenticateKey, createApiKey, type KeyScope, requireScope, revokeApiKey, SCOPES } from './api-keys';
export { auth } from './server';
export { type Actor, currentActor, ROLE_RANK, requireActor, requireRole, type RoleName } from './roles';
