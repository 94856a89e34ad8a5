import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalQuantile } from '@/lib/numerics';
import { zernikeName } from '@/lib/spatial';
import { barNotes, barsCsv, barsSummary, barTable, barTicks, barWords, labelRoom, shownLabel } from './bars.prepare';
import { prepareHistogram } from './histogram.prepare';
import { insideX } from './plot';
import { predictedCsv, preparePredicted } from './predicted-measured.prepare';
import { zernikeLabel } from './zernike';

test('one name a Zernike term, the same beside a bar, in an answer and in the title of a chart', () => {
  expect([4, 12, 24, 27].map(zernikeLabel)).toEqual([
    { label: 'Z(2,0)', name: 'bowl' },
    { label: 'Z(4,0)', name: 'ring' },
    { label: 'Z(6,0)', name: 'edge ring' },
    { label: 'Z(6,6)', name: '' },
  ]);
  expect(zernikeLabel(3)).toEqual({ label: 'Z(2,−2)', name: 'astig. 45°' });
  expect([12, 24, 27].map(zernikeName)).toEqual(['Z(4,0) ring', 'Z(6,0) edge ring', 'Z(6,6)']);
});

test('predicted against measured: pairs only, square domain, coverage counted', () => {
  const m = preparePredicted({
    title: 't',
    unit: 'nm',
    measured: new Float64Array([3, 1, Number.NaN, 2]),
    predicted: new Float64Array([3.1, 1.5, 2, 2]),
    lo: new Float64Array([2.9, 1.3, 1, 1.8]),
    hi: new Float64Array([3.3, 1.7, 3, 2.2]),
    reliable: [true, true, true, true],
    version: [1, 1, 1, 2],
    label: ['a', 'b', 'c', 'd'],
  });
  expect(m.index).toEqual([1, 3, 0]);
  expect(m.coverage).toBeCloseTo(2 / 3, 12);
  expect(m.summary).toContain('67 %');
});

test('labels take the room they need; one that is too long keeps its first and last words', () => {
  const long = { label: 'film_interferometer deposit mean' };
  expect(labelRoom([long], 120, 900)).toBeGreaterThanOrEqual(long.label.length * 6);
  expect(labelRoom([long], 120, 300)).toBe(150);
  expect(labelRoom([{ label: 'Tx' }], 120, 900)).toBe(120);
  expect(shownLabel(long.label, 400)).toBe(long.label);
  const cut = shownLabel(long.label, 150);
  expect(cut.length * 6).toBeLessThanOrEqual(150);
  expect(cut).toMatch(/^film_inte.*….*mean$/);
  // A long remark after a short label does not displace it.
  expect(shownLabel('12', 150, 'explains 85 % of y, 14 % of x')).toBe('12');
});

test('numbers below the bars never touch, however narrow they are', () => {
  for (const room of [600, 200, 120, 80, 40]) {
    const { ticks, decimals } = barTicks(-0.6, 0.6, room);
    const px = ticks.map((t) => ((t + 0.6) / 1.2) * room);
    for (let i = 1; i < px.length; i++)
      expect(px[i]! - px[i - 1]!).toBeGreaterThanOrEqual(ticks[i]!.toFixed(decimals).length * 6);
    expect(ticks.length).toBeGreaterThan(0);
  }
});

test('a picture of bars speaks of whiskers only where there are any', () => {
  expect(barNotes([{ key: 'a', label: 'A' }], undefined, null)).toEqual([]);
  expect(barNotes([{ key: 'a', label: 'A', u: 0.1 }], { label: 'VIP = 1' }, 'a')).toEqual([
    'whiskers ± 2u; pale: not told apart from zero',
    'dashed line: VIP = 1',
    'marked: A, chosen',
  ]);
});

test('the chosen bar is said wherever bars are read: in the sentence, at the bar and in the table', () => {
  const items = Array.from({ length: 20 }, (_, i) => ({ key: `k${i}`, label: `A${i}`, value: i }));
  const summary = barsSummary('Chambers', 'nm', items, 'k15');
  expect(summary).toMatch(/A11 11.000, A15 15.000 \(chosen\) and 7 more$/);
  expect(barsSummary('Chambers', 'nm', items, null)).toMatch(/A11 11.000 and 8 more$/);
  expect([barWords(items[15]!, 'nm', 'k15'), barWords(items[14]!, 'nm', 'k15')]).toEqual([
    'A15, chosen: 15.000 nm',
    'A14: 14.000 nm',
  ]);
  const names = barTable(items, 'nm', 2, 'k15')
    .rows()
    .map((r) => r.cells[0]);
  expect(names.slice(14, 17)).toEqual(['A14', 'A15, chosen', 'A16']);
});

