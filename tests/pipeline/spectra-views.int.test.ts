import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, recordId, sql } from '@/lib/db';
import { alertView } from '@/lib/services/evidence/alert';
import { listRecipes, recipeView } from '@/lib/services/recipes/views/recipes';
import { spectraEvidence } from '@/lib/services/spectra/views/alert';
import { spectraExport } from '@/lib/services/spectra/views/curves';
import { listSpectra, spectraLists } from '@/lib/services/spectra/views/list';
import { spectrumView } from '@/lib/services/spectra/views/spectrum';
import { siteMaps } from '@/lib/services/wafers/views/site-maps';
import { waferView } from '@/lib/services/wafers/views/wafer';
import { type Door, openDoor } from '../support/door';
import { breakLamp, ellipsometerLot } from '../support/ellipsometer';
import { doAllWork } from '../support/work';

const T0 = Date.UTC(2026, 8, 1, 7);
const DAY = 86_400_000;
const everything = { fromMs: T0 - DAY, toMs: T0 + DAY, recipe: null, station: null, product: null, lot: null, limit: 50 };
let door: Door;

beforeAll(async () => {
  door = await openDoor();
  const lot = ellipsometerLot(door.url, door.key, T0);
  await lot.start();
  await lot.wafer(1, (i) => 7.9 + 0.01 * i);
  await lot.wafer(2, () => 8, breakLamp);
  await doAllWork();
  await lot.wafer(3, () => 8.05);
}, 60_000);
afterAll(() => door.close());

const idOf = async (slot: number) => (await db().one<{ id: string }>(sql`SELECT id FROM spectrum WHERE slot = ${slot}`))!.id;

test('the list tells accepted, refused and waiting wafers apart, with the values of those accepted', async () => {
  const { rows, total, refused } = await listSpectra(everything);
  expect(rows.map((r) => [r.slot, r.accepted])).toEqual([
    [3, null],
    [2, 0],
    [1, 13],
  ]);
  expect({ total, refused }).toEqual({ total: 3, refused: 1 });
  const good = rows[2]!;
  expect(good.values).toHaveLength(1);
  expect(good.values[0]).toMatchObject({ parameter: 'hfo2_thickness', unit: 'nm' });
  expect(Math.abs(good.values[0]!.mean - 7.96)).toBeLessThan(0.02);
  expect(Math.abs(good.reducedChi2! - 1)).toBeLessThan(0.3);
  expect(rows[1]!.reducedChi2!).toBeGreaterThan(4);
  expect(rows[1]!.values).toEqual([]);
});

test('each filter of the list keeps its own and nothing else', async () => {
  const station = (await listSpectra(everything)).rows[0]!.station;
  expect(await spectraLists(T0 + DAY)).toMatchObject({ stations: [station], recipes: [{ name: 'HFO2-SE' }, { name: 'M1-OCD' }] });
  const counts = async (f: Partial<Parameters<typeof listSpectra>[0]>) => (await listSpectra({ ...everything, ...f })).total;
  expect(await counts({ station })).toBe(3);
  expect(await counts({ station: 'other' })).toBe(0);
  expect(await counts({ recipe: 'M1-OCD' })).toBe(0);
  expect(await counts({ product: 'HERON-52' })).toBe(0);
  expect(await counts({ lot: 'L', fromMs: 0, toMs: 1 })).toBe(3);
  expect(await counts({ fromMs: T0 + 2.2 * 3_600_000 })).toBe(2);
});

test('the file of the spectra says of every value its wafer, recipe version, time and unit', async () => {
  const e = await spectraExport(await idOf(1));
  const rows = [...e.rows];
  expect(rows).toHaveLength(13 * 2 * 51);
  const of = (r: readonly unknown[]) => Object.fromEntries(e.header.map((h, i) => [h, r[i]]));
  expect(new Set(e.header).size).toBe(e.header.length);
  expect(of(rows[0]!)).toMatchObject({
    lot: 'L',
    wafer: 1,
    operation: 'ALD-HFO2',
    recipe: 'HFO2-SE',
    'recipe version': 1,
    site: 1,
    channel: 'psi 70',
    unit: 'deg',
  });
  const { measured_at } = (await db().one<{ measured_at: Date }>(sql`SELECT measured_at FROM spectrum WHERE slot = 1`))!;
  expect(of(rows.at(-1)!)['measured at']).toEqual(measured_at);
  for (const r of rows) expect(String(of(r)['value']).replace(/^-?0?\.?0*/, '').length).toBeLessThanOrEqual(10);
});

