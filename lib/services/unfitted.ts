import { AppError } from '@/lib/errors';
import { log } from '@/lib/log';

/** What kept one wafer's data from being fitted, in words for its page; what nobody foresaw also goes to the log. */
export function reasonOf(e: unknown, about: Readonly<Record<string, string>>): string {
  if (e instanceof AppError && e.status === 422) return e.message;
  log().error({ ...about, err: e }, 'a wafer could not be fitted');
  return `the fit failed (${(e as Error).message})`;
}