test('no number below a histogram is cut at its ends', () => {
  expect(insideX(4, '51.0', 274)).toBeCloseTo(12.1, 9);
  expect(insideX(270, '54.50', 274)).toBeCloseTo(258.875, 9);
  expect(insideX(130, '52.0', 274)).toBe(130);
});

test('predicted against measured: what is outside the domain neither covers nor stretches the frame, and no whisker leaves it', () => {
  const c = {
    title: 't',
    unit: 'nm',
    measured: new Float64Array([1, 2, 1.5]),
    predicted: new Float64Array([1, 2, 1.6]),
    lo: new Float64Array([0.5, 1.5, -80]),
    hi: new Float64Array([1.5, 2.6, 90]),
    reliable: [true, true, false],
    version: [6, 6, 5],
    label: ['a', 'b', 'c'],
  };
  const m = preparePredicted(c);
  expect(m.domain[0]).toBeLessThan(0.5);
  expect(m.domain[1]).toBeGreaterThan(2.6);
  expect(m.domain[1]).toBeLessThan(3);
  for (const w of m.whiskers) expect([w.lo >= m.domain[0], w.hi <= m.domain[1]]).toEqual([true, true]);
  expect(m.coverage).toBe(1);
  expect(m.summary).toMatch(/^3 wafers, 2 inside the domain/);
  expect(predictedCsv(c, m.index).split('\r\n').slice(0, 2)).toEqual([
    'wafer,measured (nm),predicted (nm),interval_low (nm),interval_high (nm),inside_domain,version',
    'a,1,1,0.5,1.5,true,6',
  ]);
});

test('the file of bars has a column of u only where there is one', () => {
  expect(barsCsv([{ label: 'a', value: 1 }], 'nm').split('\r\n')[0]).toBe('name,value (nm)');
  const both = [
    { label: 'a', value: 1, u: 0.5 },
    { label: 'b', value: 2 },
  ];
  expect(barsCsv(both, 'nm')).toBe('name,value (nm),u (nm)\r\na,1,0.5\r\nb,2,\r\n');
});

test('a Zernike term is found in the file of bars by whoever types its name', () =>
  expect(barsCsv([{ label: zernikeLabel(1).label, value: 2 }], 'nm')).toBe('name,value (nm)\r\n"Z(1,-1)",2\r\n'));

test('bins have round edges, count every value once, and show the limits', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.integer({ min: -1e6, max: 1e6 }).map((v) => v / 1000),
          fc.constant(Number.NaN),
        ),
        { maxLength: 300 },
      ),
      (values) => {
        const m = prepareHistogram({ label: 'CD', unit: 'nm', values, lsl: -1100, usl: 1100 });
        const known = values.filter((v) => !Number.isNaN(v));
        expect(m.bins.reduce((s, b) => s + b.count, 0)).toBe(known.length);
        expect([m.n, m.xDomain[0] < -1100, m.xDomain[1] > 1100]).toEqual([known.length, true, true]);
        for (const b of m.bins) {
          expect(b.to).toBeGreaterThan(b.from);
          expect(Number(b.from.toFixed(m.binDecimals))).toBeCloseTo(b.from, 8);
        }
      },
    ),
  ));

test('normal values stand in bins of about the width of Freedman and Diaconis', () => {
  const values = Array.from({ length: 200 }, (_, i) => 30 + normalQuantile((i + 0.5) / 200));
  const m = prepareHistogram({ label: 'CD', unit: 'nm', values });
  expect(m.bins[0]!.to - m.bins[0]!.from).toBe(0.5);
  expect(m.summary).toBe('200 values in 12 bins of 0.5 nm');
  expect(prepareHistogram({ label: 'CD', unit: 'nm', values: [5, 5, 5] }).bins.filter((b) => b.count > 0)).toHaveLength(1);
  expect(prepareHistogram({ label: 'CD', unit: 'nm', values: [30, 30 + 4e-15] }).bins.length).toBeGreaterThan(0);
  expect(prepareHistogram({ label: 'CD', unit: 'nm', values: [] }).summary).toBe('no values to count');
});
