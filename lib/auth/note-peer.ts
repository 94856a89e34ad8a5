import { subscribe } from 'node:diagnostics_channel';
import { PEER_HEADER, peerIsKnown } from './address';

interface Started {
  readonly request: { readonly headers: Record<string, string | undefined> };
  readonly socket: { readonly remoteAddress?: string };
}

/** Notes the address of each request's socket, over whatever a client sent under this name: route handlers cannot see the socket. */
export function notePeers(): void {
  subscribe('http.server.request.start', (message) => {
    const { request, socket } = message as Started;
    request.headers[PEER_HEADER] = socket.remoteAddress ?? '';
  });
  peerIsKnown();
}
