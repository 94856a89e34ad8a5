import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { waferView } from '@/lib/services/wafers/views/wafer';
import { type Door, openDoor } from '../support/door';
import { measurementOf, runOf } from '../support/wafers';
import { doAllWork } from '../support/work';

let door: Door;
const T0 = Date.UTC(2026, 8, 1, 7);
const iso = (minutes: number) => new Date(T0 + 60_000 * minutes).toISOString();

beforeAll(async () => {
  door = await openDoor();
  await door.lot('L');
});
afterAll(() => door.close());

const x = [0, 70, -70, 0, 0, 100, -100, 60, -60];
const y = [0, 0, 0, 70, -70, 100, -100, -60, 60];
/** Sites 5 to 8 were refused. */
const value = [500.2, 501.1, 499.4, 500.9, 498.8, null, null, null, null];
const u = [0.5, 0.6, 0.4, 0.7, 0.5, 2, 2, 2, 2];
const common = [0.3, 0.35, 0.25, 0.4, 0.3, 0, 0, 0, 0];
const USED = 5;

async function measure(slot: number, over: object) {
  const wafer = { key: `${slot}`, lot: 'L', slot, at: T0 + 600_000 * slot };
  await door.post('runs', [runOf(wafer)]);
  const sent = await door.post('measurements', [measurementOf(wafer, 500, { plan: 'P9', x, y, value, ...over })]);
  await doAllWork();
  return sent;
}

interface Stored {
  id: string;
  u: Float64Array;
  u_mean: number | null;
  u_sd: number | null;
  coefficients: Float64Array;
  zu: Float64Array;
  points: Record<string, number | null>;
}
const stored = (slot: number) =>
  db().one<Stored>(sql`
    SELECT m.id, m.u, m.u_mean, m.u_sd, s.coefficients, s.u AS zu,
      (SELECT json_object_agg(c.characteristic, p.u_value) FROM chart_point p JOIN chart c ON c.id = p.chart_id
        WHERE p.record_id = m.id OR (c.characteristic = 'measurement.lot' AND p.lot = m.lot)) AS points
    FROM measurement m JOIN spatial_result s ON s.measurement_id = m.id WHERE m.key = ${`${slot}-m`}`);

/** u of Σ g z by the law of propagation, written out over all pairs of sites. */
function byPairs(g: readonly number[], c: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < USED; i++) for (let j = 0; j < USED; j++) sum += g[i]! * g[j]! * (i === j ? u[i]! ** 2 : c[i]! * c[j]!);
  return Math.sqrt(sum);
}
const z = value.slice(0, USED) as number[];
const mean = z.reduce((s, v) => s + v, 0) / USED;
const sd = Math.sqrt(z.reduce((s, v) => s + (v - mean) ** 2, 0) / (USED - 1));
const ofMean = z.map(() => 1 / USED);
const ofSd = z.map((v) => (v - mean) / ((USED - 1) * sd));
const ofRange = [0, 1, 0, 0, -1];
const near = (a: number | null | undefined, b: number) => expect(Math.abs((a ?? Number.NaN) / b - 1)).toBeLessThan(1e-12);

