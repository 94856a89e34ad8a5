import { AppError } from '@/lib/errors';
import { authenticateKey, requireScope } from './api-keys';
import { auth } from './server';

/** Whoever may compute: a sender whose key has the scope, or a person who is signed in. @throws AppError `unauthenticated`, `forbidden`. */
export async function requireCompute(req: Request, now: number): Promise<void> {
  if (req.headers.has('authorization') || req.headers.has('x-api-key'))
    return requireScope(await authenticateKey(req, now), 'compute');
  const session = req.headers.has('cookie') ? await auth().api.getSession({ headers: req.headers }) : null;
  if (session === null)
    throw new AppError(
      'unauthenticated',
      'send an API key with the scope "compute" as "Authorization: Bearer <key>", or sign in',
    );
}
