import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NextRequest } from 'next/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GET as ready } from '@/app/api/health/ready/route';
import { POST as ingest } from '@/app/api/v1/[kind]/route';
import { closePool, db, prisma, sql, transaction } from '@/lib/db';
import { proxy } from '@/proxy';
import { removePostgres, startPostgres } from '../../scripts/lib/postgres.mjs';
import { stop } from '../../scripts/lib/processes.mjs';

const dir = mkdtempSync(join(tmpdir(), 'driftless-frozen-'));
const before = process.env['DATABASE_URL'];
let server: Awaited<ReturnType<typeof startPostgres>>;

/** The server and all its backends stop, or go on: connections stay open and nothing is answered. */
const signal = (name: 'STOP' | 'CONT') => {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.child.pid)], { encoding: 'utf8' })
    .split(/\s+/)
    .filter(Boolean);
  execFileSync('kill', [`-${name}`, String(server.child.pid), ...children]);
};

beforeAll(async () => {
  server = await startPostgres({ dir: join(dir, 'postgres'), logs: join(dir, 'logs'), password: 'frozen', throwaway: true });
  Object.assign(process.env, { DATABASE_URL: server.url, DB_ACQUIRE_MS: '500', DB_STATEMENT_MS: '500' });
});
afterAll(async () => {
  signal('CONT');
  await closePool();
  await prisma().$disconnect();
  await stop(server.child);
  removePostgres(join(dir, 'postgres'));
  rmSync(dir, { recursive: true, force: true });
  process.env['DATABASE_URL'] = before;
});

const one = () => db().one<{ one: number }>(sql`SELECT 1 AS one`);
test('a frozen Postgres is said within the time limits, by connections that were open and by new ones, and is used again when it wakes', async () => {
  expect(await one()).toEqual({ one: 1 });
  signal('STOP');
  const code = (e: { code: string }) => e.code;
  // All of this is answered while Postgres stands still: it goes on below.
  expect(await one().catch(code)).toBe('dependency_unavailable');
  const fresh = await Promise.all(Array.from({ length: 20 }, () => transaction(() => Promise.resolve()).catch(code)));
  expect(new Set(fresh)).toEqual(new Set(['dependency_unavailable']));

  const health = await ready();
  const door = await ingest(
    new Request('http://x/api/v1/lots', {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      body: '{}',
    }),
    {
      params: Promise.resolve({ kind: 'lots' }),
    },
  );
  const page = await proxy(new NextRequest('http://localhost/sign-in'));
  for (const answer of [health, door, page]) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
  }
  expect(await page.text()).toContain('The database does not answer');
  await expect(prisma().user.count()).rejects.toThrow();

  signal('CONT');
  await expect.poll(() => one().catch(() => null), { timeout: 10_000 }).toEqual({ one: 1 });
  await expect.poll(async () => (await proxy(new NextRequest('http://localhost/sign-in'))).status, { timeout: 10_000 }).toBe(200);
}, 60_000);
