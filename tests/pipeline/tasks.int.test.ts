import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { queueOf } from '@/lib/queue/broker';
import { dispatchReady, reconcile } from '@/lib/queue/dispatcher';
import { enqueueLater } from '@/lib/queue/outbox';
import { dismissTask, replayTask } from '@/lib/services/tasks/dead-letters';
import { runTask } from '@/lib/services/tasks/run-task';
import { serve } from '@/workers/runtime';
import * as stages from '@/workers/stages';
import { eventually } from '../support';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { otherDatabase, withClient } from '../support/template';
import { measurementOf, runOf } from '../support/wafers';
import { doAllWork as work } from '../support/work';

/** What becomes of tasks: once in effect, dead letters, outages, and what the queue loses. */
let door: Door;
const T0 = Date.UTC(2026, 8, 1);
const HOUR = 3_600_000;
beforeAll(async () => {
  door = await openDoor();
  await door.lot('L');
});
afterAll(() => door.close());

test('a task delivered twice takes effect once', async () => {
  const wafer = { key: 'T1', lot: 'L', slot: 1, at: T0 + HOUR };
  await door.post('runs', [runOf(wafer)]);
  await door.post('measurements', [measurementOf(wafer, 120)]);
  await work();
  const before = await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM chart_point`);
  const measured = await db().one<{ id: string; at: Date }>(
    sql`SELECT id, measured_at AS at FROM measurement ORDER BY measured_at DESC LIMIT 1`,
  );
  await transaction((tx) =>
    enqueueLater(tx, [{ queue: 'spatial', payload: { v: 1, refs: [{ id: measured!.id, at: measured!.at.getTime() }] } }]),
  );
  const task = (await db().one<{ id: number }>(sql`SELECT id FROM task WHERE queue = 'spatial'`))!;
  const twice = await Promise.all([runTask(stages.spatial, task.id), runTask(stages.spatial, task.id)]);
  expect(twice).toEqual([undefined, undefined]);
  await work();
  expect(await db().one(sql`SELECT count(*)::int AS n FROM chart_point`)).toEqual(before);
});

test('work that cannot be done becomes a dead letter, can be replayed and dismissed, and is audited', async () => {
  await db().exec(sql`DELETE FROM task`);
  await db().exec(sql`INSERT INTO task (queue, key, payload) VALUES ('spatial', 'broken', '{"v": 9}')`);
  const worker = serve(stages.spatial);
  await dispatchReady();
  const dead = await eventually(
    () => db().one<{ id: number; state: string; error: string }>(sql`SELECT id, state, error FROM task WHERE key = 'broken'`),
    (t) => t?.state === 'dead',
  );
  expect(dead!.error).toMatch(/does not fit queue spatial/);
  await replayTask(as('ana'), { task: dead!.id });
  await dispatchReady();
  await eventually(
    () => db().one<{ state: string; attempts: number }>(sql`SELECT state, attempts FROM task WHERE key = 'broken'`),
    (t) => t?.state === 'dead' && t.attempts === 2,
  );
  await expect(dismissTask(as('ana'), { task: dead!.id, reason: ' ' })).rejects.toMatchObject({ code: 'invalid_input' });
  await dismissTask(as('ana'), { task: dead!.id, reason: 'a payload of an old version' });
  expect(await db().one(sql`SELECT 1 FROM task WHERE key = 'broken'`)).toBeUndefined();
  await worker.close();
});

test('an outage of the database, however long, uses up no try of a task', async () => {
  await db().exec(sql`DELETE FROM task`);
  await db().exec(
    sql`INSERT INTO task (queue, key, payload) VALUES ('spatial', 'outage', ${JSON.stringify({ v: 1, refs: [{ id: randomUUID(), at: T0 }] })}::jsonb)`,
  );
  expect(await dispatchReady()).toBe(1);
  const { name, url } = door.database;
  const admin = (text: string) => withClient(otherDatabase(url, 'postgres'), (client) => client.query(text));
  await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  const worker = serve(stages.spatial);
  try {
    const [job] = await eventually(
      () => queueOf('spatial').getDelayed(),
      (jobs) => jobs.some((j) => j.attemptsStarted >= 2),
    );
    expect(job!.attemptsMade).toBe(0);
  } finally {
    await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  }
  await eventually(
    () => db().rows<{ state: string }>(sql`SELECT state FROM task WHERE key = 'outage'`),
    (rows) => rows.length === 0,
  );
  await worker.close();
}, 60_000);

test('what the queue has lost is sent again', async () => {
  await db().exec(
    sql`INSERT INTO task (queue, key, payload, state, sent_at, attempts) VALUES ('train', 'lost', '{}', 'sent', now() - INTERVAL '1 minute', 1)`,
  );
  expect(await reconcile()).toBe(1);
  expect(await db().one(sql`SELECT state FROM task WHERE key = 'lost'`)).toEqual({ state: 'ready' });
  await dispatchReady();
  expect(await queueOf('train').getJobCounts('waiting')).toEqual({ waiting: 1 });
});
