import { expect, test } from 'vitest';
import {
  chooseConicalTruncation,
  chooseTruncation,
  convergedCrossed,
  convergedLineGrating,
  extrapolateSweep,
  type LineGrating,
  solveConical,
  solveCrossed,
  solveLineGrating,
  tailEstimate,
} from './index';

const air = { re: 1, im: 0 };
const lines = (index: { re: number; im: number }, over: Partial<LineGrating> = {}): LineGrating => ({
  periodNm: 500,
  superstrate: air,
  substrate: { re: 1.46, im: 0 },
  layers: [{ thicknessNm: 120, background: air, segments: [{ x0Nm: -110, x1Nm: 90, index }] }],
  ...over,
});
const silicon = { re: 4.3, im: 0.2 };
const gold = { re: 0.2, im: 3.4 };

test('tail estimate: exact law times the safety factor, the largest of three changes counts', () => {
  const m = [4, 5, 6, 8, 10];
  const value = (k: number): number => 3 / k;
  const changes = m.map((k, i) => (i === 0 ? Number.NaN : Math.abs(value(k) - value(m[i - 1]!))));
  expect(tailEstimate(m, changes, 1)).toBeCloseTo(2 * 0.3, 12);
  const calm = changes.slice();
  calm[4] = 0;
  expect(tailEstimate(m, calm, 1)).toBeCloseTo(2 * 0.3, 12);
  expect(tailEstimate(m.slice(0, 3), changes, 1)).toBeNaN();
});

test('the extrapolation is exact for its law, alternation included, and doubts a slower one', () => {
  const rows = (p: number) =>
    [4, 5, 6, 7, 8].map((m) => ({ truncation: m, values: Float64Array.of(0.3 + (2 - (-1) ** m) * m ** -p, 1) }));
  const l = extrapolateSweep(rows(2.5));
  expect(l.values[0]).toBeCloseTo(0.3, 12);
  expect(l.values[1]).toBeCloseTo(1, 12);
  const slow = extrapolateSweep(rows(2));
  expect(Math.abs(slow.values[0]! - 0.3)).toBeLessThan(slow.errorEstimate);
  expect(() => extrapolateSweep(rows(2).slice(1))).toThrow(/five/);
});

test.each([
  ['silicon', silicon, 1e-3],
  ['gold', gold, 1e-2],
] as const)(
  'the chosen truncation of %s lines meets the modal solver within what was asked, and what it states covers',
  (_, index, tolerance) => {
    const g = lines(index);
    const c = chooseTruncation([{ grating: g, wavelengthNm: 633 }], 0.3, ['TE', 'TM']);
    expect(c.tolerance).toBe(tolerance);
    expect(c.isReached).toBe(true);
    expect(c.sweep.at(-1)!.truncation).toBe(c.truncation);
    for (const p of ['TE', 'TM'] as const) {
      const got = solveLineGrating(g, 633, 0.3, p, c.truncation);
      const truth = convergedLineGrating(g, 633, 0.3, p, { resolution: { degree: 4, levels: 4 } });
      const m = c.truncation;
      const k = truth.truncation;
      const errors = [
        Math.hypot(got.r.re[m]! - truth.r.re[k]!, got.r.im[m]! - truth.r.im[k]!),
        Math.abs(got.reflected[m]! - truth.reflected[k]!),
        Math.abs(got.transmitted[m]! - truth.transmitted[k]!),
      ];
      for (const e of errors) expect(e).toBeLessThan(tolerance);
      for (const e of errors) expect(e).toBeLessThan(c.errorEstimate);
    }
  },
);

test('a tolerance out of reach is said, not hidden', () => {
  const c = chooseTruncation([{ grating: lines(gold), wavelengthNm: 633 }], 0.3, ['TM'], { tolerance: 1e-7, maxTruncation: 12 });
  expect(c.isReached).toBe(false);
  expect(c.truncation).toBe(12);
  expect(c.errorEstimate).toBeGreaterThan(1e-7);
});

