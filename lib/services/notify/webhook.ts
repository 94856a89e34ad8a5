import { lookup as resolve } from 'node:dns/promises';
import { request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { config } from '@/lib/config';
import { AppError } from '@/lib/errors';

const TIMEOUT_MS = 10_000;

/** Addresses outside the public internet: this machine, its networks, and the services of its provider. */
const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv4');
/** Of IPv6 only 2000::/3 is public, except what embeds an IPv4 address (6to4, Teredo). */
const PUBLIC_V6 = new BlockList();
PUBLIC_V6.addSubnet('2000::', 3, 'ipv6');
const CARRIES_V4 = new BlockList();
CARRIES_V4.addSubnet('2001::', 32, 'ipv6');
CARRIES_V4.addSubnet('2002::', 16, 'ipv6');

const bare = (host: string): string =>
  host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();

const isPrivate = (address: string): boolean =>
  isIP(address) === 4 ? PRIVATE.check(address) : !PUBLIC_V6.check(address, 'ipv6') || CARRIES_V4.check(address, 'ipv6');

/** Whether WEBHOOK_ALLOW_PRIVATE names this host, or a range that the address lies in. */
function isAllowed(host: string, address: string): boolean {
  return config()
    .WEBHOOK_ALLOW_PRIVATE.split(',')
    .map((e) => e.trim().toLowerCase())
    .filter((e) => e !== '')
    .some((entry) => {
      const [net = '', prefix] = entry.split('/');
      const version = isIP(net);
      if (version === 0) return entry === host;
      const family = version === 4 ? 'ipv4' : 'ipv6';
      const list = new BlockList();
      list.addSubnet(net, prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix), family);
      return isIP(address) === version && list.check(address, family);
    });
}

const refused = (host: string) =>
  new AppError(
    'invalid_input',
    `target: ${host} is a private address, where webhooks do not go; give a public one, or name it in WEBHOOK_ALLOW_PRIVATE on the server`,
    { field: 'target' },
  );

/**
 * The addresses of a target, all of which may be reached: one that may not is enough to refuse the name.
 * @returns an empty list where the name does not resolve.
 * @throws AppError `invalid_input` for a private address that is not allowed.
 */
async function allowedAddresses(target: URL): Promise<{ address: string; family: number }[]> {
  const host = bare(target.hostname);
  const found = isIP(host) === 0 ? await resolve(host, { all: true }).catch(() => []) : [{ address: host, family: isIP(host) }];
  for (const a of found) if (isPrivate(a.address) && !isAllowed(host, a.address)) throw refused(host);
  return found;
}

const LONGEST_PAUSE_S = 3_600;

const pauseAsked = (header: string | undefined): number | null =>
  header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Math.min(LONGEST_PAUSE_S, Number(header)) * 1_000 : null;

/** What a target answered; `status` is null where it did not. */
export interface WebhookAnswer {
  readonly status: number | null;
  readonly error: string | null;
  /** As far as it was read. */
  readonly body: string;
  /** The pause that it asks for (Retry-After in seconds), ms, at most an hour; null: it asks for none. */
  readonly retryAfterMs: number | null;
}

/** @throws AppError `invalid_input` when a webhook may not go there. A name that does not resolve yet is judged on delivery. */
export async function checkTarget(target: string): Promise<void> {
  await allowedAddresses(new URL(target));
}

/**
 * Posts to a target at the addresses that were judged, even if its name resolves to others a moment later; redirects are not followed. How the
 * connection failed is not reported: it would reveal which ports of a network are open.
 * @param readBytes - how much of the answer's body is read, within the time limit; by default nothing.
 */
export async function postWebhook(
  target: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  readBytes = 0,
): Promise<WebhookAnswer> {
  const url = new URL(target);
  let addresses: { address: string; family: number }[];
  try {
    addresses = await allowedAddresses(url);
  } catch (e) {
    return { status: null, error: (e as Error).message, body: '', retryAfterMs: null };
  }
  const none = { status: null, error: 'no answer', body: '', retryAfterMs: null };
  if (addresses.length === 0) return none;
  const pinned: LookupFunction = (_host, o, done) =>
    o.all ? done(null, addresses) : done(null, addresses[0]!.address, addresses[0]!.family);
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    lookup: pinned,
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  return new Promise((done) => {
    const req = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, options, (res) => {
      const status = res.statusCode ?? 0;
      const error = status >= 200 && status < 300 ? null : `answered ${status}`;
      const retryAfterMs = pauseAsked(res.headers['retry-after']);
      if (readBytes === 0) {
        res.destroy(); // the body is not read
        done({ status, error, body: '', retryAfterMs });
        return;
      }
      const pieces: Buffer[] = [];
      let length = 0;
      const finish = (): void =>
        done({ status, error, body: Buffer.concat(pieces).subarray(0, readBytes).toString('utf8'), retryAfterMs });
      res.on('data', (piece: Buffer) => {
        pieces.push(piece);
        length += piece.length;
        if (length > readBytes) res.destroy();
      });
      // An answer that breaks off counts as far as it came: whether it acknowledges is decided by what was read.
      res.on('close', finish);
      res.on('error', finish);
    });
    req.on('error', () => done(none));
    req.end(body);
  });
}
