import { randomUUID } from 'node:crypto';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { currentActor, requireActor, requireSession } from '@/lib/auth';
import { toAppError } from '@/lib/errors';
import { log } from '@/lib/log';
import type { Actor } from '@/lib/services/actor';
import { changeOwnPassword } from '@/lib/services/settings/users';
import { askedBy, type Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { capital } from '@/lib/ui/format';
import { faultWords } from './fault-words';

/** The signed-in user; read once per request. */
export const sessionActor = cache(currentActor);

/** The signed-in user; otherwise redirects to the sign-in page and back to `path` afterwards. */
export async function pageActor(path: string): Promise<Actor> {
  const actor = await sessionActor();
  if (actor === null) redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  return actor;
}

/** The user who requests more of a page; redirects to the sign-in page when the session has ended. */
export async function readingActor(): Promise<Actor> {
  const actor = await currentActor();
  if (actor === null) redirect('/sign-in');
  return actor;
}

/** The outcome of a server action, and the result of its verb; null where it was refused. */
export interface Acted<R> {
  readonly result: ActionResult;
  readonly value: R | null;
}

/**
 * A server action's body: runs one verb as the signed-in user, and answers with a sentence and the result of the verb. Errors that the person can
 * act on come back as text; bugs are logged and reported without details.
 */
export const actFor = <I, R>(verb: Verb<I, R>, input: NoInfer<I>, done: string | ((value: R) => string)): Promise<Acted<R>> =>
  told(async (requestId) => verb(askedBy(await requireActor(), requestId), input), done);

/** The same where only the sentence matters. */
export const act = async <I, R>(verb: Verb<I, R>, input: NoInfer<I>, done: string): Promise<ActionResult> =>
  (await actFor(verb, input, done)).result;

/** Changes the signed-in user's password, also while a new one must be chosen: the only thing allowed then. */
export async function actOnPassword(current: string, password: string, done: string): Promise<ActionResult> {
  const { result } = await told(async (requestId) => {
    const { actor, token } = await requireSession();
    await changeOwnPassword(askedBy(actor, requestId), { current, password, token });
  }, done);
  return result;
}

async function told<R>(work: (requestId: string) => Promise<R>, done: string | ((value: R) => string)): Promise<Acted<R>> {
  const requestId = randomUUID();
  try {
    const value = await work(requestId);
    return { result: { ok: true, message: typeof done === 'string' ? done : done(value) }, value };
  } catch (e) {
    return { result: failure(e, requestId), value: null };
  }
}

function failure(e: unknown, requestId: string): ActionResult {
  const err = toAppError(e);
  if (err.status < 500 || err.code === 'dependency_unavailable')
    return { ok: false, error: sentence(faultWords(err.message, err.details['field'])), ...fieldOf(err.details['field']) };
  log().error({ requestId, err: err.cause ?? err }, 'server action failed');
  return { ok: false, error: 'Something went wrong on the server; it is in the log. Try again.' };
}

const fieldOf = (field: unknown): { field?: string } => (typeof field === 'string' ? { field } : {});

const sentence = (s: string): string => `${capital(s)}${/[.!?]$/.test(s) ? '' : '.'}`;
