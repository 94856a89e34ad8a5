import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { RunRecord } from '@/lib/formats/wire';
import { createRng } from '@/lib/numerics';
import { changeChart, excludePoint } from '@/lib/services/spc/change-chart';
import { phasesOf } from '@/lib/services/spc/store';
import type { TemplateDraft } from '@/lib/services/spc/templates/content';
import { previewTemplate } from '@/lib/services/spc/templates/preview';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { createChart } from '@/lib/services/spc/templates/single';
import { variablesStudy } from '@/lib/spc';
import { as } from '../support/as';
import { type Door, openDoor, runRecord } from '../support/door';
import { chartTitled, expectAsWhole, pointsOf } from '../support/joint';
import { expectExactRollups } from '../support/rollups';
import { doAllWork } from '../support/work';

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const NOW = T0 + 60 * 24 * HOUR;
const ana = as('ana', { now: NOW });
const iso = (ms: number): string => new Date(ms).toISOString();
let door: Door;

beforeAll(async () => {
  door = await openDoor();
}, 120_000);
afterAll(() => door.close());

const SENSORS = ['pressure', 'power', 'flow', 'temperature'] as const;
const rng = createRng(5);

/** A run whose four sensors stand at levels that move together; `shift` moves one of them alone. */
function run(i: number, shift: Partial<Record<(typeof SENSORS)[number], number>> = {}, over: Partial<RunRecord> = {}): RunRecord {
  const common = rng.normal();
  const t = Array.from({ length: 20 }, (_, k) => k);
  return runRecord(`J${Math.floor(i / 20)}`, 1 + (i % 20), {
    key: `joint-${i}`,
    startedAt: iso(T0 + i * HOUR),
    endedAt: iso(T0 + i * HOUR + 60_000),
    trace: {
      t,
      sensors: SENSORS.map((name, j) => {
        const level = 100 * (j + 1) + 0.8 * common + 0.6 * rng.normal() + (shift[name] ?? 0);
        return { name, unit: 'V', values: t.map(() => level) };
      }),
      steps: [{ name: 'main', start: 2, end: 18 }],
    },
    ...over,
  });
}
const lots = async (n: number) => {
  for (let k = 0; k * 20 < n; k++) await door.lot(`J${k}`);
};
const send = async (records: readonly RunRecord[]): Promise<void> => {
  expect((await door.post('runs', records)).body).toMatchObject({ accepted: records.length });
  await doAllWork();
};

const OF_SENSORS = SENSORS.map((s) => ({ characteristic: `trace.${s}.main.mean` }));
const template = (kind: 't2' | 'mewma' | 'pca', over: Partial<TemplateDraft> = {}): TemplateDraft => ({
  where: { operation: ['CVD-OXIDE'], tool: ['CVD-01'], chamber: ['A'] },
  splitBy: ['tool', 'chamber'],
  kind,
  variables: OF_SENSORS,
  rules: kind === 'pca' ? [1, 101] : [1],
  alerting: true,
  title: `sensors ${kind} · {where}`,
  ...over,
});
const save = (content: TemplateDraft) =>
  saveTemplate(ana, { template: null, seen: 0, name: content.title, content, reason: 'sensors that move together' });
