import { describe, expect, test } from 'vitest';
import { createRng, fromRows } from '@/lib/numerics';
import {
  crossValidatePls,
  DOMAIN_LEVEL,
  domainLimits,
  nextLotLimit,
  nextShift,
  predictPls,
  timeOrderedFolds,
  trainPls,
  usualOutside,
} from './index';

const LOT = 12;

/** A tool with more sensors than measured wafers, lots that differ, and a slow drift; few wafers are measured. */
function tool(lots: number, p: number, seed: number) {
  const rng = createRng(seed);
  const load = Array.from({ length: 6 }, () => Array.from({ length: p }, () => rng.normal()));
  const drift = Array.from({ length: p }, () => rng.normal());
  return Array.from({ length: lots * LOT }, (_, i) => i).reduce(
    (s, i) => {
      if (i % LOT === 0) {
        const size = 0.5 * Math.exp(0.5 * rng.normal());
        s.lot = Array.from({ length: p }, () => size * rng.normal());
      }
      const f = load.map(() => rng.normal());
      const x = Array.from(
        { length: p },
        (_, j) =>
          load.reduce((t, l, k) => t + l[j]! * f[k]!, 0) + s.lot[j]! + (0.5 * drift[j]! * i) / (LOT * lots) + 0.5 * rng.normal(),
      );
      s.rows.push({
        at: i,
        context: `L${Math.floor(i / LOT)}`,
        x,
        y: f.reduce((t, v, k) => t + v / (k + 1), 0) + 0.1 * rng.normal(),
      });
      return s;
    },
    { lot: [] as number[], rows: [] as { at: number; context: string; x: number[]; y: number }[] },
  ).rows;
}

