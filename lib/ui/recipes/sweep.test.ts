import { expect, test } from 'vitest';
import { etchSweep } from './fixtures/etch-sweep';
import { prepareSweep, sweepCsv, sweepTable, sweepWords } from './sweep.prepare';

test('an order sweep over decades: a truncation without a change or with none left has a gap', () => {
  const m = prepareSweep(etchSweep);
  expect(m.points.map((p) => p.change)).toEqual([null, Math.log10(3e-2), -3, null]);
  expect(m.points.map((p) => p.isChosen)).toEqual([false, false, true, false]);
  expect([m.tolerance, m.yDomain]).toEqual([-4, [-6, -1]]);
  expect(m.yTicks[0]).toEqual({ value: -6, label: '1e−6' });
  expect(m.xTicks.map((t) => t.label)).toEqual(['2', '3', '4', '5']);
  for (const p of m.points) expect(p.x > m.xDomain[0] && p.x < m.xDomain[1]).toBe(true);
});

test('no more labels of decades than there is room for', () => {
  const m = prepareSweep({ ...etchSweep, sweep: [...etchSweep.sweep, { truncation: 8, change: 1e-12, errorEstimate: 1e-14 }] });
  expect(m.yTicks.length).toBeLessThanOrEqual(6);
  expect(new Set(m.yTicks.map((t) => t.label)).size).toBe(m.yTicks.length);
});

test('the chosen truncation is said at its point and in the table, and every number is in the file', () => {
  expect(sweepWords(etchSweep, 2)).toEqual(['M = 4, chosen', 'error estimate 2.0e−5', 'change 1.0e−3']);
  expect(
    sweepTable(etchSweep)
      .rows()
      .map((r) => r.cells[0]),
  ).toEqual(['2', '3', '4, chosen', '5']);
  expect(sweepCsv(etchSweep).split('\r\n').slice(0, 3)).toEqual(['M,change,error estimate', '2,,', '3,0.03,0.01']);
});
