import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { advise, initialThread, observe } from '../run-to-run';
import type { RunToRunConfig } from '../run-to-run-config';
import { estimateGain, type GainVerdict } from './gain-estimate';
import { judgeLoop, largestLambda } from './judge';
import { maxGainRatio, stabilityMargin } from './stability';

const loop: RunToRunConfig = {
  lambda: 0.4,
  gain: 2,
  xNominal: 60,
  target: 120,
  min: -1e9,
  max: 1e9,
  maxStep: null,
  quantum: null,
  deadband: null,
  outlierSigma: null,
  pmForget: 0.5,
};
const unknown: GainVerdict = { estimate: null, reason: 'nothing was observed' };
const told = (gain: number, low = gain, high = gain): GainVerdict => ({ estimate: { gain, low, high, n: 300 }, reason: null });

/** A thread under its own controller: y = T + b (x - x0) + d, d IMA(1,1), measurements `delay` runs late, recipes in steps of a quantum. */
function thread(b: number, theta: number, n: number, seed: number, delay: number, c: RunToRunConfig = loop) {
  const rng = createRng(seed);
  let [d, before] = [0, 0];
  let s = initialThread();
  const x: number[] = [];
  const y: number[] = [];
  for (let t = 0; t < n; t++) {
    if (t - 1 - delay >= 0) s = observe(s, { y: y[t - 1 - delay]!, xApplied: x[t - 1 - delay]! }, c).state;
    const e = rng.normal();
    d += e - theta * before;
    before = e;
    x.push(advise(s, c, x.at(-1) ?? null).setpoint);
    y.push(c.target + b * (x[t]! - c.xNominal) + d);
  }
  return { x, y, afterMaintenance: x.map(() => false) };
}

describe('gain from closed-loop history', () => {
  test('the interval holds the true gain at about its rate, where a plain regression is far off', () => {
    let [inside, regression] = [0, 0];
    const trials = 60;
    for (let k = 0; k < trials; k++) {
      const threads = Array.from({ length: 4 }, (_, i) => thread(2.6, 0.6, 80, 100 * k + i, 2));
      const { estimate } = estimateGain(threads);
      expect(estimate).not.toBeNull();
      if (estimate!.low <= 2.6 && estimate!.high >= 2.6) inside++;
      regression += slope(threads) / trials;
    }
    expect(inside / trials).toBeGreaterThan(0.9);
    expect(Math.abs(regression - 2.6)).toBeGreaterThan(0.5);
  });

  test('units and offsets of knob and output change nothing but the unit of the gain', () =>
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 10, noNaN: true }), fc.double({ min: -50, max: 50, noNaN: true }), (unit, shift) => {
        const t = thread(2.6, 0.5, 120, 7, 2);
        const a = estimateGain([t]).estimate!;
        const b = estimateGain([{ ...t, x: t.x.map((v) => v * unit + shift), y: t.y.map((v) => v - shift) }]).estimate!;
        expect((b.gain * unit) / a.gain).toBeCloseTo(1, 6);
        expect((b.high * unit) / a.high).toBeCloseTo(1, 6);
      }),
      { numRuns: 8 },
    ));

  test('without noise the gain is exact; a setpoint that never moved, or too few runs, tell nothing', () => {
    const x = Array.from({ length: 30 }, (_, i) => 60 + Math.sin(i));
    const plain = { x, y: x.map((v) => 5 - 3 * v), afterMaintenance: x.map(() => false) };
    expect(estimateGain([plain]).estimate!.gain).toBeCloseTo(-3, 9);
    expect(estimateGain([{ ...plain, x: x.map(() => 60) }])).toMatchObject({
      estimate: null,
      reason: expect.stringContaining('never moved'),
    });
    expect(estimateGain([{ x: [1, 2], y: [1, 2], afterMaintenance: [false, false] }]).reason).toContain('too few');
    expect(() => estimateGain([{ ...plain, y: x.map(() => Number.NaN) }])).toThrow(/leave out/);
  });
});

function slope(threads: readonly { x: number[]; y: number[] }[]): number {
  let [sxx, sxy] = [0, 0];
  for (const t of threads) {
    const mx = t.x.reduce((a, b) => a + b, 0) / t.x.length;
    const my = t.y.reduce((a, b) => a + b, 0) / t.y.length;
    for (let i = 0; i < t.x.length; i++) {
      sxx += (t.x[i]! - mx) ** 2;
      sxy += (t.x[i]! - mx) * (t.y[i]! - my);
    }
  }
  return sxy / sxx;
}