test('where the law of the sweep falls short, the modal solver judges the rows', () => {
  const steps = [36.2, 38.7, 41.2, 43.7];
  const stairs = steps.map((x) => ({
    thicknessNm: 30,
    background: air,
    segments: [{ x0Nm: -x, x1Nm: x, index: { re: 4.98, im: 4.2 } }],
  }));
  const g = lines(silicon, { periodNm: 200, substrate: { re: 4.98, im: 4.2 }, layers: stairs });
  const c = chooseTruncation([{ grating: g, wavelengthNm: 300 }], 1.134, ['TM'], { tolerance: 1e-3, maxTruncation: 60 });
  expect(c.evidence).toBe('modal');
  expect(c.isReached).toBe(true);
  const got = solveLineGrating(g, 300, 1.134, 'TM', c.truncation);
  const truth = convergedLineGrating(g, 300, 1.134, 'TM', { resolution: { degree: 6, levels: 4 } });
  const [m, k] = [c.truncation, truth.truncation];
  expect(Math.hypot(got.r.re[m]! - truth.r.re[k]!, got.r.im[m]! - truth.r.im[k]!)).toBeLessThan(1e-3);
});

test('silver lines, whose TM modes include growing ones, do not overflow the modal solver', () => {
  const silver = { re: 0.05, im: 3.1 };
  const at = (x0Nm: number, x1Nm: number) => ({
    thicknessNm: 150.30982465483248,
    background: air,
    segments: [{ x0Nm, x1Nm, index: silver }],
  });
  const g = lines(silver, {
    periodNm: 345.3087996924296,
    substrate: { re: 2.1, im: 0 },
    layers: [at(-89.81638203653016, 89.81638203653016), at(-91.26715443937383, 90.3516632848888)],
  });
  const [wavelengthNm, angleRad] = [555.0982798449695, 0.7843390887137502];
  const d = convergedLineGrating(g, wavelengthNm, angleRad, 'TM', { resolution: { degree: 5, levels: 3 } });
  const total = [...d.reflected, ...d.transmitted].reduce((s, v) => s + (Number.isNaN(v) ? 0 : v), 0);
  expect(total).toBeGreaterThan(0.3);
  expect(total).toBeLessThan(1);
  const f = solveLineGrating(g, wavelengthNm, angleRad, 'TM', 60);
  expect(Math.abs(f.reflected[60]! - d.reflected[d.truncation]!)).toBeLessThan(0.05);
});

test('a coarse grating: every propagating order is within the sweep', () => {
  const g = lines({ re: 1.5, im: 0 }, { periodNm: 6000, substrate: { re: 1.5, im: 0 } });
  const c = chooseTruncation([{ grating: g, wavelengthNm: 633 }], 0.2, ['TE']);
  expect(c.sweep[0]!.truncation).toBe(24);
  expect(c.isReached).toBe(true);
});

test('conical: the choice holds against twice its truncation', () => {
  const point = { grating: lines(silicon), wavelengthNm: 633 };
  const c = chooseConicalTruncation([point], { angleRad: 0.4, azimuthRad: 0.6 }, { tolerance: 3e-3 });
  expect(c.isReached).toBe(true);
  const at = (m: number) => solveConical(point.grating, 633, { angleRad: 0.4, azimuthRad: 0.6 }, m).jones;
  const [got, truth, half] = [at(c.truncation), at(2 * c.truncation), at(Math.floor(c.truncation / 4))];
  const miss = (a: typeof got): number =>
    Math.max(...(['pp', 'ps', 'sp', 'ss'] as const).map((q) => Math.hypot(a[q].re - truth[q].re, a[q].im - truth[q].im)));
  expect(miss(got)).toBeLessThan(3e-3);
  // a quarter of it would not do: the sweep does not go on for nothing
  expect(miss(half)).toBeGreaterThan(3e-3);
});