test('independent sites: u of mean, deviation and range from the five that were measured, on the map and on the charts', async () => {
  await measure(1, { u });
  const m = (await stored(1))!;
  expect([...m.u].slice(USED)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  const none = u.map(() => 0);
  near(m.u_mean, byPairs(ofMean, none));
  near(m.u_sd, byPairs(ofSd, none));
  near(m.points['measurement.mean'], byPairs(ofMean, none));
  near(m.points['measurement.sd'], byPairs(ofSd, none));
  const { map } = await waferView(m.id);
  near(map.uOf.mean, byPairs(ofMean, none));
  near(map.uOf.range, byPairs(ofRange, none));
});

test('what the sites share is not averaged down, neither in the mean nor in a coefficient', async () => {
  await measure(2, { u, uCommon: common });
  const m = (await stored(2))!;
  near(m.u_mean, byPairs(ofMean, common));
  near(m.u_sd, byPairs(ofSd, common));
  near(m.points['measurement.mean'], byPairs(ofMean, common));
  // Coefficients of order 1 by normal equations, weighted by what each site has for itself.
  const rows = z.map((_, i) => [1, (2 * y[i]!) / 150, (2 * x[i]!) / 150]);
  const w = z.map((_, i) => 1 / (u[i]! ** 2 - common[i]! ** 2));
  const inverse = inverse3([0, 1, 2].map((a) => [0, 1, 2].map((b) => rows.reduce((s, r, i) => s + w[i]! * r[a]! * r[b]!, 0))));
  const fitOf = (v: readonly number[]) =>
    inverse.map((line) => line.reduce((s, q, b) => s + q * rows.reduce((t, r, i) => t + w[i]! * r[b]! * v[i]!, 0), 0));
  const c = fitOf(z);
  const chi2 = rows.reduce((s, r, i) => s + w[i]! * (z[i]! - r.reduce((t, q, b) => t + q * c[b]!, 0)) ** 2, 0);
  const widen = Math.max(1, chi2 / (USED - 3));
  const shared = fitOf(common);
  expect(m.coefficients).toHaveLength(3);
  for (let j = 0; j < 3; j++) {
    expect(Math.abs(m.coefficients[j]! - c[j]!)).toBeLessThan(1e-9);
    expect(Math.abs(m.zu[j]! / Math.sqrt(widen * inverse[j]![j]! + shared[j]! ** 2) - 1)).toBeLessThan(1e-9);
  }
  // The lot's mean: both wafers, each with its own.
  const one = (await stored(1))!.u_mean!;
  near(m.points['measurement.lot'], Math.sqrt(one ** 2 + m.u_mean! ** 2) / 2);
});

function inverse3(a: readonly (readonly number[])[]): number[][] {
  const cof = (i: number, j: number) => {
    const [p, q] = [(i + 1) % 3, (i + 2) % 3];
    const [r, s] = [(j + 1) % 3, (j + 2) % 3];
    return a[p]![r]! * a[q]![s]! - a[p]![s]! * a[q]![r]!;
  };
  const det = [0, 1, 2].reduce((sum, j) => sum + a[0]![j]! * cof(0, j), 0);
  return [0, 1, 2].map((i) => [0, 1, 2].map((j) => cof(j, i) / det));
}

test('a measured site without u, and a shared part above the whole, are refused with the field', async () => {
  const issue = async (over: object) => (await measure(3, over)).body.results[0]?.issues?.[0]?.path;
  expect(await issue({ u: u.map((v, i) => (i === 2 ? null : v)) })).toBe('u.2');
  expect(await issue({ u: u.map((v, i) => (i === 2 ? 0 : v)) })).toBe('u.2');
  expect(await issue({ uCommon: common })).toBe('uCommon');
  expect(await issue({ u, uCommon: common.slice(1) })).toBe('uCommon');
  expect(await issue({ u, uCommon: common.map((v, i) => (i === 3 ? 0.8 : v)) })).toBe('uCommon.3');
  expect((await measure(3, { u: u.map((v, i) => (value[i] === null ? null : v)) })).status).toBe(200);
});

test('overlay marks that were not measured have no u and take no part', async () => {
  const wafer = { lot: 'L', wafer: 4, product: 'KITE-45', layer: 'M1', operation: 'LITHO-M1' };
  const marks = [-1, 0, 1].flatMap((c) => [-1, 0, 1].flatMap((r) => [-8, 8].map((fx) => ({ c, r, fx, fy: fx / 2 }))));
  const dx = marks.map((m, i) => (i < 4 ? null : 2 + 0.001 * (26 * m.c + m.fx) + 0.05 * Math.sin(i)));
  const sent = await door.post('overlay-measurements', [
    {
      ...wafer,
      key: 'o4',
      station: 'OVL-01',
      referenceLayer: 'CONT',
      plan: 'O',
      measuredAt: iso(60),
      column: marks.map((m) => m.c),
      row: marks.map((m) => m.r),
      fx: marks.map((m) => m.fx),
      fy: marks.map((m) => m.fy),
      x: marks.map((m) => 26 * m.c + m.fx),
      y: marks.map((m) => 33 * m.r + m.fy),
      dx,
      dy: dx.map((v) => (v === null ? null : -v)),
      u: marks.map((_, i) => (i < 2 ? 9 : i < 4 ? null : 0.2)),
    },
  ]);
  expect(sent.body.results[0]?.issues).toBeUndefined();
  await doAllWork();
  const r = (await db().one<{ u: Float64Array; reason: string | null; n_used: number }>(
    sql`SELECT m.u, o.reason, o.n_used FROM overlay_measurement m JOIN overlay_result o ON o.measurement_id = m.id WHERE m.key = 'o4'`,
  ))!;
  expect([...r.u].slice(0, 4)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect(r).toMatchObject({ reason: null, n_used: 28 });
});
