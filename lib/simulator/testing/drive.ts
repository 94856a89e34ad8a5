import { createSimulator, fabDefinition, type LotRun, type MeasurementRecord, type RunRecord, type TruthRecord } from '../index';
import { toGrid } from '../recipe';
import type { LoopDefinition, Tick } from '../types';

export const START = Date.UTC(2026, 9, 1);

/** One output of one loop on one wafer: as controlled, and what it would have been without. */
export interface Output {
  readonly loop: LoopDefinition;
  readonly runKey: string;
  readonly controlled: number;
  readonly uncontrolled: number;
}

export interface Driven {
  readonly ticks: Tick[];
  readonly lotRuns: LotRun[];
  /** Only the runs whose wafer is measured keep their trace. */
  readonly runs: Map<string, RunRecord>;
  readonly measurements: MeasurementRecord[];
  readonly truth: TruthRecord[];
  readonly outputs: Output[];
}

export const siteMean = (m: MeasurementRecord): number => {
  const v = m.value.filter((e): e is number => e !== null);
  return v.reduce((a, b) => a + b, 0) / v.length;
};

/**
 * The textbook controller in its shortest form, independent of the product's own: d = lambda (y - target - gain dx) + (1 - lambda) d,
 * x = nominal - d/gain, then step limit, absolute limit, quantum, deadband.
 */
interface Thread {
  d: number;
  lastX: number;
}

function nextSetpoint(l: LoopDefinition, t: Thread): number {
  const stepped = Math.min(t.lastX + l.maxStep, Math.max(t.lastX - l.maxStep, l.xNominal - t.d / l.gain));
  const x = toGrid(Math.min(l.max, Math.max(l.min, stepped)), l.quantum);
  return Math.abs(x - t.lastX) < l.deadband ? t.lastX : x;
}

/** Run a fab for some days, with every loop closed or with none, as the live driver does: tick, advise, process, collect. */
export function driveFab(o: { seed: number; days: number; lotsPerDay: number; control: boolean }): Driven {
  const { loops } = fabDefinition(o.seed);
  const sim = createSimulator({ seed: o.seed, start: START, lotsPerDay: () => o.lotsPerDay, horizonDays: o.days });
  const threads = new Map<string, Thread>();
  const out: Driven = { ticks: [], lotRuns: [], runs: new Map(), measurements: [], truth: [], outputs: [] };
  for (let h = 0; h < 24 * o.days; h++) {
    const tick = sim.nextTick();
    out.ticks.push(tick);
    for (const r of tick.lotRuns) {
      const own = loops.filter((l) => l.operation === r.operation && l.product === r.product);
      const advice = new Map(
        r.chambers.map(({ chamber }) => {
          const setpoints: Record<string, number> = {};
          for (const l of own) {
            const thread = threads.get(`${l.name}|${r.tool}|${chamber}`);
            if (thread && o.control) setpoints[l.knob] = nextSetpoint(l, thread);
          }
          return [chamber, { setpoints }] as const;
        }),
      );
      const made = sim.process(r, advice);
      out.lotRuns.push(r);
      out.truth.push(...made.truth);
      for (const run of made.runs) {
        const { trace, ...rest } = run;
        out.runs.set(run.key, r.sampled.includes(run.wafer) && trace ? { ...rest, trace } : rest);
      }
    }
    const got = sim.collect(tick.to);
    out.truth.push(...got.truth);
    out.measurements.push(...got.measurements);
    const measured = new Map(got.measurements.map((m) => [`${m.runKey}|${m.parameter}`, siteMean(m)]));
    for (const t of got.truth) {
      if (t.kind !== 'twin') continue;
      const run = out.runs.get(t.runKey)!;
      const loop = loops.find((l) => l.operation === run.operation && l.product === run.product && l.parameter === t.parameter)!;
      const xApplied = run.setpoints[loop.knob]!;
      const controlled = measured.get(`${t.runKey}|${t.parameter}`) ?? t.value + xApplied - loop.xNominal;
      out.outputs.push({ loop, runKey: t.runKey, controlled, uncontrolled: t.value });
      const key = `${loop.name}|${run.tool}|${run.chamber}`;
      const before = threads.get(key)?.d ?? 0;
      const seen = controlled - loop.target - loop.gain * (xApplied - loop.xNominal);
      threads.set(key, { d: loop.lambda * seen + (1 - loop.lambda) * before, lastX: xApplied });
    }
  }
  return out;
}