test('one wafer comes with maps, curves of its worst site, charts and its lot', async () => {
  const v = await spectrumView(await idOf(1), null);
  expect(v.head).toMatchObject({ lot: 'L', slot: 1, tool: 'ALD-01', chamber: 'A' });
  expect(v.maps.map((m) => m.parameter)).toEqual(['thickness', 'reducedChi2'].map((p) => expect.stringContaining(p)));
  expect(v.maps[0]!.map.value).toHaveLength(13);
  const worst = v.sites.reduce((w, s, i, all) => (s.reducedChi2 > all[w]!.reducedChi2 ? i : w), 0);
  expect(v.site.index).toBe(worst);
  expect(v.site.values).toHaveLength(2 * 51);
  expect((await spectrumView(v.head.id, 4)).site.index).toBe(4);
  expect((await spectrumView(v.head.id, 99)).site.index).toBe(worst);
  expect(v.charts.map((c) => c.parameter)).toEqual(['hfo2_thickness']);
  expect(v.lot.map((w) => [w.slot, w.accepted])).toEqual([
    [1, 13],
    [2, 0],
    [3, null],
  ]);
  const waiting = await spectrumView(await idOf(3), null);
  expect(waiting.maps).toEqual([]);
  expect(waiting.sites.every((s) => s.status === null)).toBe(true);
  await expect(spectrumView(recordId('nothing'), null)).rejects.toMatchObject({ code: 'not_found' });
});

test('the measurement that a fit made leads back to its spectra', async () => {
  const id = await idOf(1);
  const { maps } = await spectrumView(id, null);
  const measurement = maps[0]!.measurementId!;
  expect((await siteMaps([measurement]))[0]!.spectrumId).toBe(id);
  expect((await waferView(measurement)).map.spectrumId).toBe(id);
});

test('the alert of a refused wafer shows the wafer, the station and its sisters', async () => {
  const alert = (await db().one<{ id: string; record_id: string; tool: string }>(
    sql`SELECT id, record_id, tool FROM alert WHERE kind = 'spectra'`,
  ))!;
  expect(alert.record_id).toBe(await idOf(2));
  const e = await spectraEvidence(alert.record_id, alert.tool, T0 + DAY / 2);
  expect(e.refused!.sites.every((s) => s.status === 'poor_fit')).toBe(true);
  expect(e.refused!.alerts.map((a) => a.id)).toEqual([alert.id]);
  expect(e.wafers.map((w) => w.slot)).toEqual([3, 2, 1]);
  expect(e.sisters).toEqual([{ station: alert.tool, wafers: 2, sites: 26, accepted: 13 }]);
  expect((await spectraEvidence(null, alert.tool, T0 + DAY / 2)).refused).toBeNull();
  expect((await alertView(alert.id)).alert.kind).toBe('spectra');
});

test('recipes tell how they did, and hand their last spectra to the editor', async () => {
  const [hf, m1] = await listRecipes(T0 + DAY);
  expect(hf).toMatchObject({ name: 'HFO2-SE', kind: 'film-stack', wafers: 2, sites: 26, accepted: 13, truncation: null });
  expect(m1).toMatchObject({ name: 'M1-OCD', kind: 'line-grating', wafers: 0 });
  expect(m1!.truncation).toBeGreaterThan(3);
  const v = await recipeView(hf!.id);
  expect(v.recent.map((r) => r.slot)).toEqual([3, 2, 1]);
  expect(v.axes).toHaveLength(1);
  expect(v.recent.every((r) => r.axis === 0 && r.channels.length === 2)).toBe(true);
  expect(v.versions).toHaveLength(1);
  expect(v.lists.materials.length).toBeGreaterThan(5);
  await expect(recipeView('x')).rejects.toMatchObject({ code: 'not_found' });
});
