import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { phase } from '@/tests/support/spc-points';
import { scorePage } from './page';
import { missedFaults, type ScoredChart, scoreChart, scoreClasses } from './score';

const PHASE = phase({ version: 1, rules: [1], ucl: 3, lcl: -3, limitsSource: 'given', dispSource: 'given' });
const HOUR = 3_600_000;

/** Normal points an hour apart; a fault moves those from `from` on by `shift`. */
function chart(
  id: string,
  n: number,
  fault: { id: string; from: number; to: number; shift: number } | null,
  seed = 3,
): ScoredChart {
  const rng = createRng(seed, id);
  return {
    id,
    kind: 'individuals',
    phases: [PHASE],
    points: Array.from({ length: n }, (_, i) => {
      const inside = fault !== null && i >= fault.from && i < fault.to;
      return {
        at: i * HOUR,
        value: rng.normal() + (inside ? fault.shift : 0),
        spread: null,
        n: 1,
        excluded: false,
        fault: inside ? fault.id : null,
      };
    }),
  };
}

const faults = new Map([
  ['F1', { type: 'step_shift', fromMs: 100 * HOUR }],
  ['F2', { type: 'excursion', fromMs: 50 * HOUR }],
]);

test('a fault is found by the first signal that ends within it, with its delay; a small one by a run, not by the limits', () => {
  const small = chart('small', 200, { id: 'F1', from: 100, to: 140, shift: 1.5 });
  const gross = chart('gross', 200, { id: 'F2', from: 50, to: 52, shift: 12 });
  const byLimits = scoreChart(gross, null);
  expect(byLimits.found).toEqual([{ fault: 'F2', points: 1, atMs: 50 * HOUR }]);
  const runs = scoreChart(small, [14]);
  expect(runs.found).toHaveLength(1);
  expect(runs.found[0]!.points).toBeGreaterThanOrEqual(1);
  expect(runs.found[0]!.points).toBeLessThanOrEqual(20);
  const classes = scoreClasses([runs, byLimits], faults);
  expect(classes.map((c) => [c.type, c.found, c.watched])).toEqual([
    ['excursion', 1, 1],
    ['step_shift', 1, 1],
  ]);
  expect(classes[0]).toMatchObject({ points: 1, hours: 0 });
});

test('a fault that no rule finds is missed and not hidden; one that no chart sees is not counted as watched', () => {
  const score = scoreChart(chart('quiet', 200, { id: 'F1', from: 100, to: 103, shift: 0.2 }, 8), [1]);
  expect(score.watched).toMatchObject([{ fault: 'F1', points: 3 }]);
  expect(score.watched[0]!.furthest).toBeLessThan(3);
  expect(missedFaults([score], faults)).toMatchObject([
    { id: 'F1', charts: 1, points: 3 },
    { id: 'F2', charts: 0, points: 0, furthest: null },
  ]);
  const classes = scoreClasses([score], faults);
  expect(classes.find((c) => c.type === 'step_shift')).toMatchObject({ found: 0, watched: 1, points: null });
  expect(classes.find((c) => c.type === 'excursion')).toMatchObject({ found: 0, watched: 0 });
});

test('false alarms are those of points that no fault touched, and their expected number is the price of the rules', () => {
  const score = scoreChart(chart('long', 40_000, { id: 'F1', from: 100, to: 1_100, shift: 4 }), [1]);
  expect(score.clean).toBe(39_000);
  expect(score.expected).toBeCloseTo(39_000 / 370.4, 1);
  expect(Math.abs(score.falseAlarms - score.expected)).toBeLessThan(4 * Math.sqrt(score.expected));
});

test('the page says what was found, what was missed and whether the price holds', () => {
  const score = scoreChart(chart('gross', 200, { id: 'F2', from: 50, to: 52, shift: 12 }), null);
  const classes = scoreClasses([score], new Map([['F2', { type: 'excursion', fromMs: 50 * HOUR }]]));
  const inControl = { points: 1000, alarms: 3, expected: 2.7, interval: { low: 0.6, high: 8.8 } };
  const page = scorePage({
    at: new Date(0),
    fab: 'sim',
    seed: 1,
    days: 8,
    charts: 1,
    points: 200,
    faults: [{ type: 'excursion', n: 1, touched: 1 }],
    checks: [{ label: 'Rule 1', known: inControl, estimated: [{ baseline: 20, result: inControl }], isSum: false, holds: true }],
    sets: [
      {
        label: 'In force',
        classes,
        kinds: [{ kind: 'individuals', charts: 1, classes, clean: 198, falseAlarms: 1, expected: 0.5, chartWeeks: 2 }],
      },
    ],
    missed: [],
    missedFaults: [{ id: 'F1', type: 'step_shift', charts: 2, points: 3, furthest: 2.764 }],
  });
  expect(page).toContain('| In force | 1 of 1 (21–100 %); 1 pt, 0.000 h |');
  expect(page).toContain('| F1 | step_shift | 2 | 3 | 2.76 |');
  expect(page).toContain('Every class is found by the rules in force.');
  expect(page).toContain('| Rule 1 | 1,000 | 2.70 | 3 (0.600–8.80) | 1.11 | yes | 1.11 (0.222–3.26) |');
});
