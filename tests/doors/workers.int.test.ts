import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GET as ready } from '@/app/api/health/ready/route';
import { closePool, db, listen, sql, transaction } from '@/lib/db';
import { closeQueues } from '@/lib/queue/broker';
import { enqueueLater } from '@/lib/queue/outbox';
import { feed } from '@/lib/services/live/feed';
import { feedHub } from '@/lib/services/live/feed-hub';
import { overview } from '@/lib/services/pages/overview';
import { workState } from '@/lib/services/system/status';
import { beat, lastBeat, Watchdog } from '@/lib/services/tasks/heartbeat';
import { eventually, type TestDatabase, testDatabase, testQueuePrefix } from '../support';
import { cuttableLine } from '../support/line';
import { WorkerProcesses } from '../support/workers';

let database: TestDatabase;
let workers: WorkerProcesses;
let admin: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  testQueuePrefix();
  admin = new pg.Client({ connectionString: database.url, application_name: 'test admin' });
  await admin.connect();
  workers = await WorkerProcesses.build();
});
afterAll(async () => {
  await workers.stop();
  workers.remove();
  await admin.end();
  await closePool();
  await database.drop();
});

/** Ends every connection to the database but this test's own; returns how many. */
const killAll = async (): Promise<number> =>
  (
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
  ).rowCount ?? 0;

/** Asks for work that a worker does at once: a message of an alert that is not there. */
let asked = 0;
const ask = () =>
  transaction((tx) => enqueueLater(tx, [{ queue: 'notify', payload: { v: 1, alertEventId: 1 }, key: `ask-${++asked}` }]));
const waiting = async () => Number((await admin.query('SELECT count(*)::int AS n FROM task')).rows[0].n);

test('a channel is listened to again after every loss of its connection, without a place in the pool', async () => {
  let heard = 0;
  const lost: string[] = [];
  const listener = listen('feed', { onNotify: () => heard++, onLost: (e) => lost.push(e.message) });
  await listener.ready;
  for (let i = 0; i < 12; i++) {
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'driftless listen feed'",
    );
    await eventually(
      async () => lost.length,
      (n) => n > i,
    );
    const before = heard;
    await eventually(
      async () => heard,
      (n) => n > before,
    ); // it listens again, and asks what it missed
    const again = heard;
    await admin.query('NOTIFY feed');
    await eventually(
      async () => heard,
      (n) => n > again,
    );
  }
  const held = await admin.query(
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'driftless listen feed'",
  );
  expect(held.rowCount).toBe(1);
  listener.stop();
  await eventually(
    async () =>
      (
        await admin.query(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'driftless listen feed'",
        )
      ).rowCount,
    (n) => n === 0,
  );
}, 60_000);

test('the live feed goes on after its connections were ended', async () => {
  const seen: string[] = [];
  const stop = feedHub().subscribe((rows) => seen.push(...rows.map((r) => r.text)));
  await sleep(500);
  for (let i = 0; i < 10; i++) {
    await killAll();
    await eventually(
      () =>
        transaction((tx) => feed(tx, [{ kind: 'event', text: `line ${i}`, detail: {} }])).then(
          () => true,
          () => false,
        ),
      (ok) => ok,
    );
    await eventually(
      async () => seen.includes(`line ${i}`),
      (there) => there,
    );
  }
  stop();
}, 60_000);

test('a worker whose connections are ended more than nine times goes on working, in the same process', async () => {
  const child = workers.start();
  await ask();
  await eventually(waiting, (n) => n === 0, 30_000);
  for (let i = 0; i < 14; i++) {
    await Promise.all(Array.from({ length: 5 }, () => ask().catch(() => undefined)));
    await killAll();
    await sleep(150);
  }
  await eventually(
    () =>
      ask().then(
        () => true,
        () => false,
      ),
    (ok) => ok,
  );
  await eventually(waiting, (n) => n === 0, 45_000);
  expect(child.exitCode).toBeNull();
  expect(workers.running).toBe(1);
  expect((await workState()).liveWorkers).toBe(1);
  await workers.stop();
  expect((await workState()).liveWorkers).toBe(0);
}, 120_000);

