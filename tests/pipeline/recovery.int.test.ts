import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '@/lib/auth/api-keys';
import { closePool, db, type Sql, sql } from '@/lib/db';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { FabClient } from '@/lib/services/simulation/client';
import { FabDriver } from '@/lib/services/simulation/driver';
import { type TestDatabase, testDatabase, testQueuePrefix } from '../support';
import { apiServer } from '../support/api-server';
import { WorkerCrew } from '../support/workers';

/** A disturbed backfill must end with exactly the rows of an undisturbed one. */
const SEED = 7;
const HOUR = 3_600_000;
const END = Date.UTC(2026, 8, 20);
const START = END - 30 * HOUR;

/** Everything that a backfill leaves, without the clocks of the machine it ran on. */
const TABLES: Readonly<Record<string, Sql>> = {
  lot: sql`SELECT name, product, route, wafers, started_at FROM lot`,
  ingest_key: sql`SELECT sender, kind, key, record_id, digest FROM ingest_key`,
  run: sql`SELECT to_jsonb(t) - 'received_at' FROM run t`,
  trace: sql`SELECT run_id, started_at, sensor_set_id, n, md5(t), md5(v), steps FROM trace`,
  measurement: sql`SELECT to_jsonb(t) - 'received_at' FROM measurement t`,
  overlay_measurement: sql`SELECT to_jsonb(t) - 'received_at' FROM overlay_measurement t`,
  equipment_event: sql`SELECT to_jsonb(t) FROM equipment_event t`,
  run_summary: sql`SELECT to_jsonb(t) FROM run_summary t`,
  spatial_result: sql`SELECT to_jsonb(t) FROM spatial_result t`,
  overlay_result: sql`SELECT to_jsonb(t) FROM overlay_result t`,
  chart_version: sql`SELECT to_jsonb(t) - 'created_at' FROM chart_version t`,
  chart_point: sql`SELECT to_jsonb(t) FROM chart_point t`,
  violation: sql`SELECT to_jsonb(t) - 'alert_id' FROM violation t`,
  control_thread: sql`SELECT to_jsonb(t) - 'updated_at' FROM control_thread t`,
  control_step: sql`SELECT to_jsonb(t) FROM control_step t`,
  advice: sql`SELECT to_jsonb(t) - 'created_at' FROM advice t`,
  sim_twin: sql`SELECT to_jsonb(t) FROM sim_twin t`,
};

interface Digest {
  readonly rows: number;
  readonly digest: string;
}

async function digests(): Promise<Record<string, Digest>> {
  const out: Record<string, Digest> = {};
  for (const [table, rows] of Object.entries(TABLES)) {
    out[table] = (await db().one<Digest>(
      sql`SELECT count(*)::int AS rows, md5(string_agg(q::text, E'\n' ORDER BY q::text)) AS digest FROM (${rows}) q`,
    ))!;
  }
  return out;
}

let crew: WorkerCrew;
beforeAll(async () => {
  crew = await WorkerCrew.build();
});
afterAll(() => crew.remove());

/** One whole backfill into a fresh database; `disturb` is let loose while it runs. */
async function backfill(disturb: (over: AbortSignal) => Promise<void>): Promise<Record<string, Digest>> {
  const database: TestDatabase = await testDatabase();
  testQueuePrefix();
  const api = await apiServer();
  const dir = mkdtempSync(join(tmpdir(), 'driftless-'));
  const over = new AbortController();
  try {
    const key = await createApiKey('fab', ['ingest', 'advice', 'fab', 'truth'], 'test');
    await registerFab(simulatedFab(SEED), 'test');
    crew.start();
    crew.start();
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
    await crew.stop();
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

  let kills = 0;
  let flushes = 0;
  const disturbed = await backfill(async (over) => {
    for (let round = 0; !over.aborted && kills + flushes < 7; round++) {
      await sleep(900 + 350 * round, undefined, { signal: over }).catch(() => undefined); // the end of the backfill ends the wait
      if (over.aborted) return;
      if (round % 3 === 2) {
        if ((await flushQueues()) > 0) flushes++;
      } else if (crew.killAny()) {
        kills++;
        crew.start();
      }
    }
  });
  expect(kills).toBeGreaterThanOrEqual(2);
  expect(flushes).toBeGreaterThanOrEqual(1);
  const differing = Object.keys(TABLES).filter(
    (t) => disturbed[t]!.digest !== calm[t]!.digest || disturbed[t]!.rows !== calm[t]!.rows,
  );
  expect(differing).toEqual([]);
}, 400_000);
