export { authenticateKey, createApiKey, type KeyScope, requireScope, revokeApiKey, SCOPES } from './api-keys';
export { requireCompute } from './compute';
export { type Actor, currentActor, ROLE_RANK, type RoleName, requireActor, requireRole } from './roles';
export { auth } from './server';
