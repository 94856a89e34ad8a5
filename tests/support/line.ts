import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a TCP service that can be cut, so that connections end and new ones are refused, and mended again. */
export async function cuttableLine(to: string) {
  const target = new URL(to);
  const open = new Set<Socket>();
  const listenAt = async (port: number): Promise<Server> => {
    const server = createServer((near) => {
      const far = connect(Number(target.port || 6379), target.hostname);
      for (const [a, b] of [
        [near, far],
        [far, near],
      ] as const) {
        open.add(a);
        a.pipe(b);
        a.on('error', () => b.destroy());
        a.on('close', () => {
          open.delete(a);
          b.destroy();
        });
      }
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server: Server | null = await listenAt(0);
  const { port } = server.address() as { port: number };
  const url = new URL(to);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const cut = () => {
    server?.close();
    server = null;
    for (const s of open) s.destroy();
  };
  return {
    url: url.href,
    cut,
    mend: async () => {
      server ??= await listenAt(port);
    },
    close: cut,
  };
}
