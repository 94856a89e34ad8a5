import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  advise,
  aimedAt,
  checkRunToRun,
  countedFrom,
  forget,
  initialThread,
  observe,
  type RunToRunConfig,
  type ThreadState,
  uDisturbance,
} from './index';

const free: RunToRunConfig = {
  lambda: 0.3,
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

/** Runs the loop against y = target + beta (x - xNominal) + d. */
function close(c: RunToRunConfig, beta: number, d: (t: number) => number, runs: number): { y: number[]; x: number[] } {
  let s: ThreadState = initialThread();
  const out = { y: [] as number[], x: [] as number[] };
  for (let t = 0; t < runs; t++) {
    const x = advise(s, c).setpoint;
    const y = c.target + beta * (x - c.xNominal) + d(t);
    out.x.push(x);
    out.y.push(y);
    s = observe(s, { y, xApplied: x }, c).state;
  }
  return out;
}

test('the recursion by hand: three runs of a step of 4', () => {
  // d_hat: 0, then 0.3*4 = 1.2, then 0.3*4 + 0.7*1.2 = 2.04; x = 60 - d_hat/2; y = 120 + 2 (x - 60) + 4
  const { x, y } = close(free, 2, () => 4, 3);
  expect(x).toEqual([60, 59.4, 58.98]);
  for (const [i, v] of y.entries()) expect(v).toBeCloseTo([124, 122.8, 121.96][i]!, 12);
});

test('a step is removed whatever the gain mismatch inside 0 < lambda beta/gain < 2, and is not outside', () =>
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.double({ min: 0.1, max: 3, noNaN: true }), (lambda, xi) => {
      fc.pre(Math.abs(lambda * xi - 2) > 0.1 && lambda * xi > 0.02);
      const { y } = close({ ...free, lambda }, free.gain * xi, () => 5, 2000);
      const last = Math.abs(y.at(-1)! - free.target);
      if (lambda * xi < 2) expect(last).toBeLessThan(1e-6);
      else expect(last).toBeGreaterThan(5);
    }),
  ));

test('under a ramp the offset is slope / (lambda xi)', () => {
  const { y } = close(free, 2 * 1.25, (t) => 0.1 * t, 4000);
  expect(y.at(-1)! - free.target).toBeCloseTo(0.1 / (0.3 * 1.25), 6);
});

test('equal shift of outputs and target, or a change of the knob unit, changes nothing', () =>
  fc.assert(
    fc.property(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: 0.1, max: 10, noNaN: true }), (shift, unit) => {
      const a = close(free, 2.2, (t) => Math.sin(t), 40);
      const b = close(
        { ...free, target: free.target + shift, gain: free.gain / unit, xNominal: free.xNominal * unit },
        2.2 / unit,
        (t) => Math.sin(t),
        40,
      );
      for (const [i, v] of a.y.entries()) expect(b.y[i]! - shift).toBeCloseTo(v, 7);
    }),
  ));

test('limits in order: step, absolute, quantum inward, deadband', () => {
  const c = { ...free, maxStep: 3, min: 55, max: 62.25, quantum: 0.5, deadband: 0.4 };
  const up = advise({ ...initialThread(), dHat: -100 }, c, 61);
  expect(up.setpoint).toBe(62);
  expect(up.explanation.clips.map((k) => k.kind)).toEqual(['step', 'absolute', 'quantum']);
  const hold = advise({ ...initialThread(), dHat: -0.2 }, c, 60);
  expect(hold.setpoint).toBe(60);
  const dead = advise({ ...initialThread(), dHat: -0.6 }, { ...c, quantum: 0.1 }, 60);
  expect(dead).toMatchObject({ setpoint: 60, explanation: { clips: [{ kind: 'deadband', from: 60.3, to: 60 }] } });
});

test('advice always keeps its absolute limits', () =>
  fc.assert(
    fc.property(
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.double({ min: 0.01, max: 5, noNaN: true }),
      (dHat, quantum) => {
        const c = { ...free, min: 50.03, max: 71.07, quantum, maxStep: 100 };
        const { setpoint } = advise({ ...initialThread(), dHat }, c, 60);
        expect(setpoint).toBeGreaterThanOrEqual(c.min);
        expect(setpoint).toBeLessThanOrEqual(c.max);
      },
    ),
  ));

test('the state is fed with the recipe really applied: an ignored advice does not bias the estimate', () => {
  let s = initialThread();
  for (let t = 0; t < 60; t++) s = observe(s, { y: 120 + 2 * (65 - 60) + 4, xApplied: 65 }, free).state;
  expect(s.dHat).toBeCloseTo(4, 6);
});

