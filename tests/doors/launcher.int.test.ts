import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { removePostgres, startPostgres } from '../../scripts/lib/postgres.mjs';
import { keepAlive, processGroup } from '../../scripts/lib/process-group.mjs';
import { kill, runFile, start, stop } from '../../scripts/lib/processes.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import { eventually } from '../support';

type ManagedProcess = ReturnType<typeof start>;

const dirs: string[] = [];
const processes = new Map<string, ManagedProcess>();
afterEach(async () => {
  for (const child of processes.values()) await stop(child);
  processes.clear();
  for (const dir of dirs.splice(0)) {
    removePostgres(join(dir, 'postgres'));
    rmSync(dir, { recursive: true, force: true });
  }
  vi.restoreAllMocks();
});

/** A launcher's team in a folder of its own, what it says on screen, and the code with which it wants to end. */
function launcher() {
  const dir = mkdtempSync(join(tmpdir(), 'driftless-keep-'));
  dirs.push(dir);
  const said: string[] = [];
  const listen = (chunk: unknown) => {
    said.push(String(chunk));
    return true;
  };
  vi.spyOn(console, 'log').mockImplementation((...a) => void said.push(a.join(' ')));
  vi.spyOn(console, 'error').mockImplementation((...a) => void said.push(a.join(' ')));
  vi.spyOn(process.stdout, 'write').mockImplementation(listen);
  vi.spyOn(process.stderr, 'write').mockImplementation(listen);
  const ended: number[] = [];
  const team = processGroup(runFile(join(dir, 'run.json')));
  return {
    dir,
    said: () => said.join('\n'),
    ended,
    team: { ...team, end: (code: number) => Promise.resolve(void ended.push(code)) } as unknown as ReturnType<
      typeof processGroup
    >,
    /** Notes each life of a part, so that the test can kill it and clean up. */
    noted: (child: ManagedProcess) => {
      processes.set(child.name, child);
      return child;
    },
  };
}

/** SIGKILL to the process alone, as the kernel or a person would send it. */
const murder = (name: string) => processes.get(name)!.process.kill('SIGKILL');

test('Postgres and Redis that are killed come back at their addresses with their data, and a line says so', async () => {
  const { dir, said, ended, team, noted } = launcher();
  const place = { dir: join(dir, 'postgres'), logs: join(dir, 'logs'), password: 'kept' };
  const server = await startPostgres(place);
  keepAlive(team, async () => noted((await startPostgres({ ...place, port: server.port })).child), noted(server.child), 100);
  const where = { dir: join(dir, 'redis'), logs: join(dir, 'logs'), password: 'kept' };
  const queue = await startRedis(where);
  if (queue.child)
    keepAlive(team, async () => noted((await startRedis({ ...where, port: queue.port! })).child!), noted(queue.child), 100);

  const ask = async (text: string) => {
    const client = new pg.Client({ connectionString: server.url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query(text)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  await ask('create table kept (n int)');
  await ask('insert into kept values (42)');
  const url = queue.env['REDIS_URL'];
  const redis = url === undefined ? undefined : new Redis(url, { maxRetriesPerRequest: null });
  redis?.on('error', () => undefined);
  await redis?.set('kept', '42');
  await new Promise((resolve) => setTimeout(resolve, 1_200)); // the append-only file is written once a second

  murder('postgres');
  if (queue.child) murder('redis');
  await eventually(
    () => ask('select n from kept').catch(() => []),
    (rows) => rows[0]?.n === 42,
    40_000,
  );
  expect(await redis?.get('kept')).toBe(queue.child ? '42' : undefined);
  await eventually(
    async () => said(),
    (t) => t.includes('postgres ended (SIGKILL) and is started again') && t.includes('postgres runs again'),
  );
  if (queue.child) expect(said()).toContain('redis ended (SIGKILL) and is started again');
  expect(ended).toEqual([]);
  redis?.disconnect();
}, 90_000);

test('a part that keeps dying is given up after a few times, with a line that says where to look', async () => {
  const { dir, said, ended, team } = launcher();
  let lives = 0;
  keepAlive(
    team,
    () => {
      lives++;
      return start({ name: 'web server', command: process.execPath, args: ['-e', 'process.exit(3)'], log: join(dir, 'web.log') });
    },
    undefined,
    10,
  );
  await eventually(
    async () => ended,
    (e) => e.length > 0,
  );
  expect(ended).toEqual([1]);
  expect(lives).toBe(4);
  expect(said()).toContain('web server keeps ending (code 3): look into');
  expect(existsSync(join(dir, 'web.log'))).toBe(true);
});

test('a part that cannot be started again counts as dying; one that comes back goes on, and keeps its place', async () => {
  const { said, ended, team, noted } = launcher();
  const live = () => noted(start({ name: 'redis', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }));
  let tries = 0;
  keepAlive(
    team,
    async () => {
      if (++tries === 1) throw new Error('the port is still taken');
      return live();
    },
    live(),
    10,
  );
  const first = processes.get('redis')!.pid;
  kill(processes.get('redis'));
  processes.get('redis')!.stopping = false; // killed from outside, not by the launcher
  await eventually(
    async () => processes.get('redis')!.pid,
    (pid) => pid !== first,
  );
  await eventually(
    async () => said(),
    (t) => t.includes('redis runs again'),
  );
  expect(said()).toContain('the port is still taken');
  expect(ended).toEqual([]);
});
