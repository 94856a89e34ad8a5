import { createServer } from 'node:net';
import { LauncherError } from './launcher-error.mjs';

function canListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Whether nobody listens on the port. Both loopback addresses are tried: a program on `::1` alone would otherwise answer for `localhost` in the
 * browser.
 */
export async function isFree(port) {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '::1'));
}

/** Any free port, chosen by the system. */
export function anyPort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The first free port from `first` on, within `tries`; any free port after that. */
export async function freePort(first, tries = 20) {
  for (let port = first; port < first + tries && port < 65_536; port++) if (await isFree(port)) return port;
  return anyPort();
}

/**
 * The port of the web server: a given one must be free, the default moves on to the next free one.
 * @returns {Promise<{ port: number, moved: boolean }>}
 * @throws LauncherError when `PORT` is not a port or is taken
 */
export async function webPort(given, fallback = 3000) {
  if (given === undefined || given === '') {
    const port = await freePort(fallback);
    return { port, moved: port !== fallback };
  }
  const port = Number(given);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new LauncherError(`PORT=${given} is not a port`, 'give a whole number between 1024 and 65535, for example PORT=3000');
  if (port < 1024 && process.getuid?.() !== 0)
    throw new LauncherError(`port ${port} needs administrator rights`, 'choose one from 1024 up, for example PORT=3000');
  if (!(await isFree(port)))
    throw new LauncherError(
      `port ${port} is taken by another program`,
      `choose another, for example PORT=${await freePort(port + 1)} npm run demo`,
    );
  return { port, moved: false };
}
