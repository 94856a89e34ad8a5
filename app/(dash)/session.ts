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

/** Who is signed in; asked once a request. */
export const sessionActor = cache(currentActor);

/** Who is signed in, or off to the sign-in page and back to `path` afterwards. */
export async function pageActor(path: string): Promise<Actor> {
  const actor = await sessionActor();
  if (actor === null) redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  return actor;
}

/** Who asks for more of a page; whose session has ended meanwhile is sent to the sign-in. */
export async function readingActor(): Promise<Actor> {
  const actor = await currentActor();
  if (actor === null) redirect('/sign-in');
  return actor;
}

/** What became of a server action, and what its verb gave; null where it was refused. */
export interface Acted<R> {
  readonly result: ActionResult;
  readonly value: R | null;
}

/**
 * A server action's body: runs one verb as whoever is signed in, and answers with a sentence and what the verb gave. Errors that the person can
 * act on come back as text; bugs are logged and told without details.
 */
export const actFor = <I, R>(verb: Verb<I, R>, input: NoInfer<I>, done: string | ((value: R) => string)): Promise<Acted<R>> =>
  told(async (requestId) => verb(askedBy(await requireActor(), requestId), input), done);

/** The same where the sentence is all that matters. */
export const act = async <I, R>(verb: Verb<I, R>, input: NoInfer<I>, done: string): Promise<ActionResult> =>
  (await actFor(verb, input, done)).result;

/** Changes the password of whoever is signed in, also of somebody for whom one of their own is due: the one thing they may do. */
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
