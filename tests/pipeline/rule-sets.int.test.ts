import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { changeChart, excludePoint, includePoint } from '@/lib/services/spc/change-chart';
import { tryChange } from '@/lib/services/spc/limits/try-change';
import { applyRuleSet } from '@/lib/services/spc/rules/apply';
import { knowRules } from '@/lib/services/spc/rules/book';
import { contentOf, type RuleSetDraft } from '@/lib/services/spc/rules/content';
import { previewRuleSet } from '@/lib/services/spc/rules/preview';
import { restoreRuleSet, retireRuleSet, saveRuleSet } from '@/lib/services/spc/rules/save';
import type { TemplateDraft } from '@/lib/services/spc/templates/content';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { spcChart } from '@/lib/services/spc/views/chart';
import { ruleSetList, ruleSetView } from '@/lib/services/spc/views/rule-sets';
import { violationsOf } from '@/lib/services/spc/views/violations';
import { BUILT_IN_SETS, falseAlarmRate } from '@/lib/spc';
import { as } from '../support/as';
import { baseline, type CoatedLot, coater } from '../support/coated-lots';
import { type Door, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const FAR = T0 + 400 * 24 * HOUR;
const reason = 'customer A asks for runs of seven';
let door: Door;
let lots: (list: readonly CoatedLot[]) => Promise<string[]>;
let chart: string;
let set: string;
const ana = (hours: number) => as('ana', { now: T0 + hours * HOUR });

const one = (name: string, rule: RuleSetDraft['rules'][number]['rule'], over: Partial<RuleSetDraft['rules'][number]> = {}) => ({
  name,
  rule,
  ...over,
});
const run = (n: number) => one('Run of A', { kind: 'beyond', k: n, n, sigma: 0, side: 'same' }, { priority: 'high' });
const near = one('Near the limit', { kind: 'beyond', k: 1, n: 1, sigma: 2, side: 'any' }, { severity: 'warning' });
const [nelson1] = contentOf([1]).rules;
const drawn = (n: number): RuleSetDraft => ({ rules: [nelson1!, run(n), near] });

beforeAll(async () => {
  door = await openDoor();
  lots = coater(door);
  await lots(baseline(T0));
  await lots([{ at: T0 + 100 * HOUR, means: [100.1, 99.8, 100.2] }]);
  chart = (await oxideChart('measurement.mean', 'individuals')).id;
}, 120_000);
afterAll(() => door.close());

const versionOf = async (id: string) =>
  (await db().one<{ version: number; rules: number[]; preset: string; set_version: number | null; reason: string }>(
    sql`SELECT version, rules, preset, set_version, reason FROM chart_version WHERE chart_id = ${id} ORDER BY version DESC LIMIT 1`,
  ))!;
const seen = async (id: string): Promise<number> =>
  (await db().one<{ version: number }>(sql`SELECT version FROM chart WHERE id = ${id}`))!.version;
const pointsAfter = (hours: number) =>
  db().rows<{ record_id: string; rules: number[]; warnings: number[] }>(
    sql`SELECT record_id, rules, warnings FROM chart_point WHERE chart_id = ${chart} AND at >= ${new Date(T0 + hours * HOUR)} ORDER BY at`,
  );

test('a set is saved with numbers of its own, priced, and refused where it would say one thing by the name of another', async () => {
  const made = await saveRuleSet(ana(101), { set: null, seen: 0, name: 'Customer A', content: drawn(7), reason });
  set = made.id;
  expect(made.numbers[0]).toBe(1); // a rule that comes with Driftless keeps its number
  expect(made.numbers.slice(1).every((n) => n >= 1000 && n < 1_000_000)).toBe(true);
  const priced = await previewRuleSet(ana(101), { set, content: drawn(7), shift: 1 });
  expect(priced.using).toEqual([]);
  const ours = priced.all.find((k) => k.kind === 'individuals')!;
  const [, n] = made.numbers;
  await knowRules(db(), made.numbers);
  expect(ours.price.rate).toBeCloseTo(falseAlarmRate({ kind: 'individuals', rules: [1, n!] }), 12);
  expect(ours.perWeek).toBeCloseTo(ours.price.rate * ours.pointsPerWeek, 9);
  const refused = (content: RuleSetDraft, field: string) =>
    expect(saveRuleSet(ana(101), { set: null, seen: 0, name: 'X', content, reason })).rejects.toMatchObject({
      code: 'invalid_input',
      details: { field },
    });
  await refused({ rules: [one('WE4', { kind: 'beyond', k: 9, n: 9, sigma: 0, side: 'same' })] }, 'rules.0.name');
  await refused({ rules: [run(7), one('twin', run(7).rule)] }, 'rules.1.rule');
  await refused({ rules: [{ ...run(7), enabled: false }] }, 'rules');
  await refused({ rules: [one('zones', { kind: 'within', n: 15, sigma: 1 }, { on: 'dispersion' })] }, 'rules.0.on');
  await refused({ rules: [one('k', { kind: 'beyond', k: 4, n: 3, sigma: 0, side: 'same' })] }, 'rules.0.rule');
  await expect(
    saveRuleSet(ana(101), { set: null, seen: 0, name: BUILT_IN_SETS[0]!.label, content: drawn(7), reason }),
  ).rejects.toMatchObject({ code: 'conflict', details: { field: 'name' } });
});

test('a chart that chooses the set judges by it: signals bear its name and its priority, warnings leave a point in control', async () => {
  const tried = await tryChange(ana(103), { chart, change: { ruleSet: { set } } });
  expect(tried.points).toBeGreaterThan(0);
  await changeChart(ana(103), { chart, seen: await seen(chart), change: { ruleSet: { set } }, reason });
  const v = await versionOf(chart);
  expect(v).toMatchObject({ preset: set, set_version: 1 });
  await lots([104, 108, 112].map((h) => ({ at: T0 + h * HOUR, means: [100.3, 100.4, 100.5] })));
  const points = await pointsAfter(104);
  const [, runOfA, nearLimit] = (await ruleSetView(set, new Date(FAR))).content.rules.map((_, i) => v.rules[i]!);
  expect(points.map((p) => p.rules)).toEqual([[], [], [], [], [], [], [runOfA], [runOfA], [runOfA]]);
  const alert = await db().one<{ title: string; severity: string; rule: number }>(
    sql`SELECT title, severity, rule FROM alert WHERE chart_id = ${chart} ORDER BY raised_at DESC LIMIT 1`,
  );
  expect(alert).toMatchObject({ severity: 'high', rule: runOfA });
  expect(alert!.title).toContain('Run of A: 7 points in a row on one side of the centre line');
  const why = await violationsOf(chart, T0 + 104 * HOUR, FAR);
  expect(why.flatMap((w) => w.violations).every((x) => x.rule === runOfA && x.members.length === 7)).toBe(true);
  // "which rule made it red, and what sigma is used": the limits that judged it are three sigmas of the plotted point from its centre
  const [red] = why.flatMap((w) => w.violations);
  const study = (await spcChart(chart, 0, FAR)).versions.find((x) => x.version === red!.version)!;
  expect((red!.ucl! - red!.cl!) / 3).toBeCloseTo(study.sigmaWithin!, 10);
  // sigma of the points is about 0.7: 1.7 above the centre is beyond 2 and within 3 of it
  const view = await spcChart(chart, 0, FAR);
  const now = view.versions.find((x) => x.version === v.version)!;
  const mean = now.cl! + (now.ucl! - now.cl!) * 0.8;
  await lots([{ at: T0 + 116 * HOUR, means: [99.9, mean, 99.8] }]);
  const [, warned] = await pointsAfter(116);
  expect(warned).toMatchObject({ rules: [], warnings: [nearLimit] });
  const drawnPoint = (await spcChart(chart, T0 + 116 * HOUR, FAR)).points;
  expect([drawnPoint.rules[1], drawnPoint.warnings[1]]).toEqual([[], [nearLimit]]);
});

test('a new version of the set moves no chart until somebody applies it, and an old decision is judged again as it was', async () => {
  const before = await pointsAfter(104);
  await saveRuleSet(ana(120), { set, seen: 1, name: 'Customer A', content: drawn(8), reason: 'seven was too many alarms' });
  expect(await versionOf(chart)).toMatchObject({ set_version: 1 });
  const [record] = await pointsAfter(116);
  const point = { chart, record: record!.record_id, reason };
  await excludePoint(ana(121), point);
  await includePoint(ana(121), point);
  expect(await pointsAfter(104)).toEqual(before);
  const view = await ruleSetView(set, new Date(T0 + 121 * HOUR));
  expect(view.behind).toMatchObject({ count: 1, listed: [{ id: chart, setVersion: 1 }] });
  expect(view.versions[0]!.difference.join()).toContain('7 points in a row on one side of the centre line');
  await expect(applyRuleSet(ana(122), { set, seen: 2, charts: 9, reason })).rejects.toMatchObject({
    code: 'precondition_failed',
    details: { field: 'charts' },
  });
  expect(await applyRuleSet(ana(122), { set, seen: 2, charts: 1, reason })).toEqual({ version: 2, charts: 1, templates: 0 });
  expect(await versionOf(chart)).toMatchObject({ preset: set, set_version: 2 });
  await lots([124, 128, 132].map((h) => ({ at: T0 + h * HOUR, means: [100.3, 100.4, 100.5] })));
  expect((await pointsAfter(124)).map((p) => p.rules.length)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1]);
  expect((await pointsAfter(104)).slice(0, before.length)).toEqual(before);
  await expect(applyRuleSet(ana(133), { set, seen: 2, charts: 0, reason })).rejects.toMatchObject({ code: 'invalid_input' });
  const audited = await db().rows(sql`SELECT 1 FROM audit_entry WHERE entity = 'rule set' AND entity_id = ${set}`);
  expect(audited).toHaveLength(3);
});

