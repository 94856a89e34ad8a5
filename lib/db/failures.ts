import { AppError } from '@/lib/errors';

/** The database is unreachable, full, or ended the session. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '53300',
]);
/** Errors that the driver reports without a code. */
const AWAY_TEXT =
  /timeout exceeded when trying to connect|connection timeout|connection terminated|not queryable|connection ended|client was closed|not currently accepting connections/i;
/** Two transactions collided: a retry will do. */
const MET = new Set(['40P01', '40001', '55P03']);
/** Timeout of a statement, on either side. */
const SLOW_TEXT = /query read timeout/i;

/**
 * An error of the driver as one of ours. What the database refuses of a value (class 22: no such time, number or character; class 23: a rule
 * of the table) is the sender's input; errors that say that the database is unreachable or slow, or that transactions collided, may be retried.
 */
export function translate(e: unknown): unknown {
  const { code = '', message = '' } = e as { code?: string; message?: string };
  if (AWAY.has(code) || code.startsWith('08') || AWAY_TEXT.test(message))
    return unavailable('the database cannot be reached; it is tried again', code, e, { away: true });
  if (MET.has(code)) return unavailable('the transaction collided with another one; it is retried', code, e, { again: true });
  if (code === '57014' || SLOW_TEXT.test(message)) return unavailable('the database did not answer in time', code, e);
  // A month that was folded or dropped since it was last seen: it is opened anew by the next try.
  if (code === '23514' && /no partition of relation/i.test(message))
    return unavailable('the month is being opened; it is tried again', code, e);
  if (code.startsWith('22') || code === '23514')
    return new AppError('invalid_input', `a value cannot be stored: ${message}`, { code }, { cause: e });
  return e;
}

/** Its cause, for the caller that decides what to do next: `again`: retry at once; `away`: as `isAway`. */
type Cause = { readonly again?: true; readonly away?: true };

const unavailable = (message: string, code: string, cause: unknown, why: Cause = {}) =>
  new AppError('dependency_unavailable', message, { code, ...why }, { cause });
