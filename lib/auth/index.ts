export { type Actor, type RoleName, requireRole } from '@/lib/services/actor';
export { authenticateKey, createApiKey, makeApiKey, requireScope, revokeApiKey, SCOPES } from './api-keys';
export { requireCompute } from './compute';
export { actorOf, currentActor, requireActor, requireSession, sessionOf } from './roles';
export { auth } from './server';
export { signInRequest } from './sign-in';
