import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, type Sql, sql } from '@/lib/db';
import { FabClient } from '@/lib/services/simulation/client';
import { FabDriver } from '@/lib/services/simulation/driver';
import { startSimulatedFab } from '@/lib/services/simulation/start-fab';
import { changeChart } from '@/lib/services/spc/change-chart';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase, testQueuePrefix } from '../support';
import { apiServer } from '../support/api-server';
import { as, keyFor } from '../support/as';
import { WorkerProcesses } from '../support/workers';

/** A disturbed backfill must end with exactly the rows of an undisturbed one. */
const SEED = 7;
const HOUR = 3_600_000;
const END = Date.UTC(2026, 8, 20);
const START = END - 30 * HOUR;

/** Tables that are not compared, and why. Every other one is, also those that are added later. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  _prisma_migrations: 'how the schema came about',
  api_key: 'made by this test, with a secret of its own',
  code_version: 'when each code was first at work',
  feed_event: 'the live view: what was told, in the order of the clock',
  worker_process: 'which processes were at work',
  flow_minute: 'how busy the workers were, minute by minute',
  alert_event: 'the history of the alerts: what was seen in the order in which it arrived',
  incident: 'which alerts were of one event as they came: an alert joins those that are there before it',
  incident_event: 'its history',
  alert_checklist_line: 'what the data said when the checklist of an alert asked them',
};

/**
 * Columns that hold clocks of the machine, or the order in which work happened to be done. An alert is opened by the first of its signals that
 * arrives: which one that is, is of the order; that it is open, its cause, rule and severity, how many signals it has and the latest is not.
 */
const CLOCKS: Readonly<Record<string, readonly string[]>> = {
  audit_entry: ['id', 'at', 'entity_id', 'after'],
  alert_policy: ['created_at', 'checklists'],
  checklist: ['id', 'created_at'],
  checklist_version: ['checklist_id', 'changed_at', 'decided_at'],
  run: ['received_at'],
  measurement: ['received_at'],
  count_record: ['received_at'],
  overlay_measurement: ['received_at'],
  spectrum: ['received_at'],
  spectrum_fit: ['fitted_at'],
  ingest_key: ['created_at'],
  chart: ['created_at'],
  chart_template: ['created_at'],
  chart_template_version: ['created_at'],
  chart_version: ['created_at'],
  chart_rollup: ['mean', 'm2'],
  alert_signal: ['alert_id', 'withdrawn_at'],
  control_journal: ['learned_at', 'seq'],
  control_thread: ['updated_at'],
  loop_version: ['created_at'],
  metrology_recipe: ['created_at'],
  metrology_recipe_version: ['created_at'],
  advice: ['created_at'],
  alert: [
    'id',
    'incident_id',
    'checklist_id',
    'checklist_state',
    'checklist_step',
    'raised_at',
    'due_at',
    'clock_from',
    'wake_at',
    'version',
    'first_at',
    'record_id',
    'run_id',
    'lot',
    'slot',
    'value',
    'title',
  ],
  vm_model: ['created_at'],
  vm_version: ['trained_at'],
};

/** Every table of the schema but those left out, each as the rows that two runs must share. */
async function tables(): Promise<Record<string, Sql>> {
  const names = await db().rows<{ name: string }>(sql`
    SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`);
  const kept = names.map((t) => t.name).filter((name) => LEFT_OUT[name] === undefined);
  return Object.fromEntries(kept.map((name) => [name, rowsOf(name)]));
}

/** What is compared in the place of a column whose content is left out: sums of the same points in another order differ in their last bits. */
const INSTEAD: Readonly<Record<string, string>> = {
  chart_rollup: "jsonb_build_object('mean', round(mean::numeric, 6), 'm2', round(m2::numeric, 6))",
  alert_signal: "jsonb_build_object('withdrawn', withdrawn_at IS NOT NULL)",
  alert: "jsonb_build_object('checklist', checklist_id IS NOT NULL)",
  alert_policy: "jsonb_build_object('checklists', cardinality(checklists))",
  // checklists of the fab have ids of their own in each database
  audit_entry: `CASE WHEN entity LIKE 'checklist%' OR entity = 'alert policy' THEN '{}' ELSE jsonb_build_object('entity_id', entity_id, 'after', "after") END`,
};

const rowsOf = (table: string): Sql => ({
  text: `SELECT to_jsonb(whole) - $1::text[] || ${INSTEAD[table] ?? "'{}'"} AS row FROM "${table}" whole`,
  values: [CLOCKS[table] ?? []],
});

