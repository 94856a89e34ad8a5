import { type Counterfactual, checkRunToRun, type RunToRunConfig, replayThread } from '@/lib/control';
import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { moments } from '@/lib/numerics';
import { verb } from '../../verb';
import { auditThreads, type RecordAudit } from '../audit-record';
import { configAsked } from '../judge-change';
import { loopGain } from '../loop-gain';
import { type LoopThreadRecord, loopRecord } from '../record';
import { EARLIEST_FIRST } from '../thread-storage';
import { loopHead } from './loop';
import { type LoopCapability, loopCapability } from './loop-head';

const OBSERVATIONS = 200;
/** Fewest observations for a comparison. */
const FEWEST = 10;

export interface ReplaySide {
  capability: LoopCapability | null;
  rms: number;
  /** Lots that requested a setpoint. */
  decisions: number;
  /** Decisions that changed the setpoint from the one in use. */
  moves: number;
  clipped: number;
  outsideSpecification: number;
}

export interface LoopReplay {
  n: number;
  threads: number;
  fromMs: number;
  toMs: number;
  /** The period holds only decisions of the version in force. */
  ownHistory: boolean;
  /** Gain of the process that the counterfactual outputs assume. */
  gain: number;
  gainSource: 'history' | 'model';
  /** The recorded decisions of the period made again, each by its own version. */
  audit: RecordAudit;
  recorded: ReplaySide;
  present: ReplaySide;
  proposed: ReplaySide;
}

interface Outcome {
  readonly thread_id: string;
  readonly at: Date;
  readonly y: number;
  readonly x_applied: number;
  readonly advice_id: string | null;
}

/**
 * The newest period of a loop's record decided again: with the version in force, and with a proposed configuration, which takes over at its first
 * decision from the estimate that the threads had. Decisions come from the same function, the same journal, at the same times with the same delays,
 * so that the version in force gives its record to the last bit. The outputs follow a changed setpoint by the gain of the process: estimated from
 * history where history determines it, else the model's. The period is the last 200 observations since the version in force began, or while these are
 * fewer than ten, those before it too.
 * @throws AppError `invalid_input` for a configuration that cannot work, or fewer than ten observations with recorded decisions.
 */
export const replayLoop = verb(
  { name: 'loop.replay', least: 'engineer', input: configAsked, body: 'config' },
  async (_ctx, { loop: id, config: proposed }): Promise<LoopReplay> => {
    checkRunToRun(proposed);
    const loop = await loopHead(id);
    const stretch = await stretchOf(loop.id, loop.version);
    const [outcomes, threads, gain] = await Promise.all([
      outcomesOf(loop.id, stretch.from),
      loopRecord(db(), loop.id, stretch.from),
      loopGain(db(), loop.id),
    ]);
    const processGain = gain.estimate?.gain ?? loop.config.gain;
    const side = (c: RunToRunConfig | null, target: number): ReplaySide =>
      sideOf(threads, outcomes, { config: c, gain: processGain }, target, loop.lsl, loop.usl);
    return {
      n: outcomes.length,
      threads: new Set(outcomes.map((o) => o.thread_id)).size,
      fromMs: outcomes[0]!.at.getTime(),
      toMs: outcomes.at(-1)!.at.getTime(),
      ownHistory: stretch.ownHistory,
      gain: processGain,
      gainSource: gain.estimate ? 'history' : 'model',
      audit: auditThreads(threads),
      recorded: recordedSide(threads, outcomes, loop.config.target, loop.lsl, loop.usl),
      present: side(loop.config, loop.config.target),
      proposed: side(proposed, proposed.target),
    };
  },
);

