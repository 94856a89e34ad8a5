export { type Actor, mayAs, type RoleName, requireRole } from '@/lib/services/actor';
export { PEER_HEADER, peerIsKnown } from './address';
export { authenticateKey, createApiKey, type KeyScope, makeApiKey, requireScope, revokeApiKey, SCOPES } from './api-keys';
export { requireCompute } from './compute';
export { actorOf, currentActor, requireActor, requireSession, type SignedIn, sessionOf } from './roles';
export { auth } from './server';
export { signInRequest } from './sign-in';