test('one outlier is set aside, a step is followed', () => {
  const c = { ...free, outlierSigma: 5 };
  let s = initialThread();
  for (let t = 0; t < 40; t++) s = observe(s, { y: 120 + (t % 2 === 0 ? 0.5 : -0.5), xApplied: 60 }, c).state;
  const before = s.dHat;
  const hit = observe(s, { y: 160, xApplied: 60 }, c);
  expect(hit.accepted).toBe(false);
  expect(hit.state.dHat).toBe(before);
  let stepped = hit.state;
  for (let t = 0; t < 30; t++) stepped = observe(stepped, { y: 160, xApplied: 60 }, c).state;
  expect(stepped.dHat).toBeCloseTo(40, 1);
});

test('the stated uncertainty of d_hat is the spread it really has under white noise', () => {
  let seed = 12345;
  const uniform = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  const noise = () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, 0) - 6;
  let s = initialThread();
  let sum2 = 0;
  let stated = 0;
  const n = 20_000;
  for (let t = 0; t < n; t++) {
    s = observe(s, { y: 120 + noise(), xApplied: 60 }, free).state;
    sum2 += s.dHat ** 2;
    stated += uDisturbance(s, free) ?? 0;
  }
  // The innovation holds the estimate's own variance too, so the stated value is at most sqrt(2/(2-lambda)) too large.
  const real = Math.sqrt(sum2 / n);
  expect(stated / n / real).toBeGreaterThan(0.98);
  expect(stated / n / real).toBeLessThan(Math.sqrt(2 / (2 - 0.3)) * 1.05);
});

test('a PM keeps the configured share', () =>
  expect(forget({ ...initialThread(), dHat: 8, n: 9 }, free)).toMatchObject({ dHat: 4, n: 0 }));

test('configurations that cannot work are refused by field', () => {
  expect(() => checkRunToRun({ ...free, gain: 0 })).toThrow(/gain/);
  expect(() => checkRunToRun({ ...free, lambda: 1.2 })).toThrow(/lambda/);
  expect(() => checkRunToRun({ ...free, min: 5, max: 4 })).toThrow(/min/);
  expect(() => checkRunToRun({ ...free, quantum: -1 })).toThrow(/quantum/);
});

/** A configuration that differs in what the estimate counts from. */
const others = fc.record({
  target: fc.double({ min: 100, max: 140, noNaN: true }),
  gain: fc.oneof(fc.double({ min: 0.5, max: 5, noNaN: true }), fc.double({ min: -5, max: -0.5, noNaN: true })),
  xNominal: fc.double({ min: 50, max: 70, noNaN: true }),
});

test('a new target moves the next setpoint at once by its distance over the gain; a new gain or nominal setpoint moves nothing at the target', () => {
  const settled = { ...free, lambda: 0.7 };
  let s = initialThread();
  for (let t = 0; t < 60; t++) {
    const x = advise(s, settled).setpoint;
    s = observe(s, { y: 120 + 2 * (x - 60) + 4, xApplied: x }, settled).state;
  }
  const x = advise(s, settled).setpoint;
  expect(x).toBeCloseTo(58, 9);
  expect(advise(s, { ...settled, target: 121 }).setpoint).toBeCloseTo(x + 1 / 2, 9);
  expect(advise(s, aimedAt(settled, 121)).setpoint).toBeCloseTo(x + 1 / 2, 9);
  expect(aimedAt({ ...settled, quantum: 0.2, max: 60.3 }, 121).xNominal).toBeCloseTo(60.2, 9);
  for (const over of [{ gain: 3 }, { gain: 1.2 }, { xNominal: 55 }])
    expect(advise(s, { ...settled, ...over }).setpoint, JSON.stringify(over)).toBeCloseTo(x, 9);
  // What is learned afterwards counts from the new configuration, and the loop stays where it is.
  const next = observe(s, { y: 120, xApplied: 58 }, { ...settled, gain: 3, xNominal: 55 });
  expect(next.innovation).toBeCloseTo(0, 9);
});

test('however often the configuration changes, the output expected at the last setpoint stays, and back is back', () =>
  fc.assert(
    fc.property(fc.array(others, { minLength: 1, maxLength: 5 }), (changes) => {
      const s = observe(initialThread(), { y: 123, xApplied: 61 }, free).state;
      const expected = (t: ThreadState, c: RunToRunConfig) => c.target + c.gain * (61 - c.xNominal) + t.dHat;
      let now = s;
      for (const over of changes) {
        const c = { ...free, ...over };
        now = countedFrom(now, c);
        expect(expected(now, c)).toBeCloseTo(expected(s, free), 8);
      }
      expect(countedFrom(now, free).dHat).toBeCloseTo(s.dHat, 8);
      expect(countedFrom(s, { ...free, lambda: 0.9, maxStep: 1 })).toBe(s);
    }),
  ));
