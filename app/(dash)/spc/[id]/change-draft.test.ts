import { expect, test } from 'vitest';
import type { ChartVersionView } from '@/lib/services/spc/views/chart-model';
import { type ChartKind, rulesOfKind } from '@/lib/spc';
import { clashes } from '@/lib/ui/rebase';
import {
  type ChangeDraft,
  changeOf,
  type DraftBase,
  difference,
  dispersionProblem,
  draftBlocked,
  draftProblems,
  draftWords,
  firstDraft,
  limitsOf,
  ruleLine,
  sourceText,
} from './change-draft';

const current: ChartVersionView = {
  version: 3,
  effectiveMs: 0,
  rules: [1, 2, 101],
  preset: 'custom',
  setVersion: null,
  setName: null,
  cl: 100.123456,
  ucl: 103.456789,
  lcl: 96.78,
  limitsSource: 'study',
  sigmaWithin: 1.111111,
  sigmaMethod: 'sd',
  dispCl: 1.05,
  dispUcl: 2.6,
  dispLcl: 0,
  dispSource: 'study',
  lambda: null,
  widthL: null,
  design: null,
  study: null,
  baselineN: 20,
  author: 'Driftless',
  reason: 'first limits',
  createdMs: 0,
};
const base: DraftBase = { current, alerting: true, kind: 'xbar_s', unit: 'nm', decimals: 2, subgroup: 3, perWeek: null };
const set = (p: Partial<ChangeDraft>): ChangeDraft => ({ ...firstDraft(base), mode: 'set', ...p });
const limits = (lcl: string, cl: string, ucl: string) => ({ lcl, cl, ucl });

test('limits go as they are typed, a field left alone keeps its full precision, and no sigma is made of their width', () => {
  const d = set({ limits: { ...firstDraft(base).limits, ucl: '106' } });
  expect(changeOf(d, base)).toEqual({ limits: { lcl: 96.78, cl: 100.123456, ucl: 106 } });
  expect(changeOf(set({ limits: limits('94', '100', '106') }), base).limits).toEqual({ lcl: 94, cl: 100, ucl: 106 });
  expect(changeOf(set({ limits: limits('', '100', '106,5') }), base).limits).toEqual({ lcl: null, cl: 100, ucl: 106.5 });
  expect(changeOf(set({ sigma: '1.2' }), base).limits).toMatchObject({ sigmaWithin: 1.2 });
});

test('only what was changed is sent, so that a planned version goes on following in all else', () => {
  expect(changeOf(firstDraft(base), base)).toEqual({});
  expect(changeOf({ ...firstDraft(base), rules: new Set([101, 2, 1]) }, base)).toEqual({});
  expect(changeOf({ ...firstDraft(base), rules: new Set([1, 2, 3, 101]) }, base)).toEqual({ rules: [1, 2, 3, 101] });
  expect(changeOf({ ...firstDraft(base), rules: new Set([1, 2]) }, base)).toEqual({ rules: [1, 2] });
  expect(changeOf({ ...firstDraft(base), alerts: false }, base)).toEqual({ alerting: false });
  expect(changeOf({ ...firstDraft(base), mode: 'baseline' }, base)).toEqual({ limits: null });
});

test('limits of the location do not travel when only the dispersion was typed, and the other way round', () => {
  const d = set({ dispersion: { ...firstDraft(base).dispersion, ucl: '3' } });
  expect(changeOf(d, base)).toEqual({ dispersion: { lcl: 0, cl: 1.05, ucl: 3 } });
  expect(changeOf(set({ limits: limits('94', '100', '106') }), base)).not.toHaveProperty('dispersion');
});

test('what cannot hold stands beside its field and blocks the button', () => {
  const wrong = set({ limits: limits('101', '100', 'x') });
  expect(draftProblems(wrong, base).limits.ucl).toBe('The upper limit must be a number.');
  expect(draftProblems(set({ limits: limits('101', '100', '99') }), base).limits).toEqual({
    lcl: 'The lower limit must lie below the centre line (100).',
    ucl: 'The upper limit must lie above the centre line (100).',
  });
  expect(draftBlocked(wrong, base)).toBe('The upper limit must be a number.');
  expect(draftBlocked(set({ sigma: '-1' }), base)).toBe('Sigma within must be a number above 0.');
  expect(draftBlocked(firstDraft(base), base)).toMatch(/^Nothing differs/);
  expect(draftBlocked(set({ limits: limits('94', '100', '106') }), base)).toBeNull();
});

test('what changes is told in words: no rule is a bare 101', () => {
  const d = { ...firstDraft(base), rules: new Set([1, 5]) };
  expect(difference(d, base)).toEqual([
    'Rule added: 5: 2 of 3 points on the same side beyond 2σ',
    'Rule removed: 2: 9 points in a row on one side of the centre line',
    'Rule removed: standard deviation beyond its limit',
  ]);
  expect(difference(set({ limits: limits('94', '100', '106') }), base).join()).toMatch(/UCL: 103.46 → 106 nm.*used as entered/);
});