describe('indicators of one run', () => {
  const KINDS = ['t2', 'mewma', 'pca'] as const;

  test('a template makes one chart of all its variables, with their units, and says what it will cost', async () => {
    await lots(400);
    await send([run(0)]);
    for (const kind of KINDS) {
      const preview = await previewTemplate(ana, { template: null, content: template(kind) });
      expect(preview.charts.map((c) => c.title)).toEqual([`sensors ${kind} · CVD-01 A`]);
      expect(preview.arl).toBeCloseTo(kind === 'mewma' ? 370 : kind === 't2' ? 1 / 0.0027 : 1 / 0.0054, 6);
      await save(template(kind));
    }
    await doAllWork();
    const chart = await chartTitled('sensors t2');
    expect(chart).toMatchObject({ characteristic: 'joint.wafer', parameter: 'pressure + power + flow + temperature', unit: '1' });
    expect(chart.variables).toEqual(SENSORS.map((s) => ({ characteristic: `trace.${s}.main.mean`, parameter: s, unit: 'V' })));
    const [first] = await pointsOf(chart.id);
    expect(first).toMatchObject({ value: 4, plotted: null, unjudged: expect.stringContaining('being collected') });
    expect(first!.record_id).toBe(first!.run_id);
    expect([...first!.vector].map((v) => Math.round(v / 100))).toEqual([1, 2, 3, 4]);
  });

  test('the baseline gives limits, and a fault of one sensor is found and named in the alert', async () => {
    await send(Array.from({ length: 40 }, (_, i) => run(i + 1)));
    for (const kind of KINDS) {
      const chart = await chartTitled(`sensors ${kind}`);
      expect(chart.version).toBe(2);
      const study = variablesStudy((await transaction((tx) => phasesOf(tx, [chart.id]))).get(chart.id)![1]!.study)!;
      expect(study).toMatchObject({ kept: [0, 1, 2, 3], constant: [], dependent: [] });
      expect(study.n).toBeGreaterThanOrEqual(18);
    }
    await send([run(45, { flow: 12 }), run(46, { flow: 12 }), run(47, { flow: 12 })]);
    for (const kind of KINDS) {
      const chart = await chartTitled(`sensors ${kind}`);
      const alert = await db().one<{ title: string; value: number; run_id: string }>(
        sql`SELECT title, value, run_id FROM alert WHERE chart_id = ${chart.id}`,
      );
      expect(alert!.title).toContain('most of it flow mean in main');
      const point = (await pointsOf(chart.id)).find((p) => p.run_id === alert!.run_id)!;
      expect([point.plotted, point.dispersion]).toContain(alert!.value);
    }
  });

  test('a run without one of the sensors is a gap that says so, moves nothing, and is in no baseline', async () => {
    const bare = run(50);
    await send([
      {
        ...bare,
        trace: {
          ...bare.trace!,
          sensors: (bare.trace as { sensors: { name: string }[] }).sensors.filter((s) => s.name !== 'power'),
        } as never,
      },
    ]);
    await send([run(51)]);
    for (const kind of KINDS) {
      const chart = await chartTitled(`sensors ${kind}`);
      const [gap, next] = (await pointsOf(chart.id)).slice(-2);
      expect(gap).toMatchObject({
        value: 3,
        plotted: null,
        dispersion: null,
        unjudged: 'not known: power mean in main',
        rules: [],
      });
      expect(gap!.vector[1]).toBeNaN();
      expect(next!.plotted).not.toBeNull();
      await expectAsWhole(chart);
    }
    await expectExactRollups();
  });

  test('runs that come late and shuffled, and excluded ones, give what judging the whole chart at once gives', async () => {
    const later = Array.from({ length: 24 }, (_, i) => run(60 + i, i > 12 ? { pressure: 2 } : {}));
    for (const k of [3, 0, 7, 1, 11, 2, 5, 4, 10, 9, 6, 8, 23, 20, 12, 22, 14, 13, 21, 15, 18, 16, 19, 17])
      await send([later[k]!]);
    const mewma = await chartTitled('sensors mewma');
    const record = (await pointsOf(mewma.id)).find((p) => p.at.getTime() === T0 + 66 * HOUR)!.record_id;
    await excludePoint(ana, { chart: mewma.id, record, reason: 'wrong recipe' });
    for (const kind of KINDS) expect(await expectAsWhole(await chartTitled(`sensors ${kind}`))).toBe(70);
    await expectExactRollups();
  }, 120_000);

  test('a chart made later is filled with the same points', async () => {
    const live = await chartTitled('sensors pca');
    await save(template('pca', { title: 'filled pca · {where} {product}', splitBy: ['tool', 'chamber', 'product'] }));
    await doAllWork();
    const filled = await chartTitled('filled pca');
    const essence = async (id: string) => (await pointsOf(id)).map(({ run_id, vector, value }) => ({ run_id, vector, value }));
    expect(await essence(filled.id)).toEqual(await essence(live.id));
    await expectAsWhole(filled);
  });

  test('another number of components or another rate needs no other baseline', async () => {
    const chart = await chartTitled('sensors pca');
    const versions = async () =>
      db().rows<{ version: number; ucl: number; disp_ucl: number; study: Record<string, number[][]> }>(
        sql`SELECT version, ucl, disp_ucl, study FROM chart_version WHERE chart_id = ${chart.id} ORDER BY version`,
      );
    const before = (await versions()).at(-1)!;
    await changeChart(ana, {
      chart: chart.id,
      seen: chart.version,
      reason: 'two directions',
      change: { design: { components: 3, alpha: 0.001 } },
    });
    const after = (await versions()).at(-1)!;
    expect(after.study['covariance']).toEqual(before.study['covariance']);
    expect(after.study['loadings']![0]).toHaveLength(3);
    expect(after.ucl).toBeGreaterThan(before.ucl);
    const e = await changeChart(ana, {
      chart: chart.id,
      seen: 3,
      reason: 'by hand',
      change: { limits: { cl: 1, ucl: 9, lcl: null } },
    }).catch((q) => q);
    expect((e as AppError).message).toContain('change the design instead');
  });
});