test('the definition of a number never changes, not even by hand', async () => {
  await expect(db().exec(sql`UPDATE run_rule SET definition = '{}'`)).rejects.toThrow(/never changes/);
  await expect(db().exec(sql`DELETE FROM run_rule`)).rejects.toThrow(/never changes/);
});

test('a template takes a set at its version, its charts judge by what their kind can have, and applying moves both', async () => {
  const content: TemplateDraft = {
    where: { operation: ['CVD-OXIDE'], parameter: ['oxide_thickness'], characteristic: ['measurement.max'] },
    splitBy: ['tool', 'chamber'],
    kind: 'ewma',
    rules: [],
    preset: set,
    alerting: false,
    title: '{parameter} {characteristic} · {where}',
  };
  const saved = await saveTemplate(ana(140), { template: null, seen: 0, name: 'Highest', content, reason });
  const mine = () =>
    db().rows<{ rules: number[]; set_version: number; template_version: number }>(sql`
      SELECT v.rules, v.set_version, k.template_version FROM chart k JOIN chart_version v ON v.chart_id = k.id AND v.version = k.version WHERE k.template_id = ${saved.id}`);
  expect((await mine())[0]).toEqual({ rules: [1], set_version: 2, template_version: 1 }); // an average has its limits alone
  await expect(
    saveTemplate(ana(140), { template: null, seen: 0, name: 'Other', content: { ...content, rules: [1, 2] }, reason }),
  ).rejects.toMatchObject({ details: { field: 'rules' } });
  await saveRuleSet(ana(141), { set, seen: 2, name: 'Customer A', content: drawn(9), reason });
  const { behind, templatesBehind } = await ruleSetView(set, new Date(T0 + 141 * HOUR));
  expect(templatesBehind).toBe(1);
  const applied = await applyRuleSet(ana(141), { set, seen: 3, charts: behind.count, reason });
  expect(applied).toMatchObject({ templates: 1, charts: behind.count });
  expect((await mine())[0]).toEqual({ rules: [1], set_version: 3, template_version: 2 });
  const row = (await ruleSetList(new Date(T0 + 142 * HOUR))).find((r) => r.id === set)!;
  expect(row).toMatchObject({ charts: behind.count, behind: 0, templates: 1, rules: ['Nelson 1', 'Run of A', 'Near the limit'] });
});

