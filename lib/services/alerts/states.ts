import { AppError } from '@/lib/errors';

/** The states of an alert in the order of its life. */
export const ALERT_STATES = ['open', 'acknowledged', 'in_work', 'waiting', 'closed', 'verified'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** States in which nobody has to do anything more. */
export const SETTLED = ['closed', 'verified'] as const satisfies readonly AlertState[];

export const isSettled = (state: string): boolean => (SETTLED as readonly string[]).includes(state);

/** What moves an alert: acts of a person, the timer (`resume`), and the judging of later points (`verify`, `reopen`). */
export type AlertMove = 'acknowledge' | 'start' | 'wait' | 'resume' | 'close' | 'reopen' | 'verify';

/** From which states a move leads where: the only place that knows. */
export const MOVES: Readonly<Record<AlertMove, { readonly from: readonly AlertState[]; readonly to: AlertState }>> = {
  acknowledge: { from: ['open'], to: 'acknowledged' },
  start: { from: ['open', 'acknowledged', 'waiting'], to: 'in_work' },
  wait: { from: ['open', 'acknowledged', 'in_work', 'waiting'], to: 'waiting' },
  resume: { from: ['waiting'], to: 'in_work' },
  close: { from: ['open', 'acknowledged', 'in_work', 'waiting'], to: 'closed' },
  reopen: { from: ['closed', 'verified'], to: 'open' },
  verify: { from: ['closed'], to: 'verified' },
};

export const mayMove = (state: AlertState, move: AlertMove): boolean => MOVES[move].from.includes(state);

export const stateWords = (state: string): string => state.replaceAll('_', ' ');

/** @returns the state that the move leads to. @throws AppError `conflict` where it does not start from this state. */
export function moved(state: AlertState, move: AlertMove): AlertState {
  const { from, to } = MOVES[move];
  if (from.includes(state)) return to;
  throw new AppError(
    'conflict',
    `the alert is ${stateWords(state)}; to ${move} it, it must be ${from.map(stateWords).join(' or ')}. Look at it again`,
    { state },
  );
}