test('modal solver: lossless lines keep the energy, no lines are a film', () => {
  const glass = lines({ re: 2.1, im: 0 });
  for (const p of ['TE', 'TM'] as const) {
    const r = convergedLineGrating(glass, 480, 0.2, p, { resolution: { degree: 4, levels: 3 } });
    const total = [...r.reflected, ...r.transmitted].reduce((s, v) => s + (Number.isNaN(v) ? 0 : v), 0);
    expect(total).toBeCloseTo(1, 6);
  }
  const flat = lines(air, { layers: [{ thicknessNm: 90, background: silicon, segments: [] }] });
  for (const p of ['TE', 'TM'] as const) {
    const a = convergedLineGrating(flat, 633, 0.5, p, { resolution: { degree: 6, levels: 2 } });
    const b = solveLineGrating(flat, 633, 0.5, p, 0);
    expect(Math.abs(a.r.re[a.truncation]! - b.r.re[0]!)).toBeLessThan(1e-5);
    expect(Math.abs(a.r.im[a.truncation]! - b.r.im[0]!)).toBeLessThan(1e-5);
  }
});

test('crossed: the extrapolated limit is nearer to a larger truncation than the last row, and the estimate covers it', () => {
  const rectangles = [{ centreXNm: 0, centreYNm: 0, widthXNm: 140, widthYNm: 120, index: { re: 1.6, im: 0 } }];
  const g = {
    periodsNm: [300, 280] as const,
    superstrate: air,
    substrate: { re: 4, im: 0.03 },
    layers: [{ thicknessNm: 150, background: air, rectangles }],
  };
  const c = convergedCrossed(g, 500, { angleRad: 0, azimuthRad: 0 }, { tolerance: 1e-9, maxUnknowns: 130 });
  const truth = solveCrossed(g, 500, { angleRad: 0, azimuthRad: 0 }, [11, 11]).jones.ss;
  const last = c.certificate.sweep.at(-1)!;
  const miss = (re: number, im: number): number => Math.hypot(re - truth.re, im - truth.im);
  expect(miss(c.jones.ss.re, c.jones.ss.im)).toBeLessThan(miss(last.values[6]!, last.values[7]!));
  expect(miss(c.jones.ss.re, c.jones.ss.im)).toBeLessThan(c.certificate.errorEstimate);
});

test('crossed: aluminium lines, bars as long as their period, meet the modal solver of line gratings within what is stated', () => {
  const aluminium = { re: 1.35, im: 9.58 };
  const bar = { centreXNm: -10, centreYNm: 0, widthXNm: 200, widthYNm: 300, index: aluminium };
  const layer = { thicknessNm: 120, background: air };
  const g = {
    periodsNm: [500, 300] as const,
    superstrate: air,
    substrate: { re: 1.46, im: 0 },
    layers: [{ ...layer, rectangles: [bar] }],
  };
  const alike = lines(aluminium);
  const c = convergedCrossed(g, 1000, { angleRad: 0.2, azimuthRad: 0 }, { tolerance: 1e-3, maxUnknowns: 260 });
  const zero = c.orders.findIndex(([x, y]) => x === 0 && y === 0);
  for (const p of ['TE', 'TM'] as const) {
    const truth = convergedLineGrating(alike, 1000, 0.2, p, { resolution: { degree: 5, levels: 4 } });
    for (const side of ['reflected', 'transmitted'] as const) {
      const miss = Math.abs(c[p][side][zero]! - truth[side][truth.truncation]!);
      expect(miss).toBeLessThan(c.certificate.errorEstimate);
      expect(miss).toBeLessThan(0.02);
    }
  }
});

test('crossed: the estimate of a square aluminium grid at normal incidence covers at every truncation', () => {
  const aluminium = { re: 1.35, im: 9.58 };
  const hole = { centreXNm: 0, centreYNm: 0, widthXNm: 400, widthYNm: 400, index: air };
  const g = {
    periodsNm: [800, 800] as const,
    superstrate: air,
    substrate: { re: 1.5, im: 0 },
    layers: [{ thicknessNm: 100, background: aluminium, rectangles: [hole] }],
  };
  const c = convergedCrossed(g, 1000, { angleRad: 0, azimuthRad: 0 }, { tolerance: 1e-9, maxUnknowns: 400 });
  const { sweep } = c.certificate;
  const truth = extrapolateSweep(sweep).values;
  for (let n = 5; n <= sweep.length - 2; n++) {
    const limit = extrapolateSweep(sweep.slice(0, n));
    limit.values.forEach((v, i) => {
      if (Number.isFinite(v)) expect(Math.abs(v - truth[i]!)).toBeLessThan(limit.errorEstimate);
    });
  }
});
