import { redirect } from 'next/navigation';
import { cache } from 'react';
import { type Actor, currentActor, type RoleName, requireActor, requireRole, requireSession } from '@/lib/auth';
import { toAppError } from '@/lib/errors';
import { log } from '@/lib/log';
import { changeOwnPassword } from '@/lib/services/settings/users';
import type { ActionResult } from '@/lib/ui/action-result';
import { capital } from '@/lib/ui/format';
import { faultWords, fieldWords } from './fault-words';

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

/**
 * A server action's body: authorise, run one service verb, answer with a sentence. Errors that the person can act on come back as
 * text; bugs are logged and told without details.
 */
export const act = (least: RoleName, verb: (actor: Actor) => Promise<unknown>, done: string): Promise<ActionResult> =>
  told(async () => {
    const actor = await requireActor();
    requireRole(actor, least);
    await verb(actor);
  }, done);

/** Changes the password of whoever is signed in, also of somebody for whom one of their own is due: the one thing they may do. */
export const actOnPassword = (current: string, next: string, done: string): Promise<ActionResult> =>
  told(async () => {
    const session = await requireSession();
    await changeOwnPassword(session.actor, current, next, session.token);
  }, done);

async function told(work: () => Promise<void>, done: string): Promise<ActionResult> {
  try {
    await work();
    return { ok: true, message: done };
  } catch (e) {
    return failure(e);
  }
}

function failure(e: unknown): ActionResult {
  if (e instanceof Error && e.name === 'ZodError' && 'issues' in e) {
    const issue = (e.issues as { path: PropertyKey[]; message: string }[])[0];
    return {
      ok: false,
      error: issue ? sentence(`${fieldWords(issue.path)}${issue.message}`) : 'The input was not accepted.',
      ...fieldOf(issue?.path[0]),
    };
  }
  const err = toAppError(e);
  if (err.status < 500 || err.code === 'dependency_unavailable')
    return { ok: false, error: sentence(faultWords(err.message, err.details['field'])), ...fieldOf(err.details['field']) };
  log().error({ err: err.cause ?? err }, 'server action failed');
  return { ok: false, error: 'Something went wrong on the server; it is in the log. Try again.' };
}

const fieldOf = (field: unknown): { field?: string } => (typeof field === 'string' ? { field } : {});

const sentence = (s: string): string => `${capital(s)}${/[.!?]$/.test(s) ? '' : '.'}`;
