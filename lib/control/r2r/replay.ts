import { AppError } from '@/lib/errors';
import { moments } from '@/lib/numerics';
import { advise, forget, initialThread, observe, type RunToRunConfig, type ThreadState } from '../run-to-run';

/** One historical run of a thread in process order. */
export interface HistoricalRun {
  readonly id?: string;
  readonly xApplied: number;
  /** Measured output; NaN when the run was not measured. */
  readonly y: number;
  readonly uY?: number;
  readonly reliance?: number;
  /** Maintenance before this run: the thread keeps the share `pmForget` of its estimate. */
  readonly afterPm?: boolean;
}

export interface ReplayOptions {
  /** Runs between processing and the arrival of the measurement. Default 0. */
  readonly delay?: number;
  /** True gain/model gain assumed for the counterfactual output. Default 1. */
  readonly gainRatio?: number;
}

export interface ReplayRun {
  readonly id: string | null;
  /** Disturbance reconstructed from the record, and estimate used for this run. */
  readonly disturbance: number;
  readonly estimate: number;
  readonly setpoint: number;
  /** Output this setpoint would have given; NaN where nothing was measured. */
  readonly y: number;
  readonly clipped: boolean;
  readonly held: boolean;
}

export interface ReplaySummary {
  readonly n: number;
  readonly meanDeviation: number;
  readonly rmsDeviation: number;
  readonly sigma: number;
  readonly moves: number;
  readonly clippedRuns: number;
  readonly totalMove: number;
}

export interface Replay {
  readonly runs: readonly ReplayRun[];
  readonly recorded: ReplaySummary;
  readonly replayed: ReplaySummary;
  readonly state: ThreadState;
}

/**
 * Run a loop over history with the production code: the disturbance of each run is reconstructed as d = y − T − β(x_applied − x_nominal),
 * β = gainRatio·gain, and the output the new loop would have seen is y′ = T + β(x′ − x_nominal) + d.
 * @throws AppError `invalid_input` on an empty history or a setpoint that is not finite.
 */
export function replay(history: readonly HistoricalRun[], loop: RunToRunConfig, options: ReplayOptions = {}): Replay {
  if (history.length === 0)
    throw new AppError('invalid_input', 'nothing to replay; choose a longer period', { field: 'history' });
  const delay = options.delay ?? 0;
  const beta = loop.gain * (options.gainRatio ?? 1);
  let state = initialThread();
  let last: number | null = null;
  const runs: ReplayRun[] = [];
  const setpoints: number[] = [];
  history.forEach((run, t) => {
    if (!Number.isFinite(run.xApplied))
      throw new AppError('invalid_input', `run ${run.id ?? t}: xApplied is ${run.xApplied}`, { field: 'xApplied', index: t });
    const source = t - 1 - delay;
    if (source >= 0 && !Number.isNaN(runs[source]!.y)) {
      const { uY, reliance } = history[source]!;
      state = observe(
        state,
        {
          y: runs[source]!.y,
          xApplied: setpoints[source]!,
          ...(uY === undefined ? {} : { uY }),
          ...(reliance === undefined ? {} : { reliance }),
        },
        loop,
      ).state;
    }
    if (run.afterPm) state = forget(state, loop);
    const { setpoint, explanation } = advise(state, loop, last);
    const disturbance = run.y - loop.target - beta * (run.xApplied - loop.xNominal);
    runs.push({
      id: run.id ?? null,
      disturbance,
      estimate: state.dHat,
      setpoint,
      y: loop.target + beta * (setpoint - loop.xNominal) + disturbance,
      clipped: explanation.clips.some((k) => k.kind === 'step' || k.kind === 'absolute'),
      held: explanation.clips.some((k) => k.kind === 'deadband'),
    });
    setpoints.push(setpoint);
    last = setpoint;
  });
  return {
    runs,
    recorded: summary(
      history.map((r) => r.y),
      history.map((r) => r.xApplied),
      loop.target,
      0,
    ),
    replayed: summary(
      runs.map((r) => r.y),
      setpoints,
      loop.target,
      runs.filter((r) => r.clipped).length,
    ),
    state,
  };
}

function summary(y: readonly number[], x: readonly number[], target: number, clippedRuns: number): ReplaySummary {
  const e = y.map((v) => v - target);
  const m = moments(e);
  let ss = 0;
  for (const v of e) if (!Number.isNaN(v)) ss += v * v;
  let moves = 0;
  let totalMove = 0;
  for (let i = 1; i < x.length; i++) {
    const d = Math.abs(x[i]! - x[i - 1]!);
    if (d > 0) moves++;
    totalMove += d;
  }
  return {
    n: m.n,
    meanDeviation: m.mean,
    rmsDeviation: Math.sqrt(ss / m.n),
    sigma: m.n > 1 ? Math.sqrt(m.variance) : 0,
    moves,
    clippedRuns,
    totalMove,
  };
}
