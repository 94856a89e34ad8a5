import { AppError } from '@/lib/errors';
import { authenticateKey, type Machine, requireScope } from './api-keys';
import { auth } from './server';

/** Names whoever may compute, for a fair share: a sender whose key has the scope, or a person who is signed in. @throws AppError `unauthenticated`, `forbidden`. */
export async function requireCompute(req: Request, now: number): Promise<string> {
  if (req.headers.has('authorization') || req.headers.has('x-api-key')) return senderOf(await authenticateKey(req, now));
  const session = req.headers.has('cookie') ? await auth().api.getSession({ headers: req.headers }) : null;
  if (session === null)
    throw new AppError(
      'unauthenticated',
      'send an API key with the scope "compute" as "Authorization: Bearer <key>", or sign in',
    );
  return `person ${session.user.id}`;
}

function senderOf(machine: Machine): string {
  requireScope(machine, 'compute');
  return `machine ${machine.sender}`;
}