/** Process time from which the record is replayed. */
async function stretchOf(loopId: string, version: number): Promise<{ from: Date; ownHistory: boolean }> {
  const row = await db().one<{ since: Date | null; own: Date | null; n: number; n_own: number; newest: Date | null }>(sql`
    WITH asked AS (SELECT min(at) AS since, min(at) FILTER (WHERE version = ${version}) AS own FROM advice WHERE loop_id = ${loopId} AND seen IS NOT NULL),
    steps AS (SELECT s.at FROM control_thread t JOIN control_step s ON s.thread_id = t.id, asked WHERE t.loop_id = ${loopId} AND s.at >= asked.since
      ORDER BY s.at DESC LIMIT ${OBSERVATIONS})
    SELECT a.since, a.own, count(s.at)::int AS n, (count(s.at) FILTER (WHERE s.at >= a.own))::int AS n_own, min(s.at) AS newest FROM asked a LEFT JOIN steps s ON true GROUP BY a.since, a.own`);
  if (row === undefined || row.since === null || row.newest === null || row.n < FEWEST)
    throw new AppError(
      'invalid_input',
      `only ${row?.n ?? 0} observations since decisions are recorded; a replay needs ${FEWEST} or more`,
      { field: 'loop', n: row?.n ?? 0 },
    );
  const ownHistory = row.own !== null && row.n_own >= FEWEST;
  return { from: ownHistory && row.own! > row.newest ? row.own! : row.newest, ownHistory };
}

function outcomesOf(loopId: string, from: Date): Promise<Outcome[]> {
  return db().rows<Outcome>(sql`
    SELECT s.thread_id, s.at, s.y, s.x_applied, j.advice_id FROM control_thread t JOIN control_step s ON s.thread_id = t.id AND s.at >= ${from}
    JOIN control_journal j ON j.thread_id = s.thread_id AND j.source_id = s.record_id AND j.kind = 'observation'
    WHERE t.loop_id = ${loopId} ORDER BY ${EARLIEST_FIRST}`);
}

function recordedSide(
  threads: readonly LoopThreadRecord[],
  outcomes: readonly Outcome[],
  target: number,
  lsl: number | null,
  usl: number | null,
): ReplaySide {
  const decisions = threads.flatMap((t) => t.decisions);
  return {
    ...figures(
      outcomes.map((o) => o.y),
      target,
      lsl,
      usl,
    ),
    decisions: decisions.length,
    moves: decisions.filter((d) => d.handedOut !== (d.lastApplied ?? d.config.xNominal)).length,
    clipped: decisions.filter((d) => d.clipped).length,
  };
}

function sideOf(
  threads: readonly LoopThreadRecord[],
  outcomes: readonly Outcome[],
  c: Counterfactual,
  target: number,
  lsl: number | null,
  usl: number | null,
): ReplaySide {
  const replays = new Map(threads.map((t) => [t.threadId, replayThread(t, c)]));
  const y = outcomes.map((o) => {
    const x = replays.get(o.thread_id)?.setpointOf(o.advice_id, o.x_applied) ?? o.x_applied;
    return o.y + c.gain * (x - o.x_applied);
  });
  const decisions = [...replays.values()].flatMap((r) => r.decisions);
  return {
    ...figures(y, target, lsl, usl),
    decisions: decisions.length,
    moves: decisions.filter((d) => d.handedOut !== (d.lastApplied ?? d.explanation.xNominal)).length,
    clipped: decisions.filter((d) => d.explanation.clips.some((k) => k.kind === 'step' || k.kind === 'absolute')).length,
  };
}

function figures(y: readonly number[], target: number, lsl: number | null, usl: number | null) {
  const m = moments(Float64Array.from(y));
  const sigmaOverall = m.n > 1 ? Math.sqrt(m.variance) : null;
  return {
    capability: loopCapability({ n: m.n, mean: m.mean, sigmaOverall, sigmaWithin: null }, lsl, usl),
    rms: Math.sqrt(y.reduce((s, v) => s + (v - target) ** 2, 0) / y.length),
    outsideSpecification: y.filter((v) => (lsl !== null && v < lsl) || (usl !== null && v > usl)).length,
  };
}
