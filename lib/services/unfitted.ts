import { AppError } from '@/lib/errors';
import { log } from '@/lib/log';

/** Why one wafer's data could not be fitted, in words for its page; unexpected errors also go to the log. */
export function reasonOf(e: unknown, about: Readonly<Record<string, string>>): string {
  if (e instanceof AppError && e.status === 422) return e.message;
  log().error({ ...about, err: e }, 'a wafer could not be fitted');
  return `the fit failed (${(e as Error).message})`;
}
