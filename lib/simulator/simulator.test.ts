import { describe, expect, test } from 'vitest';
import { eventIn, lotIn, measurementIn, overlayMeasurementIn, runIn, truthIn } from '@/lib/formats/wire';
import { type AppliedAdvice, createSimulator, fabDefinition, type LotRun, type Simulator } from '.';
import { START } from './testing/drive';

const HOUR = 3_600_000;
const options = { seed: 11, start: START, lotsPerDay: () => 6 };

/** Some advice that depends on the lot run only. */
const adviceFor = (r: LotRun): Map<string, AppliedAdvice> => {
  const [name, nominal] = Object.entries(r.nominal)[0]!;
  return new Map(r.chambers.map((c, i) => [c.chamber, { setpoints: { [name]: nominal * (1 + 0.01 * i) } }]));
};

function hours(sim: Simulator, n: number) {
  const all = {
    lots: [] as unknown[],
    events: [] as unknown[],
    runs: [] as unknown[],
    got: [] as unknown[],
    truth: [] as unknown[],
  };
  for (let h = 0; h < n; h++) {
    const tick = sim.nextTick();
    all.lots.push(...tick.lots);
    all.events.push(...tick.events);
    for (const r of tick.lotRuns) {
      const { runs, truth } = sim.process(r, adviceFor(r));
      all.runs.push(...runs);
      all.truth.push(...truth);
    }
    all.got.push(sim.collect(tick.to));
  }
  return all;
}

describe('determinism', () => {
  test('same seed, same records; another seed, others', () => {
    const a = hours(createSimulator(options), 30);
    expect(hours(createSimulator(options), 30)).toEqual(a);
    expect(hours(createSimulator({ ...options, seed: 12 }), 30)).not.toEqual(a);
  });

  test('the order in which lot runs are processed does not matter', () => {
    const a = createSimulator(options);
    const b = createSimulator(options);
    const done = [new Map<string, unknown>(), new Map<string, unknown>()];
    let last = 0;
    for (let h = 0; h < 12; h++) {
      const tick = a.nextTick();
      last = tick.to;
      for (const r of tick.lotRuns) done[0]!.set(r.key, a.process(r, adviceFor(r)));
      b.nextTick();
    }
    for (const r of b.openLotRuns().reverse()) done[1]!.set(r.key, b.process(r, adviceFor(r)));
    expect(new Map([...done[1]!].sort())).toEqual(new Map([...done[0]!].sort()));
    expect(b.collect(last + 9 * HOUR)).toEqual(a.collect(last + 9 * HOUR));
  });

  test('a snapshot through JSON continues bit by bit, with lot runs still open', () => {
    const a = createSimulator(options);
    hours(a, 20);
    a.nextTick();
    const b = createSimulator({ ...options, snapshot: JSON.parse(JSON.stringify(a.snapshot())) });
    expect(b.openLotRuns()).toEqual(a.openLotRuns());
    for (const s of [a, b]) for (const r of s.openLotRuns()) s.process(r, adviceFor(r));
    expect(hours(b, 40)).toEqual(hours(a, 40));
    expect(b.snapshot()).toEqual(a.snapshot());
  });
});

test('the length of the tick does not matter', () => {
  const starts = (tickMs: number) => {
    const sim = createSimulator({ ...options, tickMs });
    const out: LotRun[] = [];
    for (let t = 0; t < 240 * HOUR; t += tickMs) out.push(...sim.nextTick().lotRuns);
    return out.sort((a, b) => (a.key < b.key ? -1 : 1));
  };
  const hourly = starts(HOUR);
  expect(hourly.length).toBeGreaterThan(300);
  expect(starts(HOUR / 12)).toEqual(hourly);
  expect(starts(4 * HOUR)).toEqual(hourly);
});

