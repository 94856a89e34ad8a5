import { BlockList, isIP, isIPv4 } from 'node:net';
import { config } from '@/lib/config';

/** Set for every request from its socket by `instrumentation.ts`, over whatever a client sent under this name. */
export const PEER_HEADER = 'x-driftless-peer';

const holder = globalThis as typeof globalThis & { driftlessPeer?: true };

/** Says that sockets are read in this process: only then is the header believed. */
export const peerIsKnown = (): void => {
  holder.driftlessPeer = true;
};

/** An address as it is compared: IPv4 also where it came mapped into IPv6; null for what is none. */
function plain(address: string): string | null {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address.trim())?.[1] ?? address.trim();
  return isIP(v4) === 0 ? null : v4.toLowerCase();
}

function trusts(list: string, address: string): boolean {
  const block = new BlockList();
  for (const entry of list.split(',').map((e) => e.trim())) {
    const [net = '', prefix] = entry.split('/');
    if (isIP(net) === 0) continue;
    const family = isIPv4(net) ? 'ipv4' : 'ipv6';
    block.addSubnet(net, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family);
  }
  return block.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/**
 * The address that a request came from: of its socket, or, when that is a proxy of TRUSTED_PROXIES, the nearest one of X-Forwarded-For
 * that is no such proxy. Entries that no trusted proxy vouches for are ignored.
 * @returns null where the socket is not known.
 */
export function clientAddress(headers: Headers): string | null {
  let address = holder.driftlessPeer === true ? plain(headers.get(PEER_HEADER) ?? '') : null;
  const hops = (headers.get('x-forwarded-for') ?? '').split(',').filter((h) => h.trim() !== '');
  while (address !== null && hops.length > 0 && trusts(config().TRUSTED_PROXIES, address)) {
    const next = plain(hops.pop()!);
    if (next === null) break;
    address = next;
  }
  return address;
}

/**
 * An address as the limits count it: without the last 64 bits of IPv6, which one subscriber can change at will. Null on this machine: a proxy that is not
 * configured.
 */
export function limitedAddress(address: string | null): string | null {
  if (address === null || address === '::1' || address.startsWith('127.')) return null;
  if (isIPv4(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter((g) => g !== '');
  const right = (tail ?? '').split(':').filter((g) => g !== '');
  const groups = tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
