import { AppError } from '@/lib/errors';
import { ChamberProcess, faultRecord } from './chamber';
import { type Compiled, compileProcess } from './compile';
import { initialFaults } from './faults';
import { inspection } from './inspection';
import { Metrology, type ProcessedWafer } from './metrology';
import { PROCESSES } from './processes';
import { keyed } from './random';
import { Scheduler } from './schedule';
import { recordSpectra, SPECTRAL_STATIONS } from './spectral';
import { type FabState, restoreState, STATE_VERSION } from './state';
import type { AppliedAdvice, LotRun, RunRecord, Simulator, SimulatorOptions, Tick, TruthRecord } from './types';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NO_ADVICE: ReadonlyMap<string, AppliedAdvice> = new Map();

/** Four characters that tell fabs of different seed or start apart: they begin every key. */
function fabTag(seed: number, start: number): string {
  return `L${(keyed(seed, 'tag', start).integer(36 ** 3) + 36 ** 3).toString(36).slice(-3).toUpperCase()}`;
}

function initialState(o: SimulatorOptions, tag: string): FabState {
  const horizonMs = (o.horizonDays ?? 30) * DAY;
  return {
    version: STATE_VERSION,
    seed: o.seed,
    start: o.start,
    now: o.start,
    nextLot: 1,
    untilNextLot: 0,
    wip: [],
    announce: [],
    toolFreeAt: {},
    chambers: {},
    events: [],
    faults: initialFaults(o.seed, tag, o.start, horizonMs),
    open: [],
    pending: [],
  };
}

class FabSimulator implements Simulator {
  private readonly processes: readonly Compiled[] = PROCESSES.map(compileProcess);
  private readonly state: FabState;
  private readonly scheduler: Scheduler;
  private readonly chambers: ChamberProcess;
  private readonly metrology = new Map<string, Metrology>();
  private readonly tag: string;
  private readonly tickMs: number;
  private readonly spectraFrom: number;

  constructor(o: SimulatorOptions) {
    if (!Number.isSafeInteger(o.seed))
      throw new AppError('invalid_input', `seed is ${o.seed}; give an integer`, { field: 'seed' });
    if (!Number.isSafeInteger(o.start))
      throw new AppError('invalid_input', `start is ${o.start}; give epoch milliseconds`, { field: 'start' });
    this.tickMs = o.tickMs ?? HOUR;
    if (!(Number.isSafeInteger(this.tickMs) && this.tickMs >= 1000)) {
      throw new AppError('invalid_input', `tickMs is ${this.tickMs}; give at least 1000 whole milliseconds`, { field: 'tickMs' });
    }
    if (!((o.horizonDays ?? 30) > 0))
      throw new AppError('invalid_input', `horizonDays is ${o.horizonDays}; give a positive number`, { field: 'horizonDays' });
    this.spectraFrom = o.spectraFrom ?? Number.POSITIVE_INFINITY;
    this.tag = fabTag(o.seed, o.start);
    this.state = o.snapshot === undefined ? initialState(o, this.tag) : restoreState(o.snapshot, o.seed, o.start);
    this.chambers = new ChamberProcess(o.seed);
    this.scheduler = new Scheduler(this.state, this.processes, this.tag, (t) => {
      const rate = o.lotsPerDay(t);
      if (!(rate >= 0 && rate < 1e4))
        throw new AppError('invalid_input', `lotsPerDay is ${rate}; give a number from 0 to 10000`, { field: 'lotsPerDay' });
      return rate;
    });
    if (o.snapshot === undefined) this.scheduler.fill();
  }

  nextTick(): Tick {
    const from = this.state.now;
    const to = from + this.tickMs;
    const tick = this.scheduler.tick(from, to);
    this.state.now = to;
    this.state.open.push(...tick.lotRuns);
    return { from, to, ...tick };
  }

  openLotRuns(): LotRun[] {
    return structuredClone(this.state.open);
  }

  process(run: LotRun, advice: ReadonlyMap<string, AppliedAdvice> = NO_ADVICE): { runs: RunRecord[]; truth: TruthRecord[] } {
    if (!this.state.open.some((r) => r.key === run.key)) {
      throw new AppError('conflict', `lot run ${run.key} is not open; process each lot run of nextTick once`, { key: run.key });
    }
    const c = this.processes.find((p) => p.spec.operation === run.operation)!;
    const runs: RunRecord[] = [];
    const truth: TruthRecord[] = [];
    const wafers: ProcessedWafer[] = [];
    run.chambers.forEach((load, place) => {
      const made = this.chambers.process(c, run, load, place, advice.get(load.chamber));
      runs.push(...made.runs);
      wafers.push(...made.wafers);
      for (const f of run.faults) if (f.chamber === load.chamber) truth.push(faultRecord(c, run, f, made.runs));
    });
    runs.sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.wafer - b.wafer));
    const stations = this.metrologyOf(c);
    for (const w of wafers) {
      const spectra = w.measuredAt >= this.spectraFrom ? stations.spectra(run, w) : null;
      const { measurement, ...map } = stations.map(run, w);
      this.state.pending.push(
        spectra !== null && stations.isSpectral ? map : { ...map, ...(measurement ? { measurement } : {}) },
      );
      if (spectra) this.state.pending.push(spectra);
      const overlay = stations.overlay(run, w);
      if (overlay) this.state.pending.push(overlay);
    }
    this.state.pending.push(...inspection(this.state.seed, run, wafers));
    this.state.open = this.state.open.filter((r) => r.key !== run.key);
    return { runs, truth };
  }

  collect(to: number): ReturnType<Simulator['collect']> {
    const due = this.state.pending.filter((p) => p.at < to);
    this.state.pending = this.state.pending.filter((p) => p.at >= to);
    due.sort((a, b) => a.at - b.at || ((a.truth[0]?.key ?? '') < (b.truth[0]?.key ?? '') ? -1 : 1));
    return {
      measurements: due.flatMap((p) => p.measurement ?? []),
      overlayMeasurements: due.flatMap((p) => p.overlay ?? []),
      spectra: due.flatMap((p) => {
        const station = SPECTRAL_STATIONS.find((s) => s.recipe.name === p.spectra?.recipe);
        return p.spectra && station ? [recordSpectra(this.state.seed, station, p.spectra)] : [];
      }),
      counts: due.flatMap((p) => p.counts ?? []),
      truth: due.flatMap((p) => p.truth),
    };
  }

  snapshot(): unknown {
    return structuredClone(this.state);
  }

  private metrologyOf(c: Compiled): Metrology {
    const { operation } = c.spec;
    const known = this.metrology.get(operation);
    if (known) return known;
    const made = new Metrology(this.state.seed, c);
    this.metrology.set(operation, made);
    return made;
  }
}

/**
 * A simulated fab. Same seed, start, lots per day and advice give the same records, bit by bit; every random number is keyed
 * by what it is for, so the order of processing does not matter.
 * @throws AppError `invalid_input` with the field for an option that cannot be used.
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  return new FabSimulator(options);
}