describe('records', () => {
  const sim = createSimulator(options);
  const ticks = Array.from({ length: 60 }, () => {
    const tick = sim.nextTick();
    return { tick, made: tick.lotRuns.map((r) => ({ r, ...sim.process(r) })), got: sim.collect(tick.to) };
  });
  const runs = ticks.flatMap((t) => t.made.flatMap((m) => m.runs));
  const measurements = ticks.flatMap((t) => t.got.measurements);
  const overlays = ticks.flatMap((t) => t.got.overlayMeasurements);
  const truth = ticks.flatMap((t) => [...t.made.flatMap((m) => m.truth), ...t.got.truth]);

  test('every record passes the wire schema', () => {
    for (const { tick } of ticks) {
      for (const lot of tick.lots) lotIn.parse(lot);
      for (const e of tick.events) eventIn.parse(e);
    }
    for (const r of runs) runIn.parse(r);
    for (const m of measurements) measurementIn.parse(m);
    for (const o of overlays) overlayMeasurementIn.parse(o);
    for (const t of truth) truthIn.parse(t);
    expect(measurements.length).toBeGreaterThan(100);
    expect(overlays.length).toBeGreaterThan(10);
  });

  test('keys are unique, slots complete, chambers do one wafer at a time', () => {
    const keys = [
      ...runs,
      ...measurements,
      ...overlays,
      ...truth,
      ...ticks.flatMap((t) => [...t.tick.lots, ...t.tick.events]),
    ].map((r) => r.key);
    expect(new Set(keys).size).toBe(keys.length);
    const slots = new Map<string, number[]>();
    const chambers = new Map<string, (readonly [string, string])[]>();
    for (const r of runs) {
      slots.set(`${r.lot}|${r.operation}`, [...(slots.get(`${r.lot}|${r.operation}`) ?? []), r.wafer]);
      const place = `${r.tool}|${r.chamber}`;
      chambers.set(place, [...(chambers.get(place) ?? []), [r.startedAt, r.endedAt] as const]);
    }
    for (const s of slots.values()) expect(s.sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    for (const list of chambers.values()) {
      list.sort((a, b) => (a[0] < b[0] ? -1 : 1));
      for (let i = 1; i < list.length; i++) expect(list[i]![0] > list[i - 1]![1]).toBe(true);
    }
  });

  test('three wafers of each lot are measured, 1 to 4 h after the lot has ended, in as many chambers as there are', () => {
    const byLot = new Map<string, { wafers: number[]; at: number; chambers: Set<string> }>();
    const run = new Map(runs.map((r) => [r.key, r]));
    for (const m of measurements) {
      const e = byLot.get(`${m.lot}|${m.operation}`) ?? { wafers: [], at: 0, chambers: new Set<string>() };
      e.wafers.push(m.wafer);
      e.at = Math.max(e.at, Date.parse(m.measuredAt));
      e.chambers.add(run.get(m.runKey!)!.chamber);
      byLot.set(`${m.lot}|${m.operation}`, e);
    }
    const delays = new Set<number>();
    for (const { made } of ticks) {
      for (const { r } of made) {
        const e = byLot.get(`${r.lot}|${r.operation}`);
        if (!e || e.wafers.length < 3) continue; // not all measured yet
        expect(e.wafers.sort((a, b) => a - b)).toEqual(r.sampled);
        expect(e.chambers.size).toBe(Math.min(3, r.chambers.length));
        const delay = (e.at - r.endsAt) / HOUR;
        delays.add(Math.round(delay * 10));
        expect(delay).toBeGreaterThan(1);
        expect(delay).toBeLessThan(4);
      }
    }
    expect(delays.size).toBeGreaterThan(10);
  });

  test('traces have 40 to 48 sensors and 60 to 90 samples at about 1 Hz; steps follow each other', () => {
    for (const r of runs) {
      const t = r.trace!.t as number[];
      expect(r.trace!.sensors.length).toBeGreaterThanOrEqual(40);
      expect(r.trace!.sensors.length).toBeLessThanOrEqual(48);
      expect(t.length).toBeGreaterThanOrEqual(55);
      expect(t.length).toBeLessThanOrEqual(90);
      const { steps } = r.trace!;
      for (let i = 1; i < steps.length; i++) expect(steps[i]!.start).toBe(steps[i - 1]!.end);
      expect(t[t.length - 1]!).toBeLessThanOrEqual(steps[steps.length - 1]!.end);
    }
  });

  test('tools, chambers, stations, operations and plans are those of the definition', () => {
    const fab = fabDefinition(11);
    const chambers = new Set(fab.tools.flatMap((t) => t.chambers.map((c) => `${t.tool}|${c}`)));
    const stations = new Set(fab.stations.map((s) => s.station));
    for (const r of runs) {
      expect(chambers.has(`${r.tool}|${r.chamber}`)).toBe(true);
      const op = fab.operations.find((o) => o.operation === r.operation)!;
      expect(op.tools).toContain(r.tool);
      expect(r.trace!.sensors.map(({ name, unit }) => ({ name, unit }))).toEqual(op.sensors);
      expect(fab.recipes.some((e) => e.name === r.recipe.name && e.version === r.recipe.version)).toBe(true);
    }
    for (const m of [...measurements, ...overlays]) expect(stations.has(m.station)).toBe(true);
    expect(fab.loops).toHaveLength(28);
    expect(fab.operations).toHaveLength(8);
  });
});

describe('refusals', () => {
  const first = (s: Simulator): LotRun => {
    for (;;) {
      const r = s.nextTick().lotRuns[0];
      if (r) return r;
    }
  };
  test.each([
    [{ seed: 1.5 }, 'seed'],
    [{ start: Number.NaN }, 'start'],
    [{ tickMs: 10 }, 'tickMs'],
    [{ horizonDays: 0 }, 'horizonDays'],
    [{ snapshot: { version: 99 } }, 'snapshot'],
    [{ lotsPerDay: () => Number.NaN }, 'lotsPerDay'],
  ])('%j', (bad, field) => {
    expect(() => createSimulator({ ...options, ...bad })).toThrowError(
      expect.objectContaining({ code: 'invalid_input', details: expect.objectContaining({ field }) }),
    );
  });
  test('a snapshot of another seed', () => {
    const snapshot = createSimulator(options).snapshot();
    expect(() => createSimulator({ ...options, seed: 5, snapshot })).toThrowError(/seed 11/);
  });
  test('unknown or infinite setpoints, and processing twice', () => {
    const sim = createSimulator(options);
    const r = first(sim);
    const { chamber } = r.chambers[0]!;
    expect(() => sim.process(r, new Map([[chamber, { setpoints: { nonsense: 1 } }]]))).toThrowError(/nonsense/);
    const knob = Object.keys(r.nominal)[0]!;
    expect(() => sim.process(r, new Map([[chamber, { setpoints: { [knob]: Number.POSITIVE_INFINITY } }]]))).toThrowError(
      /finite/,
    );
    sim.process(r);
    expect(() => sim.process(r)).toThrowError(expect.objectContaining({ code: 'conflict' }));
  });
  test('advice beyond the capability is clipped', () => {
    const sim = createSimulator(options);
    const r = first(sim);
    const knob = Object.keys(r.nominal)[0]!;
    const { runs } = sim.process(
      r,
      new Map(
        r.chambers.map((c) => [c.chamber, { setpoints: { [knob]: 1e9 }, adviceId: '7e57ab1e-0000-4000-8000-000000000000' }]),
      ),
    );
    for (const run of runs) {
      expect(run.setpoints[knob]).toBeLessThan(1e5);
      expect(run.adviceId).toBe('7e57ab1e-0000-4000-8000-000000000000');
    }
  });
});
