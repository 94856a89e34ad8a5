import { AppError } from '@/lib/errors';
import { isUuid } from './uuid';

/** An id from an address, safe to pass to the database. @throws AppError `not_found` for anything that is not an id. */
export function idFromAddress(what: string, id: string): string {
  if (!isUuid(id)) throw new AppError('not_found', `there is no ${what} ${id.slice(0, 60)}`);
  return id;
}
