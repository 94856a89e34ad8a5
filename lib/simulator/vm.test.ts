import { describe, expect, test } from 'vitest';
import { featureNames, summariseTrace } from '@/lib/traces';
import { predictPls, trainPls } from '@/lib/vm';
import { PRODUCTS } from './definition';
import { PROCESSES } from './processes';
import { driveFab, siteMean } from './testing/drive';

const fab = driveFab({ seed: 1, days: 30, lotsPerDay: 6, control: true });
const faulty = new Set(fab.truth.flatMap((t) => (t.kind === 'fault' ? t.runKeys : [])));

/** Step means and slopes of one run, and its setpoints: what a virtual-metrology model is given. */
function inputs(runKey: string): number[] {
  const run = fab.runs.get(runKey)!;
  const trace = run.trace!;
  const t = Float32Array.from(trace.t as number[]);
  const v = new Float32Array(t.length * trace.sensors.length);
  trace.sensors.forEach((s, k) => {
    v.set(
      (s.values as (number | null)[]).map((e) => e ?? Number.NaN),
      k * t.length,
    );
  });
  const names = featureNames(
    trace.sensors.map((s) => s.name),
    trace.sensors.map((s) => s.unit),
    trace.steps.map((s) => s.name),
  ).names;
  const out = new Float64Array(names.length);
  summariseTrace(t, v, trace.sensors.length, trace.steps, out);
  return [...out, ...Object.values(run.setpoints)];
}

describe('sensor features carry the result: PLS on later lots it has not seen', () => {
  const cases = PROCESSES.flatMap((p) => PRODUCTS.map((product) => [p.operation, product, p.parameter] as const));
  test.each(cases)('%s of %s', (operation, product, parameter) => {
    const rows = fab.measurements
      .filter((m) => m.operation === operation && m.product === product && m.parameter === parameter && !faulty.has(m.runKey!))
      .map((m) => ({ at: fab.runs.get(m.runKey!)!.startedAt, lot: m.lot, x: inputs(m.runKey!), y: siteMean(m) }))
      .sort((a, b) => (a.at < b.at ? -1 : 1));
    const cut = Math.floor(0.7 * rows.length);
    const lots = new Set(rows.slice(0, cut).map((r) => r.lot));
    const training = rows.filter((r) => lots.has(r.lot));
    const later = rows.filter((r) => !lots.has(r.lot));
    const model = trainPls({ x: training.map((r) => r.x), y: training.map((r) => [r.y]) }, { components: 8, validation: 'none' });
    const mean = later.reduce((a, r) => a + r.y, 0) / later.length;
    let residual = 0;
    let total = 0;
    for (const r of later) {
      residual += (predictPls(model, r.x).responses[0]!.value - r.y) ** 2;
      total += (r.y - mean) ** 2;
    }
    expect(training.length).toBeGreaterThan(120);
    expect(1 - residual / total).toBeGreaterThan(0.8);
  });
});
