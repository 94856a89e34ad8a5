import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCREENING_COLUMNS } from '@/app/(dash)/spc/screening-columns';
import { db, sql } from '@/lib/db';
import { changeChart, excludePoint, includePoint } from '@/lib/services/spc/change-chart';
import { fillRollups } from '@/lib/services/spc/rollups';
import { allCharts, type ScreenFilter, type ScreenRow, screenCharts } from '@/lib/services/spc/views/list';
import { sortValue } from '@/lib/ui/components/table-export';
import { compareCells } from '@/lib/ui/components/table-sort';
import { as } from '../support/as';
import { baseline, type CoatedLot, coater } from '../support/coated-lots';
import { type Door, lotRecord, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';
import { emptyRollups, expectExactRollups } from '../support/rollups';
import { measurementOf, runOf, type WaferCase } from '../support/wafers';
import { doAllWork } from '../support/work';

let door: Door;
let lots: (list: readonly CoatedLot[]) => Promise<string[]>;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.UTC(2026, 8, 1);
const BUSY = T0 + 8 * DAY;
const everything: ScreenFilter = {
  fromMs: T0 - DAY,
  toMs: T0 + 60 * DAY,
  area: null,
  operation: null,
  product: null,
  tool: null,
  source: null,
  onlyOut: false,
  limit: 5000,
};

/** Sends wafers one by one in minutes, for a day with many points. */
async function busyDay(from: number, count: number, name: string): Promise<void> {
  const wafers = Array.from({ length: count }, (_, i): WaferCase & { mean: number } => ({
    key: `${name}-${i}`,
    lot: `${name}${Math.floor(i / 25)}`,
    slot: 1 + (i % 25),
    at: from + i * 6 * 60_000,
    mean: 100 + Math.sin(i * 12.9898) + (i % 61 === 60 ? 9 : 0),
  }));
  const post = async (path: string, records: object[]) => expect((await door.post(path, records)).status).toBeLessThan(300);
  await post(
    'lots',
    [...new Set(wafers.map((w) => w.lot))].map((lot) => lotRecord(lot, { startedAt: new Date(from).toISOString() })),
  );
  await post(
    'runs',
    wafers.map((w) => runOf(w)),
  );
  await post(
    'measurements',
    wafers.map((w) => measurementOf(w, w.mean)),
  );
  await doAllWork();
}

beforeAll(async () => {
  door = await openDoor();
  lots = coater(door);
  await lots(baseline(T0));
  await lots([{ at: T0 + 100 * HOUR, means: [100.1, 99.8, 100.2] }]);
  await busyDay(BUSY, 235, 'N');
}, 240_000);
afterAll(() => door.close());

test('a busy day has its hours, and every row says what the points say', async () => {
  const { days, hours } = await expectExactRollups();
  expect(days).toBeGreaterThan(20);
  expect(hours).toBeGreaterThan(20);
});

type Step =
  | { readonly kind: 'lot'; readonly hour: number; readonly means: readonly number[] }
  | { readonly kind: 'late'; readonly nth: number; readonly earlier: number; readonly mean: number }
  | { readonly kind: 'correct' | 'exclude' | 'include'; readonly nth: number; readonly mean: number }
  | { readonly kind: 'limits'; readonly hour: number; readonly width: number };

const mean = fc.double({ min: 92, max: 108, noNaN: true });
const nth = fc.nat(10_000);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('lot' as const),
      hour: fc.integer({ min: 0, max: 12 * 24 }),
      means: fc.array(mean, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('late' as const), nth, earlier: fc.integer({ min: 1, max: 30 }), mean }),
    fc.record({ kind: fc.constantFrom('correct' as const, 'exclude' as const, 'include' as const), nth, mean }),
    fc.record({
      kind: fc.constant('limits' as const),
      hour: fc.integer({ min: 101, max: 12 * 24 }),
      width: fc.double({ min: 1, max: 6, noNaN: true }),
    }),
  ),
  { minLength: 6, maxLength: 10 },
);

const pick = <T>(list: readonly T[], k: number): T | undefined => (list.length === 0 ? undefined : list[k % list.length]);
let serial = 0;

