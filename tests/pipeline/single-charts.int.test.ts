import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, recordId, sql } from '@/lib/db';
import type { TemplateDraft } from '@/lib/services/spc/templates/content';
import { previewTemplate } from '@/lib/services/spc/templates/preview';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { createChart, previewChart, type SingleChart } from '@/lib/services/spc/templates/single';
import { as } from '../support/as';
import { baseline, coater } from '../support/coated-lots';
import { type Door, openDoor } from '../support/door';
import { doAllWork } from '../support/work';

const T0 = Date.UTC(2026, 8, 1);
const ana = as('ana', { now: T0 + 20 * 24 * 3_600_000 });
const reason = 'the edge shows a blocked nozzle';
let door: Door;

const highest: TemplateDraft = {
  where: { operation: ['CVD-OXIDE'], parameter: ['oxide_*'], characteristic: ['measurement.max'] },
  splitBy: ['tool', 'chamber'],
  kind: 'individuals',
  rules: [1],
  preset: 'rule-1',
  alerting: true,
  onlySpecified: false,
  title: '{parameter} {characteristic} · {where}',
};
const save = (name: string, content: TemplateDraft) => saveTemplate(ana, { template: null, seen: 0, name, content, reason });

beforeAll(async () => {
  door = await openDoor();
  await coater(door)(baseline(T0));
}, 120_000);
afterAll(() => door.close());

const pointsOf = (chart: string) =>
  db().rows<{ value: number }>(sql`SELECT value FROM chart_point WHERE chart_id = ${chart} ORDER BY at, record_id`);
const countOf = async (of: ReturnType<typeof sql>): Promise<number> =>
  (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM ${of}`))!.n;

test('a new installation has the charts that it always had, under the same ids, from templates that may be changed', async () => {
  const [a] = await db().rows<{ id: string; title: string }>(
    sql`SELECT id, title FROM chart WHERE characteristic = 'measurement.mean' AND kind = 'individuals' AND tool = 'CVD-01' AND chamber = 'A' AND product = 'KITE-45' AND parameter = 'oxide_thickness'`,
  );
  expect(a).toEqual({
    id: recordId('chart', 'measurement.mean', 'individuals', 'CVD-OXIDE', 'oxide_thickness', 'KITE-45', 'CVD-01', 'A'),
    title: 'oxide_thickness mean · CVD-01 A · KITE-45',
  });
  const titles = await db().rows<{ title: string }>(
    sql`SELECT title FROM chart WHERE characteristic = 'overlay.lot.tx' ORDER BY tool LIMIT 1`,
  );
  expect(titles[0]!.title).toBe('Overlay Tx · LIT-01');
  expect(await countOf(sql`chart WHERE template_id IS NULL`)).toBe(0);
  // A specification that wants one chart an operation has one a product, whatever its templates divide by.
  const together = await db().rows<{ tool: string | null; product: string | null }>(sql`
    SELECT DISTINCT c.tool, c.product FROM chart c JOIN specification s ON s.operation = c.operation AND s.parameter = c.parameter WHERE s.chart_context = 'operation'`);
  expect(together.length).toBeGreaterThan(0);
  expect(together.every((t) => t.tool === null && t.product !== null)).toBe(true);
});

test('a single chart is made once, filled, and said to be there when it is asked for again', async () => {
  const asked: SingleChart = {
    characteristic: 'zone.edge-centre',
    operation: 'CVD-OXIDE',
    parameter: 'oxide_thickness',
    tool: 'CVD-01',
    kind: 'individuals',
    rules: [1],
    alerting: false,
  };
  const preview = await previewChart(ana, { chart: asked });
  expect(preview).toMatchObject({ title: 'oxide_thickness edge − centre · CVD-01', existing: null });
  const made = await createChart(ana, { chart: asked, reason });
  await expect(createChart(ana, { chart: asked, reason })).rejects.toMatchObject({
    code: 'conflict',
    details: { chart: made.id },
  });
  expect((await previewChart(ana, { chart: asked })).existing).toEqual({ id: made.id, title: made.title, retired: false });
  await doAllWork();
  // Five sites: one in the centre and four at 100 mm, of which none lies in the edge zone.
  expect(await pointsOf(made.id)).toHaveLength(0);
  const slope = await createChart(ana, { chart: { ...asked, characteristic: 'zone.slope' }, reason });
  await doAllWork();
  // (mean of the ring − centre)/100 mm: the ring of these wafers has the mean of its centre.
  const points = (await pointsOf(slope.id)) as { value: number }[];
  expect(points).toHaveLength(60);
  for (const p of points) expect(p.value).toBeCloseTo(0, 10);
  await expect(createChart(ana, { chart: { ...asked, kind: 'xbar_s' }, reason })).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field: 'kind' },
  });
  await expect(createChart(ana, { chart: { ...asked, characteristic: 'zernike.9.9' }, reason })).rejects.toMatchObject({
    details: { field: 'characteristic' },
  });
  await expect(createChart(ana, { chart: { ...asked, tool: 'CVD-*' }, reason })).rejects.toMatchObject({
    details: { field: 'tool' },
  });
});

test('a template that would make more charts than anybody looks at is refused with the number', async () => {
  const names = Array.from({ length: 2_600 }, (_, i) => `sensor ${i}|etch|mTorr`);
  await db().exec(sql`
    INSERT INTO seen_context (source, operation, product, tool, chamber, recipe, parameter, names)
    VALUES ('trace', 'CVD-OXIDE', 'KITE-45', 'CVD-01', 'A', 'R', '', ${names}::text[])`);
  const content = { ...highest, where: { characteristic: ['trace.*'] }, alerting: false };
  await expect(save('All sensors', content)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/more than 20,000 charts \(20,800 from/),
    details: { field: 'where.characteristic', charts: 20_800 },
  });
  expect(
    (
      await previewTemplate(ana, {
        template: null,
        content: { ...content, where: { characteristic: ['trace.sensor 7.*.mean'] } },
      })
    ).charts,
  ).toHaveLength(1);
  await expect(save('Wafer mean', { ...highest, rules: [5] })).rejects.toMatchObject({
    code: 'conflict',
    details: { field: 'name' },
  });
  await expect(save('Odd title', { ...highest, title: '{parameter} {place}' })).rejects.toMatchObject({
    details: { field: 'title' },
  });
  await expect(save('Untold', { ...highest, title: '{parameter} {tool}' })).rejects.toMatchObject({
    details: { field: 'title' },
  });
  await expect(save('No name', { ...highest, where: { characteristic: ['thickness'] } })).rejects.toMatchObject({
    details: { field: 'where.characteristic' },
  });
});
