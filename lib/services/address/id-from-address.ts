import { AppError } from '@/lib/errors';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id from an address, safe to pass to the database. @throws AppError `not_found` for anything that is not an id. */
export function idFromAddress(what: string, id: string): string {
  if (!UUID.test(id)) throw new AppError('not_found', `there is no ${what} ${id.slice(0, 60)}`);
  return id;
}
