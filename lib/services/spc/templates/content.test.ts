import { expect, test } from 'vitest';
import { checkContent, contentDifference, normal, type TemplateDraft, templateContent } from './content';
import type { MatchContext } from './contexts';
import { chartsOf, expandTemplate } from './expand';
import type { Master } from './master';
import { isOpen, matches, only } from './patterns';

const draft: TemplateDraft = {
  where: { tool: ['CVD-*'], characteristic: ['measurement.*'] },
  splitBy: ['tool', 'chamber'],
  kind: 'individuals',
  rules: [2, 1, 1],
  alerting: true,
  title: '{parameter} {characteristic} · {where}',
};
const content = (over: Partial<TemplateDraft> = {}) => normal(templateContent.parse({ ...draft, ...over }));
const faultOf = (over: Partial<TemplateDraft>) => {
  try {
    checkContent(content(over));
    return null;
  } catch (e) {
    return (e as { details: { field: string } }).details.field;
  }
};
const master: Master = {
  operations: new Map([['O', { area: 'DEP', layer: 'M1' }]]),
  units: new Map([['p', 'nm']]),
  overlayParameters: new Set(['tx', 'overlay']),
  specificationOf: (product) => (product === 'TOGETHER' ? 'operation' : product === 'NONE' ? undefined : 'chamber'),
  possible: [],
};
const context = (over: Partial<MatchContext> = {}): MatchContext => ({
  source: 'measurement',
  operation: 'O',
  product: 'P',
  tool: 'CVD-01',
  chamber: 'A',
  recipe: 'R1',
  parameter: 'p',
  names: ['zernike.2.0'],
  ...over,
});

test('patterns: a star is any text, everything else stands for itself', () => {
  expect(['CVD-01', 'CVD-', 'XCVD-01', 'CVD'].map((t) => matches(['CVD-*'], t))).toEqual([true, true, false, false]);
  expect(matches(['a.b'], 'axb')).toBe(false);
  expect(matches(['*(1)*'], 'recipe (1) v2')).toBe(true);
  expect([matches(['*'], null), matches(['CVD-*'], null), matches(['X', 'Y'], 'Y')]).toEqual([true, false, true]);
  expect([isOpen(['X', '*']), only(['X']), only(['X*']), only(['X', 'Y'])]).toEqual([true, 'X', null, null]);
});

test('a context gives one chart a characteristic; what does not divide is on one chart', () => {
  const t = content({ where: { characteristic: ['measurement.mean', 'zernike.*'] } });
  const charts = chartsOf(t, context(), master);
  expect(charts.map((c) => c.title)).toEqual(['p mean · CVD-01 A', 'p Zernike residual · CVD-01 A', 'p Z(2,0) · CVD-01 A']);
  expect(charts[0]).toMatchObject({ area: 'DEP', layer: 'M1', unit: 'nm', product: null, recipe: null, within: null });
  const other = chartsOf(t, context({ product: 'Q', recipe: 'R2' }), master);
  expect(other.map((c) => c.id)).toEqual(charts.map((c) => c.id));
  expect(chartsOf(t, context({ operation: 'GONE' }), master)).toEqual([]);
  expect(chartsOf(content({ onlySpecified: true }), context({ product: 'NONE' }), master)).toEqual([]);
});

test('a narrowed column that does not divide is kept with the chart; one name fixes it', () => {
  const narrowed = content({ where: { recipe: ['R1', 'R2'], product: ['P'], characteristic: ['measurement.mean'] } });
  const [chart] = chartsOf(narrowed, context(), master);
  expect(chart).toMatchObject({ product: 'P', recipe: null, within: { recipe: ['R1', 'R2'] } });
  expect(chart!.title).toBe('p mean · CVD-01 A · P · R1, R2');
  expect(chartsOf(narrowed, context({ recipe: 'R3' }), master)).toEqual([]);
  expect(chartsOf(narrowed, context({ recipe: null }), master), 'a recipe that nobody knows').toEqual([]);
});

test('a specification that wants one chart an operation has one a product; a lot has no chamber', async () => {
  const t = content({ where: { characteristic: ['measurement.lot', 'measurement.sd'] } });
  expect(chartsOf(t, context({ product: 'TOGETHER' }), master).map((c) => [c.tool, c.chamber, c.product])).toEqual([
    [null, null, 'TOGETHER'],
    [null, null, 'TOGETHER'],
  ]);
  const [sd, lot] = chartsOf(t, context(), master);
  expect([sd!.chamber, lot!.chamber]).toEqual(['A', null]);
  const all = await expandTemplate(t, [context(), context({ chamber: 'B' })], master);
  expect(all.size).toBe(3);
  expect(all.get(lot!.id)!.contexts).toEqual([0, 1]);
});

test('what would make no chart that works is refused by its field', () => {
  expect(faultOf({})).toBeNull();
  expect(faultOf({ where: { characteristic: ['thickness'] } })).toBe('where.characteristic');
  expect(faultOf({ where: { characteristic: ['thick*'] } })).toBeNull();
  expect(faultOf({ where: { characteristic: ['thick.*'] } })).toBe('where.characteristic');
  expect(faultOf({ kind: 'xbar_s' })).toBe('kind');
  expect(faultOf({ kind: 'xbar_s', where: { characteristic: ['measurement.lot'] } })).toBeNull();
  expect(faultOf({ lambda: 0.2 })).toBe('lambda');
  expect(faultOf({ kind: 'ewma' })).toBe('rules');
  expect(faultOf({ rules: [] })).toBe('rules');
  expect(faultOf({ title: '{parameter}' })).toBe('title');
  expect(faultOf({ title: '{where} {step}' })).toBe('title');
});

test('two contents differ line by line', () => {
  expect(contentDifference(content(), content({ rules: [1], where: { characteristic: ['measurement.*'] } }))).toEqual([
    'Where tool: CVD-* → *',
    'Rules: 1, 2 → 1',
  ]);
});
