import { afterAll, beforeAll, expect, test } from 'vitest';
import { GET as ready } from '@/app/api/health/ready/route';
import { config } from '@/lib/config';
import { db, pool, prisma, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { EXAMPLES } from '@/lib/formats/openapi-examples';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { asMachine } from '@/lib/services/verb';
import { type Door, lotRecord, measurementRecord, openDoor, overlayRecord, runRecord } from '../support/door';

let door: Door;
beforeAll(async () => {
  process.env['DB_ACQUIRE_MS'] = '5000';
  door = await openDoor();
  await door.lot('F');
});
afterAll(() => door.close());

/** Three callers for each connection there is. */
const CALLERS = 3 * config().DB_POOL;
const times = <T>(make: (i: number) => T) => Array.from({ length: CALLERS }, (_, i) => make(i));
const slots = Array.from({ length: 25 }, (_, i) => i + 1);
const slow = { timeout: 60_000 };

const VERBS: Readonly<Record<string, (i: number) => Promise<{ status: number; body: object }>>> = {
  'atomic lots': (i) => door.post('lots', { mode: 'atomic', records: [lotRecord(`FL-${i}`)] }),
  'atomic runs': (i) =>
    door.post('runs', {
      mode: 'atomic',
      records: slots.map((s) => runRecord('F', s, { key: `r${i}-${s}`, startedAt: `2026-0${1 + (i % 8)}-03T00:00:00Z` })),
    }),
  'atomic measurements': (i) =>
    door.post('measurements', {
      mode: 'atomic',
      records: slots.map((s) =>
        measurementRecord('F', s, { key: `m${i}-${s}`, measuredAt: `2025-0${1 + (i % 9)}-03T00:00:00Z` }),
      ),
    }),
  'atomic overlay': (i) =>
    door.post('overlay-measurements', {
      mode: 'atomic',
      records: slots.map((s) => overlayRecord('F', s, { key: `o${i}-${s}` })),
    }),
  'partial measurements': (i) =>
    door.post(
      'measurements',
      slots.map((s) => measurementRecord('F', s, { key: `p${i}-${s}` })),
    ),
  'atomic events': (i) => door.post('events', { mode: 'atomic', records: [{ ...EXAMPLES.events, key: `e${i}` }] }),
  'atomic truth': (i) => door.post('truth', { mode: 'atomic', records: [{ ...EXAMPLES.truth, key: `t${i}`, runKey: `t${i}` }] }),
  advice: (i) =>
    door.post('advice', {
      key: `a${i}`,
      tool: 'CVD-01',
      chambers: ['A', 'B'],
      product: 'KITE-45',
      operation: 'CVD-OXIDE',
      lot: 'F',
      at: '2026-09-01T00:30:00Z',
    }),
};

test.each(Object.keys(VERBS))(
  'more callers than connections: %s are all answered, and the site stays ready',
  slow,
  async (verb) => {
    const answers = Promise.all(times(VERBS[verb]!));
    const meanwhile = await ready();
    expect([200, 503]).toContain(meanwhile.status);
    const all = await answers;
    for (const a of all) expect([200, 503], JSON.stringify(a.body).slice(0, 300)).toContain(a.status);
    expect(all.some((a) => a.status === 200)).toBe(true);
    expect((await ready()).status).toBe(200);
    expect(pool().waitingCount).toBe(0);
  },
);

test('more callers than connections: the fab is registered many times at once', slow, async () => {
  const fab = simulatedFab(1);
  const made = await Promise.allSettled(times(() => registerFab(asMachine('test'), { ...fab, metrologyRecipes: [] })));
  for (const m of made) if (m.status === 'rejected') expect(m.reason).toMatchObject({ code: 'dependency_unavailable' });
  expect((await ready()).status).toBe(200);
});

test('within a transaction everything uses its connection, however deep it is asked', async () => {
  const pidOf = async () => (await db().one<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`))!.pid;
  await transaction(async (tx) => {
    const own = (await tx.one<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`))!.pid;
    expect(await pidOf()).toBe(own);
    expect(await Promise.all([pidOf(), pidOf(), pidOf()])).toEqual([own, own, own]);
    await transaction(async () => expect(await pidOf()).toBe(own));
    await expect(
      transaction(async (inner) => {
        await inner.exec(sql`INSERT INTO area (name, position) VALUES ('inner', 1)`);
        throw new Error('taken back');
      }),
    ).rejects.toThrow('taken back');
    expect(await db().rows(sql`SELECT 1 FROM area WHERE name = 'inner'`)).toEqual([]);
    expect(() => prisma()).toThrow(/within a transaction/);
  });
  expect(() => prisma()).not.toThrow();
});

test('without a free connection a caller is told so in time, and the connection is there again afterwards', slow, async () => {
  process.env['DB_ACQUIRE_MS'] = '300';
  await pool().end();
  (globalThis as { driftlessPool?: unknown }).driftlessPool = undefined;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holders = Array.from({ length: config().DB_POOL }, () => transaction(() => held));
  await new Promise((resolve) => setTimeout(resolve, 100));
  // answered while all connections are held: they are let go of below
  const answer = await door.post('measurements', [measurementRecord('F', 1, { key: 'late' })]);
  expect(answer).toMatchObject({ status: 503, retryAfter: '5', body: { code: 'dependency_unavailable' } });
  expect((await ready()).status).toBe(503);
  release();
  await Promise.all(holders);
  expect((await door.post('measurements', [measurementRecord('F', 1, { key: 'late' })])).status).toBe(200);
});

test('a connection that is killed in the middle of a transaction ends that transaction only', async () => {
  await expect(
    transaction(async (tx) => {
      const { pid } = (await tx.one<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`))!;
      const { Client } = (await import('pg')).default;
      const killer = new Client({ connectionString: door.database.url });
      await killer.connect();
      await killer.query('SELECT pg_terminate_backend($1)', [pid]);
      await killer.end();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await tx.exec(sql`SELECT 1`);
    }),
  ).rejects.toSatisfy((e) => e instanceof AppError && e.code === 'dependency_unavailable');
  expect(await db().one(sql`SELECT 1 AS one`)).toEqual({ one: 1 });
});
