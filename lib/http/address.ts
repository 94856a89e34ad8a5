import { randomUUID } from 'node:crypto';
import { AppError } from '@/lib/errors';
import { problem } from './route';

/** Whether every percent sign of a path begins an octet, and the octets are UTF-8 (RFC 3986, 2.1 and 2.5). */
export function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

export const malformedAddress = (): Response =>
  problem(
    new AppError('invalid_input', 'The address is not percent-encoded UTF-8: write each octet as % and two hexadecimal digits'),
    randomUUID(),
  );
