import { expect, test } from 'vitest';
import { falseAlarmRate } from '@/lib/spc';
import { fixesOf, type Suspect } from './fixes';

const priced = {
  kind: 'individuals' as const,
  rules: [1, 2, 3, 5, 6],
  lambda: null,
  width_l: null,
  design: null,
  subgroup: 1,
  points: 700,
  signals: 20,
};
const suspect = (over: Partial<Suspect> = {}): Suspect => ({
  chartId: 'c1',
  priced,
  alarms: 6,
  worstDay: 1,
  noAction: 0,
  chance: 0.001,
  perWeek: 175,
  lag: null,
  twin: null,
  ...over,
});

test('a chart that alarms more than chance, and of whose alarms something came, is left alone', () => {
  expect(fixesOf(suspect())).toEqual([]);
});

test('where chance gives so many alarms, the rule whose removal saves most is proposed, with its price before and after', () => {
  const [fix, ...rest] = fixesOf(suspect({ chance: 0.4 }));
  expect(rest).toEqual([]);
  const rate = (rules: number[]): number => falseAlarmRate({ kind: 'individuals', rules });
  const without = [2, 3, 5, 6].map((r) => priced.rules.filter((x) => x !== r)).sort((a, b) => rate(a) - rate(b))[0]!;
  expect(fix).toMatchObject({ kind: 'rules', href: `/spc/c1?do=change&rules=${without.join(',')}` });
  expect(fix!.before).toBeCloseTo(175 * rate(priced.rules), 12);
  expect(fix!.after).toBeCloseTo(175 * rate(without), 12);
});

test('the limits themselves are never taken out, and a rule that hardly costs anything is kept', () => {
  expect(fixesOf(suspect({ chance: 0.4, priced: { ...priced, rules: [1] } }))).toEqual([]);
  expect(fixesOf(suspect({ chance: 0.001, noAction: 3 })).map((f) => f.kind)).toEqual(['rules']);
});

test('chatter asks for a study, unless neighbours follow each other: then for another sigma', () => {
  expect(fixesOf(suspect({ worstDay: 3 })).map((f) => [f.kind, f.href])).toEqual([['study', '/spc/c1?do=propose']]);
  expect(fixesOf(suspect({ worstDay: 3, lag: 0.62 })).map((f) => [f.kind, f.href])).toEqual([
    ['autocorrelation', '/spc/c1?do=propose&sigma=sd'],
  ]);
  // An EWMA is meant for points that follow each other.
  expect(fixesOf(suspect({ lag: 0.62, priced: { ...priced, kind: 'ewma', rules: [1] } }))).toEqual([]);
});

test('a twin is named, with the share of its signals', () => {
  const [fix] = fixesOf(suspect({ twin: { id: 'c2', title: 'CD mean', share: 0.9 } }));
  expect(fix).toMatchObject({
    kind: 'retire',
    after: 0,
    href: '/spc/c1?do=retire',
    text: expect.stringContaining('90 % of its signals'),
  });
});
