export { authenticateKey, requireScope, senderAs } from './api-keys';
export { requireCompute } from './compute';
export { actorOf, currentActor, requireActor, requireSession, sessionOf } from './roles';
export { auth } from './server';
export { signInRequest } from './sign-in';