async function take(step: Step): Promise<void> {
  const chart = (await oxideChart('measurement.mean', 'individuals')).id;
  if (step.kind === 'lot') return void (await lots([{ at: T0 + step.hour * HOUR, means: step.means }]));
  if (step.kind === 'late') {
    // An earlier wafer of a lot that is there: the point of the lot moves to its time.
    const known = await db().rows<{ lot: string; at: Date }>(
      sql`SELECT lot, min(started_at) AS at FROM run WHERE lot LIKE 'Q%' GROUP BY lot ORDER BY lot`,
    );
    const lot = pick(known, step.nth);
    if (lot !== undefined)
      await lots([
        { at: lot.at.getTime() - step.earlier * HOUR, means: [step.mean], more: { lot: lot.lot, slot: 4 + (serial++ % 20) } },
      ]);
    return;
  }
  if (step.kind === 'limits') {
    const { version } = (await db().one<{ version: number }>(sql`SELECT version FROM chart WHERE id = ${chart}`))!;
    const now = T0 + step.hour * HOUR;
    const limits = { cl: 100, ucl: 100 + step.width, lcl: 100 - step.width };
    // A phase cannot begin before the one in force: such a step is refused and changes nothing.
    await changeChart(as('ana', { now: Date.now() }), {
      chart,
      seen: version,
      reason: 'as the property test says',
      change: { limits, effectiveFrom: new Date(now).toISOString() },
    }).catch((e: { code?: string }) => expect(e.code).toBe('invalid_input'));
    return;
  }
  const points = await db().rows<{ record: string; key: string; lot: string; slot: number; at: Date }>(sql`
    SELECT p.record_id AS record, m.key, m.lot, m.slot, m.processed_at AS at FROM chart_point p JOIN measurement m ON m.id = p.record_id
    WHERE p.chart_id = ${chart} AND m.superseded_by IS NULL AND (p.excluded IS NULL) = ${step.kind !== 'include'} ORDER BY p.at, p.record_id`);
  const point = pick(points, step.nth);
  if (point === undefined) return;
  if (step.kind === 'exclude') return excludePoint(as('ana'), { chart, record: point.record, reason: 'a test wafer' });
  if (step.kind === 'include') return includePoint(as('ana'), { chart, record: point.record, reason: 'no test wafer' });
  const w: WaferCase = { key: point.key.replace(/-m$/, ''), lot: point.lot, slot: point.slot, at: point.at.getTime() };
  const answer = await door.post('measurements', [measurementOf(w, step.mean, { key: `c${++serial}`, revises: point.key })]);
  expect(answer.status).toBeLessThan(300);
  await doAllWork();
}

test('after any sequence of lots, late wafers, corrections, exclusions and limits the rollups are those of the points', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      for (const step of list) {
        seen.add(step.kind);
        await take(step);
        await expectExactRollups();
      }
    }),
    { numRuns: 12, seed: 20261130, endOnFailure: true },
  );
  expect([...seen].sort()).toEqual(['correct', 'exclude', 'include', 'late', 'limits', 'lot']);
}, 240_000);

const near = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));

test('an upgraded install shows the same list before, while and after its rollups are filled', async () => {
  const after = (await screenCharts(everything)).rows;
  expect(after.filter((r) => r.n > 20).length).toBeGreaterThan(3);
  const same = (rows: readonly ScreenRow[]): void => {
    expect(rows.map((r) => [r.id, r.n, r.out, r.lastAtMs, r.lastOutMs, r.lastValue])).toEqual(
      after.map((r) => [r.id, r.n, r.out, r.lastAtMs, r.lastOutMs, r.lastValue]),
    );
    for (const [i, r] of rows.entries())
      for (const key of ['cpk', 'stability'] as const) expect(near(r[key], after[i]![key]), `${key} of ${r.title}`).toBe(true);
  };
  await emptyRollups();
  same((await screenCharts(everything)).rows);
  await fillRollups();
  await expectExactRollups();
  same((await screenCharts(everything)).rows);
});

test('half-filled rollups and points of the days before them make the same list', async () => {
  const whole = (await screenCharts({ ...everything, order: { key: 'title', dir: 'asc' } })).rows;
  await db().exec(
    sql`DELETE FROM chart_rollup WHERE at < ${new Date(T0 + 4 * DAY)} OR (grain = 'week' AND at <= ${new Date(T0 + 4 * DAY)})`,
  );
  await db().exec(sql`UPDATE chart_rollup_fill SET filled_from = ${new Date(T0 + 4 * DAY)}`);
  const half = (await screenCharts({ ...everything, order: { key: 'title', dir: 'asc' } })).rows;
  expect(half.map((r) => [r.id, r.n, r.out, r.lastAtMs])).toEqual(whole.map((r) => [r.id, r.n, r.out, r.lastAtMs]));
  for (const [i, r] of half.entries()) expect(near(r.stability, whole[i]!.stability)).toBe(true);
  await emptyRollups();
  await fillRollups();
});

test('the list is ordered by every column both ways over all of its pages, missing values last', async () => {
  const sortable = SCREENING_COLUMNS.filter((c) => sortValue(c) !== undefined && !c.fileOnly);
  expect(sortable.map((c) => c.key)).toEqual(['state', 'title', 'last', 'cpk', 'stability', 'rate', 'n', 'lastOut', 'lastAt']);
  for (const column of sortable)
    for (const dir of ['asc', 'desc'] as const) {
      const order = { key: column.key, dir };
      const rows: ScreenRow[] = [];
      let after: string | null = null;
      do {
        const page = await screenCharts({ ...everything, order, limit: 40, after });
        rows.push(...page.rows);
        after = page.next;
      } while (after !== null);
      expect(new Set(rows.map((r) => r.id)).size).toBe((await screenCharts(everything)).total);
      const value = sortValue(column)!;
      const cells = rows.map(value);
      for (let i = 1; i < cells.length; i++) {
        const out =
          typeof cells[i] === 'string'
            ? (cells[i - 1]! < cells[i]! ? -1 : 1) * (dir === 'asc' ? 1 : -1)
            : compareCells(cells[i - 1]!, cells[i]!, dir);
        expect(out, `${column.key} ${dir}, row ${i}: ${cells[i - 1]} before ${cells[i]}`).toBeLessThanOrEqual(0);
      }
      const file: ScreenRow[] = [];
      for await (const part of allCharts({ ...everything, order })) file.push(...part);
      expect(file.map((r) => r.id)).toEqual(rows.map((r) => r.id));
    }
}, 120_000);