describe('judgement of a configuration', () => {
  const timing = { delayMedian: 0, delay90: 0, observationsALot: 1 };

  test('without delay and one observation a lot the bound is the textbook 2/λ, and a disturbance falls by 1 − λ', () => {
    const j = judgeLoop(loop, loop, loop.gain, told(2), timing);
    expect(j.bound).toBeCloseTo(5, 10);
    expect(j.used).toBeCloseTo(0.2, 10);
    expect(j.settleLots).toBeCloseTo(-1 / Math.log(0.6), 6);
    expect(j.verdict).toBe('free');
  });

  test('several wafers a lot weigh like one observation of weight 1 − (1 − λ)^m', () =>
    expect(judgeLoop(loop, loop, loop.gain, told(2), { ...timing, observationsALot: 2 }).bound).toBeCloseTo(
      maxGainRatio(0.64, 0),
      10,
    ));

  test('λ 0.9 with a gain ten times too small is refused, with and without history, and the stable λ is named', () => {
    const draft = { ...loop, lambda: 0.9, gain: 0.2 };
    for (const gain of [unknown, told(2, 1.5, 2.5)]) {
      const j = judgeLoop(draft, loop, loop.gain, gain, null);
      expect(j.verdict).toBe('refused');
      expect(j.ratio).toBeCloseTo(10, 12);
      const worst = gain.estimate === null ? 10 : 12.5;
      expect(j.largestLambda).toBeCloseTo(2 / worst, 9);
      expect(judgeLoop({ ...draft, lambda: j.largestLambda! * 0.99 }, loop, loop.gain, gain, null).verdict).not.toBe('refused');
    }
  });

  test('near the bound by the unfavourable end a second person is needed, but not for a change that goes away from it', () => {
    const gain = told(2, 1.6, 5);
    const wide = { ...timing, delay90: 2 };
    const bold = { ...loop, lambda: 0.6 };
    expect(judgeLoop(bold, loop, loop.gain, gain, wide)).toMatchObject({
      verdict: 'second_person',
      reasons: [expect.stringContaining('bound')],
    });
    expect(judgeLoop({ ...loop, lambda: 0.35 }, loop, loop.gain, gain, wide).verdict).toBe('free');
    expect(judgeLoop({ ...loop, deadband: 0.1 }, loop, loop.gain, gain, wide).verdict).toBe('free');
    expect(judgeLoop(loop, null, loop.gain, gain, wide).verdict).toBe('second_person');
  });

  test('a large change of the gain needs a second person either way; a sign against history is refused', () => {
    expect(judgeLoop({ ...loop, gain: 5 }, loop, loop.gain, told(2), timing).verdict).toBe('second_person');
    expect(judgeLoop({ ...loop, gain: 0.9 }, loop, loop.gain, told(2), timing).verdict).toBe('second_person');
    expect(judgeLoop({ ...loop, gain: 3 }, loop, loop.gain, told(2), timing).verdict).toBe('free');
    expect(judgeLoop({ ...loop, gain: -2 }, loop, loop.gain, told(2), timing)).toMatchObject({
      verdict: 'refused',
      largestLambda: null,
    });
    expect(judgeLoop({ ...loop, gain: -2 }, loop, loop.gain, unknown, timing).verdict).toBe('second_person');
  });

  test('steps that are small each do not add up: the last gain that was agreed is what a change is counted from', () => {
    let inForce = loop;
    const verdicts = [1, 2].map(() => {
      const draft = { ...inForce, gain: inForce.gain / 1.9 };
      const j = judgeLoop(draft, inForce, loop.gain, unknown, null);
      inForce = draft;
      return j;
    });
    expect(verdicts.map((j) => j.verdict)).toEqual(['free', 'second_person']);
    expect(verdicts[1]!.ratio).toBeCloseTo(3.61, 12);
    expect(verdicts[1]!.reasons.join()).toContain('factor of 0.277');
    const far = { ...loop, gain: loop.gain / 1.9 ** 5 };
    expect(judgeLoop(far, { ...loop, gain: far.gain * 1.9 }, loop.gain, unknown, null).verdict).toBe('refused');
    // Closing asks the same, and what two persons agreed to is the new reference.
    expect(judgeLoop(far, null, loop.gain, unknown, null).verdict).toBe('refused');
    expect(judgeLoop(far, { ...far, gain: far.gain * 1.9 }, far.gain, unknown, null).verdict).toBe('free');
    // One that is far away already, from before there were second persons, can still be changed, by two.
    expect(judgeLoop({ ...far, deadband: 0.1 }, far, loop.gain, unknown, null).verdict).toBe('second_person');
    // A change that leaves the gain alone is not asked about it.
    expect(judgeLoop({ ...inForce, deadband: 0.1 }, inForce, loop.gain, unknown, null).verdict).toBe('free');
  });

  test('the largest stable λ is where the closed loop has its root on the circle', () =>
    fc.assert(
      fc.property(fc.double({ min: 1.2, max: 20, noNaN: true }), fc.integer({ min: 0, max: 5 }), (ratio, delay) => {
        const l = largestLambda(ratio, delay, 1);
        if (l < 1) expect(stabilityMargin(l, delay, ratio).spectralRadius).toBeCloseTo(1, 6);
      }),
    ));
});
