import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJson } from './body';
import { route } from './route';

// An endpoint as the server has it: a handler of web requests behind a connection of Node's own server.
const handler = route<undefined>(async (req) => Response.json(await readJson(req)));
let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer(async (req, res) => {
    const headers = new Headers(Object.entries(req.headers).map(([k, v]): [string, string] => [k, String(v)]));
    const body = Readable.toWeb(req) as unknown as ReadableStream<Uint8Array>;
    const answer = await handler(
      new Request('http://door/', { method: 'POST', headers, body, duplex: 'half' } as RequestInit),
      undefined,
    );
    res.writeHead(answer.status, Object.fromEntries(answer.headers));
    res.end(await answer.text());
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

/** A sender that writes all it has before it reads: what comes back, or its connection error. */
function send(head: string, bytes: number): Promise<string> {
  return new Promise((done) => {
    const line = connect(port, '127.0.0.1');
    let said = '';
    line.on('error', (e) => done(`${(e as NodeJS.ErrnoException).code}: ${said}`));
    line.pause();
    line.write(`POST / HTTP/1.1\r\nHost: door\r\nContent-Type: application/json\r\n${head}\r\n\r\n`);
    line.write(Buffer.alloc(bytes, 32), () => {
      line.on('data', (d) => {
        said += d;
      });
      line.on('end', () => done(said));
      line.resume();
    });
  });
}

test('a sender of a body that is too large can read that it is, however it states its length', async () => {
  const size = 40 * 2 ** 20;
  expect(await send(`Content-Length: ${size}`, size)).toMatch(/^HTTP\/1\.1 413 [\s\S]*the body exceeds 1 MiB/);
  expect(await send(`Content-Length: ${2 ** 40}`, 1000)).toMatch(/^HTTP\/1\.1 413 /); // far more than is dropped: at once
});

test.each(['gzip', 'GZIP', 'x-gzip', 'X-Gzip'])('content-encoding %s is gzip', async (encoding) => {
  const status = await new Promise<number>((done, fail) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    const req = request({ port, host: '127.0.0.1', method: 'POST', headers }, (res) => done(res.resume().statusCode!));
    req.on('error', fail);
    req.end(gzipSync('{"a":1}'));
  });
  expect(status).toBe(200);
});