test('a retired set is no longer chosen, and judges where it is', async () => {
  await retireRuleSet(ana(150), { set, seen: 3, reason });
  const max = (await oxideChart('measurement.sd', 'individuals')).id;
  const choose = async () => changeChart(ana(151), { chart: max, seen: await seen(max), change: { ruleSet: { set } }, reason });
  await expect(choose()).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'ruleSet' } });
  await expect(saveRuleSet(ana(151), { set, seen: 3, name: 'Customer A', content: drawn(7), reason })).rejects.toMatchObject({
    code: 'conflict',
  });
  await lots([152, 156, 160].map((h) => ({ at: T0 + h * HOUR, means: [100.3, 100.4, 100.5] })));
  expect((await pointsAfter(152)).at(-1)!.rules).toHaveLength(1);
  await restoreRuleSet(ana(161), { set, seen: 3, reason });
  expect(await choose()).toMatchObject({ kind: 'in_force' });
  // sets that come with Driftless are chosen by their name, and say so
  await changeChart(ana(162), { chart: max, seen: await seen(max), change: { ruleSet: { set: 'weco-4' } }, reason });
  expect(await versionOf(max)).toMatchObject({ preset: 'weco-4', set_version: null, rules: [11, 12, 13, 14] });
  await expect(
    changeChart(ana(163), { chart: max, seen: await seen(max), change: { ruleSet: { set: 'weco-4' } }, reason }),
  ).rejects.toMatchObject({ message: expect.stringContaining('Nothing differs') });
  await expect(
    changeChart(ana(163), { chart: max, seen: await seen(max), change: { ruleSet: { set: 'western' } }, reason }),
  ).rejects.toMatchObject({ details: { field: 'ruleSet' } });
  await expect(
    changeChart(ana(163), { chart: max, seen: await seen(max), change: { rules: [9999] }, reason }),
  ).rejects.toMatchObject({ details: { field: 'rules' } });
});