test('work that lies while workers live is said on the overview, and the site is not ready; so is a site without workers', async () => {
  await db().exec(
    sql`INSERT INTO task (queue, key, payload, available_at, created_at) VALUES ('notify', 'lies', '{"v":1,"alertEventId":1}', now() - INTERVAL '2 minutes', now() - INTERVAL '2 minutes')`,
  );
  // A database that has just started cannot know who is missing.
  const silent = await eventually(workState, (s) => s.trouble !== null, 60_000);
  expect(silent).toMatchObject({
    liveWorkers: 0,
    due: 1,
    isStalled: false,
    trouble: expect.stringContaining('No worker is running'),
  });
  expect((await ready()).status).toBe(200);
  await db().exec(sql`INSERT INTO worker_process (process, started_at, heard_at) VALUES ('w', now(), now())`);
  expect(await workState()).toMatchObject({ liveWorkers: 1, isStalled: false });
  await db().exec(sql`UPDATE worker_process SET started_at = now() - INTERVAL '2 minutes'`);
  const away = await workState();
  expect(away).toMatchObject({
    isStalled: false,
    isQueueAway: true,
    trouble: expect.stringContaining('queue (Redis) does not answer'),
  });
  expect((await ready()).status).toBe(503);
  await db().exec(sql`UPDATE worker_process SET able_since = now()`); // the queue is back: what lay meanwhile is not the workers' fault
  expect(await workState()).toMatchObject({ isStalled: false, isQueueAway: false, trouble: null });
  expect((await ready()).status).toBe(200);
  await db().exec(sql`UPDATE worker_process SET able_since = now() - INTERVAL '2 minutes'`);
  expect(await workState()).toMatchObject({ isStalled: true, trouble: expect.stringContaining('have stopped taking work') });
  const answer = await ready();
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect((await overview(Date.now())).flow.trouble).toMatch(/have stopped/);
  await db().exec(sql`UPDATE task SET available_at = now() + INTERVAL '1 hour'`);
  expect(await workState()).toMatchObject({ due: 0, isStalled: false, trouble: null });
  expect((await ready()).status).toBe(200);
});

const lying = () =>
  db().exec(
    sql`INSERT INTO task (queue, key, payload, available_at, created_at) VALUES ('notify', 'lies', '{"v":1,"alertEventId":1}', now() - INTERVAL '5 minutes', now() - INTERVAL '5 minutes')`,
  );

test('the watchdog speaks when work lies for longer than it may, not before, and not for a database that is away', async () => {
  await db().exec(sql`DELETE FROM task`);
  await lying();
  const dog = new Watchdog(1);
  expect(await dog.look()).toBeNull();
  await sleep(1_100);
  expect(await dog.look()).toMatch(/has not been taken for 1[12]\d s|has not been taken for \d+ s/);
  const url = process.env['DATABASE_URL']!;
  process.env['DATABASE_URL'] = url.replace(/@127\.0\.0\.1:\d+/, '@127.0.0.1:1');
  expect(await dog.look()).toBeNull();
  process.env['DATABASE_URL'] = url;
  expect(await dog.look()).toBeNull(); // it is given time again
  await db().exec(sql`DELETE FROM task`);
});

/** A watchdog of 60 s whose time goes on only by `after` seconds, at the end of which it looks. */
function steppedWatchdog() {
  let ms = Date.now();
  const dog = new Watchdog(60, () => ms);
  const after = (s: number) => {
    ms += s * 1000;
    return dog.look();
  };
  return { dog, after, now: () => ms };
}

test('a watchdog that was away itself knows nothing of the time between: it looks for as long again', async () => {
  await lying();
  const { after } = steppedWatchdog();
  for (let i = 0; i < 5; i++) expect(await after(10)).toBeNull();
  expect(await after(300)).toBeNull(); // a suspended machine, not a stuck worker
  for (let i = 0; i < 5; i++) expect(await after(10)).toBeNull();
  expect(await after(10)).toMatch(/has not been taken/);
  await db().exec(sql`DELETE FROM task`);
});

const redisUrl = process.env['REDIS_URL'];
test.skipIf(redisUrl === undefined)(
  'time without Redis counts against nobody: the watchdog starts anew when it is back, and the worker says that it could not work',
  async () => {
    await lying();
    await db().exec(sql`DELETE FROM worker_process`);
    const line = await cuttableLine(redisUrl!);
    process.env['REDIS_URL'] = line.url;
    await closeQueues();
    try {
      const { dog, after, now } = steppedWatchdog();
      for (let i = 0; i < 5; i++) expect(await after(10)).toBeNull();
      line.cut();
      for (let i = 0; i < 4; i++) expect(await after(20)).toBeNull();
      expect(dog.ableSince).toBeNull();
      await beat(dog.ableSince);
      expect(await workState()).toMatchObject({ liveWorkers: 1, isStalled: false, isQueueAway: true });
      await line.mend();
      await eventually(
        () => dog.look().then(() => dog.ableSince),
        (since) => since === now(),
      );
      await beat(dog.ableSince);
      expect(await workState()).toMatchObject({ isStalled: false, isQueueAway: false, trouble: null });
      for (let i = 0; i < 5; i++) expect(await after(10)).toBeNull();
      expect(await after(10)).toMatch(/has not been taken/);
    } finally {
      await line.mend();
      await closeQueues();
      line.close();
      process.env['REDIS_URL'] = redisUrl;
      await lastBeat();
      await db().exec(sql`DELETE FROM task`);
    }
  },
  60_000,
);