interface Digest {
  readonly rows: number;
  readonly digest: string;
}

async function digests(): Promise<Record<string, Digest>> {
  const out: Record<string, Digest> = {};
  for (const [table, rows] of Object.entries(await tables())) {
    out[table] = (await db().one<Digest>(
      sql`SELECT count(*)::int AS rows, md5(string_agg(md5(q::text), '' ORDER BY md5(q::text))) AS digest FROM (${rows}) q`,
    ))!;
  }
  return out;
}

let workers: WorkerProcesses;
beforeAll(async () => {
  workers = await WorkerProcesses.build();
});
afterAll(() => workers.remove());

/**
 * Limits from the start and so tight that alerts are certain: limits of a baseline come too late in so short a history. A single value beyond
 * them is a signal whatever arrived before it, so that each order of arrival gives the same ones.
 */
async function tightLimits(): Promise<void> {
  const charts = await db().rows<{ id: string; version: number; target: number; lsl: number; usl: number }>(sql`
    SELECT c.id, c.version, s.target, s.lsl, s.usl FROM chart c
    JOIN specification s ON s.product = c.product AND s.operation = c.operation AND s.parameter = c.parameter
    WHERE c.alerting AND c.characteristic = 'measurement.mean' AND c.kind = 'individuals' AND s.lsl < s.target AND s.target < s.usl ORDER BY c.id`);
  for (const c of charts) {
    const limits = { lcl: c.target - (c.target - c.lsl) / 12, cl: c.target, ucl: c.target + (c.usl - c.target) / 12 };
    await changeChart(as('test', { now: START }), {
      chart: c.id,
      seen: c.version,
      change: { rules: [1], limits },
      reason: 'tight limits for the test',
    });
  }
}

/** One whole backfill into a fresh database; `disturb` is let loose while it runs. */
async function backfill(disturb: (over: AbortSignal) => Promise<void>): Promise<Record<string, Digest>> {
  const database: TestDatabase = await testDatabase();
  testQueuePrefix();
  const api = await apiServer();
  const dir = mkdtempSync(join(tmpdir(), 'driftless-'));
  const over = new AbortController();
  try {
    const key = await keyFor('fab', 'ingest', 'advice', 'fab', 'truth');
    await startSimulatedFab(asMachine('test'), SEED);
    await tightLimits();
    workers.start();
    workers.start();
    const driver = new FabDriver(
      new FabClient(api.url, key),
      {
        seed: SEED,
        lotsPerDay: 10,
        liveLotsPerDay: 10,
        stateFile: join(dir, 'state.json'),
        crew: false,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      },
      { start: START, rampAt: END },
    );
    const trouble = disturb(over.signal);
    await driver.backfill(END);
    over.abort();
    await trouble;
    return await digests();
  } finally {
    over.abort();
    await workers.stop();
    await api.close();
    await closePool();
    await database.drop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function flushQueues(): Promise<number> {
  const url = process.env['REDIS_URL'];
  if (url === undefined) return 0;
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  const keys = await redis.keys(`{${process.env['QUEUE_PREFIX']}}*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
  return keys.length;
}

test('workers killed at any instant, and Redis emptied, leave exactly the rows of an undisturbed run', async () => {
  const calm = await backfill(async () => undefined);
  expect(calm['run']!.rows).toBeGreaterThan(1000);
  expect(calm['chart_point']!.rows).toBeGreaterThan(500);
  expect(calm['control_step']!.rows).toBeGreaterThan(100);
  expect(calm['violation']!.rows).toBeGreaterThan(50);
  expect(calm['alert']!.rows).toBeGreaterThan(10);

  let kills = 0;
  let flushes = 0;
  const disturbed = await backfill(async (over) => {
    for (let round = 0; !over.aborted && kills + flushes < 7; round++) {
      await sleep(900 + 350 * round, undefined, { signal: over }).catch(() => undefined); // the end of the backfill ends the wait
      if (over.aborted) return;
      if (round % 3 === 2) {
        if ((await flushQueues()) > 0) flushes++;
      } else if (workers.killAny()) {
        kills++;
        workers.start();
      }
    }
  });
  expect(kills).toBeGreaterThanOrEqual(2);
  expect(flushes).toBeGreaterThanOrEqual(1);
  expect(calm['task']!.rows).toBe(0);
  expect(Object.keys(calm).length).toBeGreaterThan(40);
  expect(disturbed).toEqual(calm);
}, 400_000);
