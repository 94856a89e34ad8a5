import { unstable_rethrow } from 'next/navigation';
import type { ActionResult } from './action-result';

const NO_ANSWER = {
  ok: false,
  error: 'The server did not answer. What was typed stays here: try again.',
} as const satisfies ActionResult;

/**
 * The answer of a server action, or an error that the user can act on if the answer was lost. A redirect, such as to the sign-in page, is not an
 * answer and is passed on.
 * @param lost - the error in the shape of the answer.
 */
export async function answerAs<T>(action: () => Promise<T>, lost: (refusal: ActionResult & { ok: false }) => T): Promise<T> {
  try {
    return await action();
  } catch (e) {
    unstable_rethrow(e);
    return lost(NO_ANSWER);
  }
}

export const answer = (action: () => Promise<ActionResult>): Promise<ActionResult> =>
  answerAs<ActionResult>(action, (refusal) => refusal);