test('variables that cannot be charted together are refused by their field', async () => {
  const refused = async (over: Partial<TemplateDraft>, field: string, words: string) => {
    const e = await previewTemplate(ana, { template: null, content: template('t2', over) }).catch((q: unknown) => q);
    expect(e).toBeInstanceOf(AppError);
    expect((e as AppError).details).toMatchObject({ field });
    expect((e as AppError).message).toContain(words);
  };
  const [one, two] = OF_SENSORS;
  await refused({ variables: [one!] }, 'variables', 'two variables at least');
  await refused({ variables: [one!, one!] }, 'variables.1.characteristic', 'twice');
  await refused(
    { variables: [one!, { characteristic: 'measurement.lot', parameter: 'm1_cd' }] },
    'variables.1.characteristic',
    'one subject',
  );
  await refused(
    { variables: [one!, { characteristic: 'count.scratches' }] },
    'variables.1.characteristic',
    'cannot be charted with others',
  );
  await refused({ variables: [one!, { characteristic: 'measurement.mean' }] }, 'variables.1.parameter', 'Say of which parameter');
  await refused({ variables: [one!, { ...two!, parameter: 'pressure' }] }, 'variables.1.parameter', 'is of power');
  await refused({ baselineN: 19 }, 'baselineN', 'needs 20 at least');
  await refused({ where: { characteristic: ['measurement.mean'] } }, 'where.characteristic', 'by its variables');
  await refused({ specified: true }, 'specified', 'no specification');
  await refused({ kind: 'pca', design: { components: 4 } }, 'design.components', 'keep 3 at most');
  await refused({ kind: 'pca', design: { components: 1.5 } }, 'design.components', 'whole number');
  await refused({ rules: [1, 2] }, 'rules', 'rules 1 mean something');
  await refused({ kind: 'individuals' }, 'variables', 'of one value');
  const e = await createChart(ana, {
    chart: { operation: 'CVD-OXIDE', kind: 't2', rules: [1], alerting: false, variables: OF_SENSORS },
    reason: 'over all chambers',
  });
  expect(e.title).toContain('pressure + power');
});

test('another rate in the template is followed from the study of each chart, but not where a person chose its own', async () => {
  const head = async (title: string) =>
    (await db().one<{ id: string; version: number; content: TemplateDraft }>(
      sql`SELECT t.id, t.version, v.content FROM chart_template t JOIN chart_template_version v ON v.template_id = t.id AND v.version = t.version WHERE t.name = ${title}`,
    ))!;
  const change = async (kind: 't2' | 'pca') => {
    const { id, version, content } = await head(`sensors ${kind} · {where}`);
    await saveTemplate(ana, {
      template: id,
      seen: version,
      name: content.title,
      content: { ...content, design: { alpha: 0.01 } },
      reason: 'find more',
    });
    const chart = await chartTitled(`sensors ${kind}`);
    const phases = (await transaction((tx) => phasesOf(tx, [chart.id]))).get(chart.id)!;
    return phases.slice(-2);
  };
  const [was, is] = await change('t2');
  expect(is).toMatchObject({ design: { alpha: 0.01 }, limitsSource: 'study' });
  expect(is!.ucl).toBeLessThan(was!.ucl!);
  expect(variablesStudy(is!.study)!.covariance).toEqual(variablesStudy(was!.study)!.covariance);
  const [own, kept] = await change('pca');
  expect(own!.design).toEqual({ components: 3, alpha: 0.001 });
  expect([kept!.design, kept!.ucl]).toEqual([own!.design, own!.ucl]);
});