test('a dispersion rule that would have nothing to judge by is said, and an EWMA offers only its limit test', () => {
  const bare = { ...base, current: { ...current, cl: null, ucl: null, lcl: null, dispCl: null, dispUcl: null, dispLcl: null } };
  expect(dispersionProblem({ ...firstDraft(bare), mode: 'set', limits: limits('94', '100', '106') }, bare)).toMatch(
    /no limits yet/,
  );
  expect(dispersionProblem(set({ limits: limits('94', '100', '106') }), base)).toBeNull();
  expect(changeOf(firstDraft({ ...base, kind: 'ewma' }), { ...base, kind: 'ewma' }).rules).toEqual([1]);
});

test('every field that is wrong says so at once, not one after the other', () => {
  expect(draftProblems(set({ limits: limits('104', '100', '51,9x') }), base).limits).toEqual({
    lcl: 'The lower limit must lie below the centre line (100).',
    ucl: 'The upper limit must be a number.',
  });
  expect(draftProblems(set({ dispersion: limits('3', '2', 'x') }), base).dispersion).toEqual({
    lcl: 'The lower limit must lie below the centre line (2).',
    ucl: 'The upper limit must be a number.',
  });
});

test('the rules of a draft speak of the limits that it would judge by, on their list and among what changes', () => {
  const all = (d: ChangeDraft, b = base) =>
    [...rulesOfKind(b.kind).map((r) => ruleLine(r, d, b)), ...difference(d, b)].join('; ');
  const five = { rules: new Set([1, 5, 101]) };
  expect(all(set(five))).toContain('Rule added: 5: 2 of 3 points on the same side beyond 2σ');
  const entered = set({ ...five, limits: limits('94', '100', '106') });
  expect(all(entered)).not.toContain('σ');
  expect(all(entered)).toContain('Rule added: 5: 2 of 3 points on the same side beyond two thirds of the way');
  // Each pair of limits has its own source.
  expect(all(entered)).toContain('standard deviation beyond its limit');
  expect(all(entered)).not.toContain('standard deviation beyond its limit (as entered)');
  expect(all(set({ dispersion: limits('', '2', '9') }))).toContain('standard deviation beyond its limit (as entered)');
});

test('what entered limits give up is said in the words of the chart', () => {
  const said = (kind: ChartKind) => difference(set({ limits: limits('94', '100', '106') }), { ...base, kind }).join('; ');
  expect(said('xbar_s')).toContain('until now they followed the size');
  expect(said('ewma')).toContain('until now they opened from the start of the average on');
  expect(said('ewma')).toContain('The average starts anew at the new centre line');
  expect(said('xbar_s')).not.toContain('starts anew');
  expect(said('individuals')).toContain('until now they were those of a study');
});

test('a chart without a dispersion says nothing of its limits, and entered limits are no multiple of a sigma', () => {
  const given = { ...current, limitsSource: 'given' } as const;
  expect(sourceText(given, 'xbar_s')).toBe('given, dispersion study');
  expect(sourceText(given, 'ewma')).toBe('given');
  expect(sourceText({ ...given, cl: null }, 'ewma')).toBe('baseline');
  expect(limitsOf(firstDraft(base), base)).toBe('study');
  expect(limitsOf(set({ limits: limits('94', '100', '106') }), base)).toBe('given');
  expect(limitsOf(set({ mode: 'baseline' }), { ...base, current: given })).toBe('study');
});

test('limits that a person entered stand whole in the form and in the list of differences', () => {
  const entered = { ...base, current: { ...current, limitsSource: 'given', lcl: 94.125, cl: 100, ucl: 106.375 } as const };
  expect(firstDraft(entered).limits).toEqual({ lcl: '94.125', cl: '100', ucl: '106.375' });
  const d = { ...firstDraft(entered), mode: 'set' as const, limits: { ...firstDraft(entered).limits, ucl: '107' } };
  expect(difference(d, entered)).toContain('UCL: 106.375 → 107 nm');
  expect(firstDraft(base).limits.ucl).toBe('103.46');
});

test('what another version and the form both changed is named as the form names it', () => {
  const was = firstDraft(base);
  const typed: ChangeDraft = {
    ...was,
    mode: 'set',
    limits: { ...was.limits, ucl: '104' },
    sigma: '1.2',
    dispersion: { ...was.dispersion, lcl: '0.1' },
    rules: new Set([1]),
    alerts: false,
  };
  const other = { ...current, version: 4, ucl: 105, lcl: 95, sigmaWithin: 1.3, dispLcl: 0.2, rules: [1, 5] };
  const now = firstDraft({ ...base, current: other });
  expect(clashes(typed, was, now).map(draftWords)).toEqual(['UCL', 'Sigma within', 'Dispersion LCL']);
});
