import { keyFor } from './as';
import type { Door } from './door';

export type ReadRecord = Record<string, unknown>;

/** A sender that reads through the door, with a key of the scope `read`. */
export async function readerOf(door: Door) {
  const key = await keyFor('notebook', 'read');
  const get = (path: string, init: RequestInit = {}) =>
    fetch(`${door.url}/api/v1/${path}`, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });
  const json = async (
    path: string,
  ): Promise<{ records: ReadRecord[]; next: string | null; status: number; body: ReadRecord }> => {
    const res = await get(path);
    const body = (await res.json()) as ReadRecord;
    return {
      records: (body[path.split('?')[0]!] ?? []) as ReadRecord[],
      next: body['next'] as string | null,
      status: res.status,
      body,
    };
  };
  return { get, json };
}