describe('domain of a model', () => {
  test('later lots of the same kind stay inside, where limits of the training rows mark five times what they state', () => {
    let [n, old, outside] = [0, 0, 0];
    for (let seed = 1; seed <= 6; seed++) {
      const runs = tool(60, 240, seed);
      const before = runs.slice(0, 40 * LOT);
      const measured = before.filter((_, i) => i % LOT === 0);
      const model = trainPls(
        { x: measured.map((r) => r.x), y: measured.map((r) => [r.y]) },
        { components: 4, validation: 'none' },
      );
      const limits = domainLimits(model, measured, before)!;
      expect(limits.contexts).toBeGreaterThan(20);
      for (const r of runs.slice(40 * LOT)) {
        const q = predictPls(model, r.x);
        n++;
        if (q.applicability === 'new_kind') old++;
        if (q.t2 > limits.t2 || q.spe > limits.spe) outside++;
      }
    }
    expect(old / n).toBeGreaterThan(0.05);
    expect(outside / n).toBeLessThan(0.02);
  });

  test('a run of another kind lies outside', () => {
    const runs = tool(40, 120, 9);
    const measured = runs.filter((_, i) => i % 5 === 0);
    const model = trainPls({ x: measured.map((r) => r.x), y: measured.map((r) => [r.y]) }, { components: 4, validation: 'none' });
    const limits = domainLimits(model, measured, runs)!;
    expect(
      predictPls(
        model,
        runs[7]!.x.map((v, j) => (j === 3 ? v + 80 : v)),
      ).spe,
    ).toBeGreaterThan(limits.spe);
  });

  // Twelve lots are what a first model has. Takes the variances as known, which the docstring says.
  test.each([
    [30, 0.05, 0.045, 0.063],
    [12, 0.05, 0.05, 0.075],
    [12, 0.005, 0.008, 0.014],
    [30, 0.005, 0.005, 0.0085],
  ])('the limit for the next lot from %i lots at level %f is exceeded as stated', (count, level, least, most) => {
    const rng = createRng(4);
    let above = 0;
    const trials = 20_000;
    for (let k = 0; k < trials; k++) {
      const values: number[] = [];
      const lots: string[] = [];
      for (let l = 0; l < count; l++) {
        const lot = 0.5 * rng.normal();
        for (let i = 0; i < 5; i++) {
          values.push(Math.exp(lot + 0.3 * rng.normal()));
          lots.push(`L${l}`);
        }
      }
      if (Math.exp(0.5 * rng.normal() + 0.3 * rng.normal()) > nextLotLimit(values, lots, level)) above++;
    }
    expect(above / trials).toBeGreaterThan(least);
    expect(above / trials).toBeLessThan(most);
  });

  test('with one row a lot the limit for the next is that of the normal distribution', () => {
    // By hand: mean 2, s = 1 of three logs, z(0.95) = 1.644854: exp(2 + 1.644854 sqrt(4/3)).
    expect(Math.log(nextLotLimit([1, 2, 3].map(Math.exp), ['a', 'b', 'c'], 0.05))).toBeCloseTo(
      2 + 1.6448536 * Math.sqrt(4 / 3),
      5,
    );
    expect(() => nextLotLimit([1, 2], ['a', 'b'], 0.01)).toThrow(/three/);
  });

  test('a lot of another kind among the later data does not widen the limit of the usual ones', () => {
    const rng = createRng(5);
    const lots = Array.from({ length: 12 * 25 }, (_, i) => `L${Math.floor(i / 25)}`);
    const usual = lots.map(() => Math.exp(0.2 * rng.normal()));
    const strange = usual.map((v, i) => (lots[i] === 'L7' && i % 2 === 0 ? 7000 * v : v)); // half a lot, on a new chamber
    expect(nextLotLimit(strange, lots, 0.005) / nextLotLimit(usual, lots, 0.005)).toBeCloseTo(1, 1);
  });

  test('where too few later lots are of the usual kind there are no limits', () => {
    const runs = tool(9, 12, 3);
    const measured = runs.filter((_, i) => i % 3 === 0);
    const model = trainPls({ x: measured.map((r) => r.x), y: measured.map((r) => [r.y]) }, { components: 3, validation: 'none' });
    expect(domainLimits(model, measured, runs)).not.toBeNull();
    expect(domainLimits(model, measured, measured.slice(0, 20))).toBeNull();
    // Two later lots and a third of another kind are two.
    const three = runs.filter((r) => ['L6', 'L7', 'L8'].includes(r.context));
    expect(domainLimits(model, measured, three)).not.toBeNull();
    const strange = three.map((r) => (r.context === 'L8' ? { ...r, x: r.x.map((v) => v + 1e4) } : r));
    expect(domainLimits(model, measured, strange)).toBeNull();
  });

  test('what moves the limits is the tail of the usual runs: those far outside say nothing', () => {
    const ratios = [...Array.from({ length: 30 }, () => 0.7), ...Array.from({ length: 10 }, () => 1.2), 40, 41, 1.5, 1];
    // Exactly on the limit lies inside, as for the prediction itself.
    expect(usualOutside(ratios)).toEqual({ predictions: 41, outside: 10 });
  });

  test('limits that are followed keep the nominal share under a widening that no calibration saw', () => {
    const rng = createRng(8);
    let [shift, outside, n] = [0, 0, 0];
    for (let day = 0; day < 400; day++) {
      let out = 0;
      for (let i = 0; i < 40; i++) if (Math.exp((0.2 + day / 2000) * rng.normal()) > 1.6 * Math.exp(shift)) out++;
      shift = nextShift(shift, 40, out);
      n += 40;
      outside += out;
    }
    expect(outside / n).toBeGreaterThan(0.5 * DOMAIN_LEVEL);
    expect(outside / n).toBeLessThan(1.5 * DOMAIN_LEVEL);
    expect(nextShift(0.99, 40, 40)).toBe(1);
    expect(nextShift(0, 25, 25)).toBe(0.5);
  });

  test.each([40, 1000, 3000])('with %i predictions a day every day stays near the nominal share', (n) => {
    const rng = createRng(11);
    const days = 120;
    let [shift, all, worst] = [0, 0, 0];
    for (let day = 0; day < days; day++) {
      let out = 0;
      for (let i = 0; i < n; i++) if (Math.exp(0.2 * rng.normal()) > 1.6 * Math.exp(shift)) out++;
      shift = nextShift(shift, n, out);
      all += out;
      worst = Math.max(worst, (out - DOMAIN_LEVEL * n) / Math.sqrt(DOMAIN_LEVEL * n));
    }
    expect(all / (n * days)).toBeGreaterThan(0.7 * DOMAIN_LEVEL);
    expect(all / (n * days)).toBeLessThan(1.3 * DOMAIN_LEVEL);
    // In units of the counting noise of a nominal day.
    expect(worst).toBeLessThan(5);
  });

  test('one day moves the limits by no more than its bound either way, and a day without predictions not at all', () => {
    expect(nextShift(0, 4000, 0)).toBeCloseTo(-2 * DOMAIN_LEVEL, 12);
    expect(nextShift(0, 4000, 4000)).toBe(0.5);
    expect(nextShift(0.3, 0, 0)).toBe(0.3);
    // The share alone counts, however many there are; fewer than forty say less.
    expect(nextShift(0, 3000, 90)).toBeCloseTo(nextShift(0, 300, 9), 12);
    expect(nextShift(0, 4, 1)).toBeCloseTo(2 * 0.1 * (0.25 - DOMAIN_LEVEL), 12);
  });
});

test('in drifting data the automatic number of components comes near the best, where the unpaired rule stops far before', () => {
  const rng = createRng(3);
  const p = 24;
  const load = Array.from({ length: 8 }, (_, k) => Array.from({ length: p }, () => (3 / (k + 1)) * rng.normal()));
  const rows = Array.from({ length: 240 }, (_, i) => {
    // The largest cause drifts and says little of the response; what matters is spread over the small ones.
    const f = load.map((_, k) => rng.normal() + (k === 0 ? i / 60 : 0));
    return {
      x: Array.from({ length: p }, (_, j) => load.reduce((s, l, k) => s + l[j]! * f[k]!, 0) + 0.1 * rng.normal()),
      y: f.reduce((s, v, k) => s + (k === 0 ? 0.3 * v : v), 0) + 2 * rng.normal(),
      lot: Math.floor(i / 6),
    };
  });
  const groups = rows.map((r) => r.lot);
  const cv = crossValidatePls(
    fromRows(rows.map((r) => r.x)),
    fromRows(rows.map((r) => [r.y])),
    timeOrderedFolds(240, { groups }),
    { maxComponents: 12, groups },
  );
  const [e] = cv.rmsep as [number[]];
  expect(e[cv.chosen]!).toBeLessThan(1.05 * e[cv.best]!);
  expect(e[cv.oneSigma]!).toBeGreaterThan(1.05 * e[cv.best]!);
  expect(trainPls({ x: rows.map((r) => r.x), y: rows.map((r) => [r.y]) }, { groups }).components).toBe(cv.chosen);
});
