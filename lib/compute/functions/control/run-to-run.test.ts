import { expect, test } from 'vitest';
import { decide, initialThread, learn, type Replay, type RunToRunConfig } from '@/lib/control';
import { compute } from '../../compute';

const config: RunToRunConfig = {
  lambda: 0.4,
  gain: 2,
  target: 100,
  xNominal: 10,
  min: 5,
  max: 15,
  maxStep: null,
  quantum: null,
  deadband: null,
  outlierSigma: null,
  pmForget: 1,
};
const y = [99.1, 98.8, 99.4, 99.6, 99.8, 100.1, 99.9, 100.2];
const uY = y.map((_, i) => 0.5 + 0.2 * i);
const settings = { lambda: 0.4, gain: 2, target: 100, xNominal: 10, min: 5, max: 15 };

/** What a worker decides before each run of a thread that learned every one before it. */
function decided(c: RunToRunConfig): number[] {
  let state = initialThread();
  return y.map((v, i) => {
    const { advised } = decide(state, c, 10, 'closed');
    state = learn(state, { kind: 'observation', at: i, id: String(i), config: c, y: v, uY: uY[i]!, xApplied: 10 }).state;
    return advised;
  });
}

test('control/ewma decides as the worker does, with and without weighing by stated uncertainties', async () => {
  const setpoints = async (more: object) =>
    ((await compute('control/ewma', { xApplied: y.map(() => 10), y, ...settings, ...more })) as Replay).runs.map(
      (r) => r.setpoint,
    );
  // Outputs move with the setpoints, and are rounded by that.
  const same = (a: readonly number[], b: readonly number[]) => a.forEach((v, i) => void expect(v).toBeCloseTo(b[i]!, 12));
  same(await setpoints({}), decided(config));
  const weighed = await setpoints({ uY, weighByUncertainty: true });
  same(weighed, decided({ ...config, weighByUncertainty: true }));
  expect(Math.max(...weighed.map((v, i) => Math.abs(v - decided(config)[i]!)))).toBeGreaterThan(0.01);
  // Uncertainties without effect are refused by name, as is weighting without them.
  await expect(setpoints({ uY })).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'uY' } });
  await expect(setpoints({ weighByUncertainty: true })).rejects.toMatchObject({ details: { field: 'weighByUncertainty' } });
});
