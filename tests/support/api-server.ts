import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { POST as ingest, GET as read } from '@/app/api/v1/[kind]/route';
import { POST as advice } from '@/app/api/v1/advice/route';
import { POST as compute } from '@/app/api/v1/compute/[capability]/[name]/route';
import { GET as computeList } from '@/app/api/v1/compute/route';
import { PUT as fab } from '@/app/api/v1/fab/route';
import { POST as noteHold } from '@/app/api/v1/holds/[id]/acknowledge/route';
import { POST as releaseHold } from '@/app/api/v1/holds/[id]/release/route';
import { GET as holds, POST as placeHold } from '@/app/api/v1/holds/route';
import { GET as requests } from '@/app/api/v1/measurement-requests/route';
import { GET as status } from '@/app/api/v1/status/route';
import { handleCharts } from './api-charts';

/** The machine API's own route handlers behind a plain HTTP server on a free loopback port: no page is built for it. */
export async function apiServer(): Promise<{ url: string; close: () => Promise<void> }> {
  const server: Server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1');
    const body = req.method === 'GET' ? null : (Readable.toWeb(req) as ReadableStream);
    const headers = new Headers(
      Object.entries(req.headers).flatMap(([k, v]) => (typeof v === 'string' ? [[k, v]] : [])) as [string, string][],
    );
    const hungUp = new AbortController();
    res.on('close', () => {
      if (!res.writableFinished) hungUp.abort();
    });
    const request = new Request(url, {
      method: req.method ?? 'GET',
      headers,
      signal: hungUp.signal,
      ...(body === null ? {} : { body, duplex: 'half' }),
    } as RequestInit);
    const answer = await handle(request, url.pathname);
    res.writeHead(answer.status, Object.fromEntries(answer.headers));
    // An answer that breaks off is cut off at the reader, who must not take it for whole.
    if (answer.body === null) res.end();
    else pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), res, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function handle(req: Request, path: string): Promise<Response> {
  const none = undefined as never;
  if (path === '/api/v1/status') return status(req, none);
  if (path === '/api/v1/fab') return fab(req, none);
  if (path === '/api/v1/advice') return advice(req, none);
  if (path === '/api/v1/holds') return req.method === 'GET' ? holds(req, none) : placeHold(req, none);
  if (path === '/api/v1/measurement-requests') return requests(req, none);
  const [, hold, act] = /^\/api\/v1\/holds\/([^/]+)\/(release|acknowledge)$/.exec(path) ?? [];
  if (hold !== undefined) return (act === 'release' ? releaseHold : noteHold)(req, { params: Promise.resolve({ id: hold }) });
  if (path === '/api/v1/compute') return computeList(req, none);
  const [, capability, name] = /^\/api\/v1\/compute\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (capability !== undefined && name !== undefined) return compute(req, { params: Promise.resolve({ capability, name }) });
  const ofCharts = handleCharts(req, path);
  if (ofCharts !== undefined) return ofCharts;
  const params = Promise.resolve({ kind: path.split('/').at(-1)! });
  return req.method === 'GET' ? read(req, { params }) : ingest(req, { params });
}
