import { config } from '@/lib/config';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

function parsed(origin: string): URL | null {
  return URL.canParse(origin) ? new URL(origin) : null;
}

/** Whether an origin is this site: that of APP_URL; where APP_URL is this machine, by any of its own names. What Host says does not count. */
export function isOwnOrigin(origin: string): boolean {
  const [own, it] = [parsed(config().APP_URL), parsed(origin)];
  if (own === null || it === null) return false;
  if (it.origin === own.origin) return true;
  return it.protocol === own.protocol && it.port === own.port && LOOPBACK.has(it.hostname) && LOOPBACK.has(own.hostname);
}

/** Whether a request may change something: it comes from a page of this site, or from no page at all (a script). */
export function fromOwnPage(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  if (site !== null && site !== 'same-origin' && site !== 'none') return false;
  return origin === null || isOwnOrigin(origin);
}
