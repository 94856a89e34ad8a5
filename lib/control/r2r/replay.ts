import { AppError } from '@/lib/errors';
import { moments } from '@/lib/numerics';
import { initialThread, type ThreadState } from '../run-to-run';
import type { RunToRunConfig } from '../run-to-run-config';
import { type JournalEntry, type RecordedDecision, replayThread } from '../thread';

/** One historical run of a thread in process order. */
export interface HistoricalRun {
  readonly id?: string;
  /** Setpoint of the run, knob unit. */
  readonly xApplied: number;
  /** Measured output; NaN when the run was not measured. */
  readonly y: number;
  /** Counts where the loop weighs by uncertainty. */
  readonly uY?: number;
  readonly reliance?: number;
  /** Maintenance before this run: the thread keeps the share `pmForget` of its estimate. */
  readonly afterPm?: boolean;
}

/** Delay and gain of a replay. */
export interface ReplayOptions {
  /** Runs between processing and the arrival of the measurement. Default 0. */
  readonly delay?: number;
  /** True gain/model gain assumed for the counterfactual output. Default 1. */
  readonly gainRatio?: number;
}

/** One run as the replayed loop would have made it. */
export interface ReplayRun {
  readonly id: string | null;
  /** Disturbance reconstructed from the record, and estimate used for this run. */
  readonly disturbance: number;
  /** Output unit. */
  readonly estimate: number;
  /** Knob unit. */
  readonly setpoint: number;
  /** Output this setpoint would have given; NaN where nothing was measured. */
  readonly y: number;
  readonly clipped: boolean;
  readonly held: boolean;
}

/** Figures of a series of runs; deviations from target in output units, moves in knob units. */
export interface ReplaySummary {
  readonly n: number;
  readonly meanDeviation: number;
  readonly rmsDeviation: number;
  readonly sigma: number;
  readonly moves: number;
  readonly clippedRuns: number;
  readonly totalMove: number;
}

/** A loop run over recorded data. */
export interface Replay {
  readonly runs: readonly ReplayRun[];
  readonly recorded: ReplaySummary;
  readonly replayed: ReplaySummary;
  readonly state: ThreadState;
}

/**
 * Run a loop over a table of runs with the production code: one decision before each run, from the measurements that had arrived by then.
 * The output the new loop would have seen is y' = y + β(x' − x), β = gainRatio·gain: the disturbance d = y − T − β(x − x_nominal) stays.
 * A measurement that arrives after a PM of its thread still counts before it, where it belongs.
 * @param history - runs in process order; y in output units, setpoints in knob units.
 * @throws AppError `invalid_input` on an empty history or a setpoint that is not finite.
 */
export function replay(history: readonly HistoricalRun[], loop: RunToRunConfig, options: ReplayOptions = {}): Replay {
  if (history.length === 0)
    throw new AppError('invalid_input', 'nothing to replay; choose a longer period', { field: 'history' });
  const delay = options.delay ?? 0;
  const beta = loop.gain * (options.gainRatio ?? 1);
  const id = (t: number) => String(t).padStart(9, '0');
  const journal: JournalEntry[] = [];
  const decisions: RecordedDecision[] = [];
  history.forEach((run, t) => {
    if (!Number.isFinite(run.xApplied))
      throw new AppError('invalid_input', `run ${run.id ?? t}: xApplied is ${run.xApplied}`, { field: 'xApplied', index: t });
    const source = t - 1 - delay;
    const known = source >= 0 ? history[source]! : undefined;
    if (known !== undefined && !Number.isNaN(known.y))
      journal.push({
        seq: journal.length + 1,
        kind: 'observation',
        at: source,
        id: id(source),
        config: loop,
        y: known.y,
        uY: known.uY ?? null,
        xApplied: known.xApplied,
        adviceId: id(source),
        ...(known.reliance === undefined ? {} : { reliance: known.reliance }),
      });
    if (run.afterPm) journal.push({ seq: journal.length + 1, kind: 'reset', at: t - 0.5, id: id(t), config: loop });
    const before = t === 0 ? null : history[t - 1]!.xApplied;
    decisions.push({
      id: id(t),
      seen: journal.length,
      config: loop,
      mode: 'closed',
      lastApplied: before,
      lastAdviceId: t === 0 ? null : id(t - 1),
      advised: run.xApplied,
      handedOut: run.xApplied,
    });
  });
  const made = replayThread({ base: initialThread(), journal, decisions }, { config: loop, gain: beta });
  const runs = made.decisions.map((d, t): ReplayRun => {
    const run = history[t]!;
    return {
      id: run.id ?? null,
      disturbance: run.y - loop.target - beta * (run.xApplied - loop.xNominal),
      estimate: d.dHat,
      setpoint: d.advised,
      y: run.y + beta * (d.advised - run.xApplied),
      clipped: d.explanation.clips.some((k) => k.kind === 'step' || k.kind === 'absolute'),
      held: d.explanation.clips.some((k) => k.kind === 'deadband'),
    };
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
      runs.map((r) => r.setpoint),
      loop.target,
      runs.filter((r) => r.clipped).length,
    ),
    state: made.state,
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
