import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunToRunConfig } from '@/lib/control';
import { closePool, db, sql } from '@/lib/db';
import { closeQueues } from '@/lib/queue/broker';
import { auditLoop } from '@/lib/services/control/audit-record';
import { replayLoop } from '@/lib/services/control/views/replay';
import { type CheckLine, checkInstall } from '@/lib/services/install-check';
import { FabClient } from '@/lib/services/simulation/client';
import { FabDriver } from '@/lib/services/simulation/driver';
import { startSimulatedFab } from '@/lib/services/simulation/start-fab';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase, testQueuePrefix } from '../support';
import { apiServer } from '../support/api-server';
import { as, keyFor } from '../support/as';
import { WorkerProcesses } from '../support/workers';

/** Two simulated days of the whole fab, by the workers: every loop's version in force gives every recorded move. */
const SEED = 11;
const HOUR = 3_600_000;
const END = Date.UTC(2026, 8, 20);
const START = END - 48 * HOUR;

let database: TestDatabase;
let workers: WorkerProcesses;
let api: Awaited<ReturnType<typeof apiServer>>;
const dir = mkdtempSync(join(tmpdir(), 'driftless-'));

beforeAll(async () => {
  workers = await WorkerProcesses.build();
  database = await testDatabase();
  testQueuePrefix();
  api = await apiServer();
  const key = await keyFor('fab', 'ingest', 'advice', 'fab', 'truth');
  await startSimulatedFab(asMachine('test'), SEED);
  workers.start();
  workers.start();
  const driver = new FabDriver(
    new FabClient(api.url, key),
    {
      seed: SEED,
      lotsPerDay: 14,
      liveLotsPerDay: 14,
      stateFile: join(dir, 'state.json'),
      crew: false,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
    { start: START, rampAt: END },
  );
  await driver.backfill(END);
}, 400_000);
afterAll(async () => {
  await workers.stop();
  workers.remove();
  await api.close();
  await closeQueues();
  await closePool();
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

test('all 28 loops: each recorded decision is made again to the last bit', async () => {
  const loops = await db().rows<{ id: string; name: string; config: RunToRunConfig }>(
    sql`SELECT l.id, l.name, v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version ORDER BY l.name`,
  );
  expect(loops).toHaveLength(28);
  let moves = 0;
  let replayed = 0;
  for (const loop of loops) {
    const audit = await auditLoop(loop.id, new Date(0));
    expect(audit.decisions, loop.name).toBeGreaterThan(0);
    expect({ loop: loop.name, same: audit.same, first: audit.first }).toEqual({
      loop: loop.name,
      same: audit.decisions,
      first: null,
    });
    moves += audit.moves;
    const steps = await db().one<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM control_step s JOIN control_thread t ON t.id = s.thread_id WHERE t.loop_id = ${loop.id}`,
    );
    if (steps!.n < 10) continue;
    const r = await replayLoop(as('ana'), { loop: loop.id, config: loop.config });
    expect({ loop: loop.name, side: r.present }).toEqual({ loop: loop.name, side: r.recorded });
    expect(r.proposed).toEqual(r.recorded);
    replayed++;
  }
  expect(moves).toBeGreaterThan(300);
  expect(replayed).toBeGreaterThan(10);
});

test('the check of an installation finds the same, and results of the code at work', async () => {
  const lines: CheckLine[] = [];
  await checkInstall(['loops', 'code'], (l) => lines.push(l));
  expect(lines.filter((l) => l.verdict === 'fail')).toEqual([]);
  expect(lines.filter((l) => l.section === 'loops' && l.verdict === 'pass' && l.right === l.of)).toHaveLength(28);
  expect(lines.find((l) => l.subject === 'features')).toMatchObject({ verdict: 'pass', right: expect.any(Number) });
});
