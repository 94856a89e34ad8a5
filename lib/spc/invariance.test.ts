import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import {
  capabilityIndices,
  cusumChart,
  evaluateSeries,
  ewmaChart,
  type IndividualsMethod,
  individualsChart,
  RULE_PRESETS,
  rangeChart,
  type ShewhartChart,
  sdChart,
  threeWayChart,
  type WithinMethod,
  xbarChart,
  zoneScore,
} from '.';

// Another unit (scale) and another zero (shift) of the measured value must move limits and leave every judgement alone.
const unit = fc.double({ min: 0.01, max: 200, noNaN: true });
const zero = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const seeds = fc.integer({ min: 1, max: 1e6 });

const near = (a: number, b: number, size: number): void => {
  expect(Math.abs(a - b)).toBeLessThan(1e-9 * size);
};

/** Subgroups of unequal size with a jump, so that there is something to signal. */
function groups(seed: number): number[][] {
  const rng = createRng(seed);
  return Array.from({ length: 16 }, (_, i) => Array.from({ length: 3 + (i % 3) }, () => rng.normal() + (i > 11 ? 2.5 : 0)));
}

test('subgroup charts, every estimator of sigma: limits move with the data, signals stay', () => {
  const methods = fc.constantFrom<WithinMethod>('rbar', 'sbar', 'mvlue-r', 'mvlue-s', 'pooled');
  fc.assert(
    fc.property(seeds, unit, zero, methods, (seed, scale, shift, method) => {
      const plain = groups(seed);
      const moved = plain.map((g) => g.map((v) => shift + scale * v));
      const size = Math.abs(shift) + 10 * scale;
      for (const [chart, offset] of [
        [xbarChart, shift],
        [rangeChart, 0],
        [sdChart, 0],
      ] as const) {
        const a = chart(plain, { method });
        const b = chart(moved, { method });
        const centers = (c: ShewhartChart) =>
          Array.from(c.ucl, (_, i) => (typeof c.center === 'number' ? c.center : c.center[i]!));
        const of = centers(a);
        for (const [i, c] of centers(b).entries()) near(c, offset + scale * of[i]!, size);
        a.ucl.forEach((u, i) => {
          near(b.ucl[i]!, offset + scale * u, size);
          near(b.lcl[i]!, offset + scale * a.lcl[i]!, size);
        });
        expect(b.beyondLimits).toEqual(a.beyondLimits);
      }
    }),
    { numRuns: 40 },
  );
});

test('individuals, EWMA and CUSUM, with the run rules on them', () => {
  const methods = fc.constantFrom<IndividualsMethod>('mr', 'mr-median', 'mssd', 'sd');
  fc.assert(
    fc.property(seeds, unit, zero, methods, (seed, scale, shift, method) => {
      const x = groups(seed).flat();
      const y = x.map((v) => shift + scale * v);
      const size = Math.abs(shift) + 10 * scale;
      const [a, b] = [individualsChart(x, { method }), individualsChart(y, { method })];
      near(b.ucl, shift + scale * a.ucl, size);
      near(b.lcl, shift + scale * a.lcl, size);
      expect(b.beyondLimits).toEqual(a.beyondLimits);
      const signals = (v: readonly number[], c: { center: number; lcl: number; ucl: number }) =>
        evaluateSeries(
          RULE_PRESETS['nelson-8'],
          v.map((t) => zoneScore(t, c)),
          v,
        ).violations;
      expect(signals(y, b)).toEqual(signals(x, a));
      const sa = { center: a.center, sigma: a.sigmaWithin };
      const sb = { center: b.center, sigma: b.sigmaWithin };
      const [ea, eb] = [ewmaChart(x, { ...sa, lambda: 0.2, nSigmas: 2.8 }), ewmaChart(y, { ...sb, lambda: 0.2, nSigmas: 2.8 })];
      near(eb.values.at(-1)!, shift + scale * ea.values.at(-1)!, size);
      near(eb.ucl.at(-1)!, shift + scale * ea.ucl.at(-1)!, size);
      expect(eb.beyondLimits).toEqual(ea.beyondLimits);
      const [ca, cb] = [cusumChart(x, { ...sa, k: 0.5, h: 4 }), cusumChart(y, { ...sb, k: 0.5, h: 4 })];
      expect(cb.signalsAbove).toEqual(ca.signalsAbove);
      near(cb.plus.at(-1)!, ca.plus.at(-1)!, 1e3 * (1 + Math.abs(shift) / scale));
    }),
    { numRuns: 40 },
  );
});

test('three-way chart and capability: the spread between wafers scales, the indices have no unit', () => {
  fc.assert(
    fc.property(seeds, unit, zero, (seed, scale, shift) => {
      const plain = groups(seed);
      const moved = plain.map((g) => g.map((v) => shift + scale * v));
      const [a, b] = [threeWayChart(plain), threeWayChart(moved)];
      near(b.sigmaBetween, scale * a.sigmaBetween, 100 * (Math.abs(shift) + 10 * scale));
      near(b.sigmaWithin, scale * a.sigmaWithin, Math.abs(shift) + 10 * scale);
      const spec = { lsl: -4, usl: 5, target: 0.3 };
      const [c, d] = [
        capabilityIndices(0.2, 1.1, 60, spec),
        capabilityIndices(shift + scale * 0.2, scale * 1.1, 60, {
          lsl: shift - 4 * scale,
          usl: shift + 5 * scale,
          target: shift + 0.3 * scale,
        }),
      ];
      for (const k of ['potential', 'lower', 'upper', 'actual', 'aboutTarget'] as const)
        near(d[k]!, c[k]!, 10 * (1 + Math.abs(shift) / scale));
    }),
    { numRuns: 40 },
  );
});
