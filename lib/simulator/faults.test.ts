import { describe, expect, test } from 'vitest';
import { createSimulator, FAULT_TYPES, fabDefinition, type RunRecord, type TruthRecord } from '.';
import { driveFab, START, siteMean } from './testing/drive';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
type Fault = Extract<TruthRecord, { kind: 'fault' }>;
const isFault = (t: TruthRecord): t is Fault => t.kind === 'fault';
const idOf = (f: Fault): string => f.key.split('/')[0]!;

const seeds = [1, 2, 3, 4, 5, 6];
const fabs = seeds.map((seed) => {
  const sim = createSimulator({ seed, start: START, lotsPerDay: () => 4 });
  const faults: Fault[] = [];
  const runs: RunRecord[] = [];
  const measuredAt = new Map<string, number>();
  for (let h = 0; h < 30 * 24; h++) {
    const tick = sim.nextTick();
    // The faults are bound when lots start; only faulty lot runs need to be processed to see what they do.
    for (const r of tick.lotRuns.filter((e) => e.faults.length > 0)) {
      const made = sim.process(r);
      faults.push(...made.truth.filter(isFault));
      runs.push(...made.runs);
    }
    for (const m of sim.collect(tick.to).measurements) measuredAt.set(m.runKey!, Date.parse(m.measuredAt));
  }
  return { seed, faults, runs, measuredAt };
});

describe('rates', () => {
  test('a handful in 30 days, every kind somewhere, none in the first days', () => {
    const kinds = new Set<string>();
    for (const { faults } of fabs) {
      const ids = new Set(faults.map(idOf));
      expect(ids.size).toBeGreaterThanOrEqual(5);
      expect(ids.size).toBeLessThanOrEqual(10);
      for (const f of faults) {
        kinds.add(f.faultType);
        expect(Date.parse(f.from)).toBeGreaterThan(START + 3.7 * DAY);
      }
    }
    expect([...kinds].sort()).toEqual([...FAULT_TYPES].sort());
  });

  test('an excursion of CD or thickness lies within the last three days and has been measured', () => {
    for (const { faults, measuredAt } of fabs) {
      const fresh = faults.filter((f) => f.faultType === 'excursion' && Date.parse(f.from) > START + 27 * DAY);
      expect(fresh.length).toBeGreaterThan(0);
      expect(fresh.some((f) => f.runKeys.some((k) => measuredAt.has(k)))).toBe(true);
      for (const f of fresh) expect(['ETCH-M1', 'PVD-SEED', 'CVD-OXIDE']).toContain(f.operation);
    }
  });

  test('short histories have their fresh excursion too', () => {
    for (const days of [2, 7]) {
      const { truth } = driveFab({ seed: 3, days, lotsPerDay: 4, control: false });
      expect(truth.filter(isFault).some((f) => f.faultType === 'excursion')).toBe(true);
    }
  });
});

describe('truth matches the data', () => {
  const fab = driveFab({ seed: 1, days: 30, lotsPerDay: 4, control: true });
  const faults = fab.truth.filter(isFault);

  test('times, tool, chamber and runs', () => {
    for (const f of [...faults, ...fabs.flatMap((e) => e.faults)]) expect(f.runKeys.length).toBeGreaterThan(0);
    for (const f of faults) {
      for (const key of f.runKeys) {
        const r = fab.runs.get(key)!;
        expect([r.tool, r.chamber, r.operation]).toEqual([f.tool, f.chamber, f.operation]);
        expect(r.startedAt >= f.from && r.endedAt <= f.to).toBe(true);
      }
    }
  });

  test('samples are missing in drop-outs and nowhere else', () => {
    let dropouts = 0;
    for (const { faults: own, runs } of fabs) {
      const faulty = new Set(own.filter((f) => f.faultType === 'sensor_dropout').flatMap((f) => f.runKeys));
      for (const r of runs) {
        const lost = r.trace!.sensors.filter((s) => (s.values as (number | null)[]).includes(null));
        expect(lost.length).toBe(faulty.has(r.key) ? 3 : 0);
        dropouts += lost.length;
      }
    }
    expect(dropouts).toBeGreaterThan(0);
  });

  test('the recipe of the other product was run in wrong-recipe faults and nowhere else', () => {
    let wrong = 0;
    for (const { faults: own, runs } of fabs) {
      const faulty = new Set(own.filter((f) => f.faultType === 'wrong_recipe').flatMap((f) => f.runKeys));
      for (const r of runs) {
        expect(r.recipe.name.endsWith(r.product)).toBe(!faulty.has(r.key));
        wrong += faulty.has(r.key) ? 1 : 0;
      }
    }
    expect(wrong).toBeGreaterThan(0);
  });

  test('an excursion takes the measured wafers out of specification, far from their neighbours', () => {
    const { loops } = fabDefinition(1);
    const excursions = faults.filter((f) => f.faultType === 'excursion');
    expect(excursions.length).toBeGreaterThan(0);
    for (const f of excursions) {
      const means = fab.measurements.filter((m) => f.runKeys.includes(m.runKey!)).map(siteMean);
      expect(means.length).toBeGreaterThan(0);
      const run = fab.runs.get(f.runKeys[0]!)!;
      const loop = loops.find((l) => l.operation === f.operation && l.product === run.product)!;
      for (const v of means) expect(v < loop.lsl || v > loop.usl).toBe(true);
    }
  });

  test('an edge ring moves the outer sites against the inner ones', () => {
    const rings = faults.filter((f) => f.faultType === 'edge_ring');
    expect(rings.length).toBeGreaterThan(0);
    const contrast = (m: (typeof fab.measurements)[number]): number => {
      const at = (keep: (r: number) => boolean) => {
        const v = m.value.filter((e, i): e is number => e !== null && keep(Math.hypot(m.x[i]!, m.y[i]!)));
        return v.reduce((a, b) => a + b, 0) / v.length;
      };
      return (at((r) => r > 138) / at((r) => r < 120) - 1) * 100;
    };
    for (const f of rings) {
      const depth = Number(/ring of (-?[\d.]+) %/.exec(f.description)![1]);
      const own = fab.measurements.filter((m) => f.runKeys.includes(m.runKey!)).map(contrast);
      const same = fab.measurements
        .filter((m) => fab.runs.get(m.runKey!)!.tool === f.tool && fab.runs.get(m.runKey!)!.chamber === f.chamber)
        .filter((m) => !rings.some((e) => e.runKeys.includes(m.runKey!)))
        .map(contrast);
      const usual = same.reduce((a, b) => a + b, 0) / same.length;
      for (const v of own) expect((v - usual) / depth).toBeGreaterThan(0.5);
    }
  });
});
