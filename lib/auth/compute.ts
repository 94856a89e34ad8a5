import { AppError } from '@/lib/errors';
import { authenticateKey, type Machine, requireScope } from './api-keys';
import { actorOf } from './roles';

/** Names whoever may compute, for a fair share: a sender whose key has the scope, or a person who is signed in. @throws AppError `unauthenticated`, `forbidden`. */
export async function requireCompute(req: Request, now: number): Promise<string> {
  if (req.headers.has('authorization') || req.headers.has('x-api-key')) return senderOf(await authenticateKey(req, now));
  const actor = req.headers.has('cookie') ? await actorOf(req.headers) : null;
  if (actor === null)
    throw new AppError(
      'unauthenticated',
      'send an API key with the scope "compute" as "Authorization: Bearer <key>", or sign in',
    );
  return `person ${actor.id}`;
}

function senderOf(machine: Machine): string {
  requireScope(machine, 'compute');
  return `machine ${machine.sender}`;
}
