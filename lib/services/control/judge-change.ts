import { z } from 'zod';
import {
  type BoundFault,
  boundFaults,
  checkRunToRun,
  judgeLoop,
  type LoopJudgement,
  type LoopTiming,
  type OutputLimits,
  type RunToRunConfig,
  withBounds,
} from '@/lib/control';
import { type Db, db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { loopConfigIn } from '@/lib/formats/fab';
import { recordIdIn } from '@/lib/formats/scalars';
import { towardsZero } from '@/lib/numerics';
import { verb } from '../verb';
import { configProblem } from './check-config';
import { loopGains, loopTimings } from './loop-gain';
import { ON_SPECIFIED_SCALE } from './specified';

export interface Judged {
  readonly judgement: LoopJudgement;
  readonly timing: LoopTiming | null;
  /** Why the configuration is refused whatever its stability; null: it is not. */
  readonly outside: BoundFault | null;
}

/**
 * Judges configurations of loops by the gain and delay of their history, and by what was agreed and specified; `inForce` is what a change replaces,
 * null when a loop is closed.
 */
export async function judgeLoops(
  tx: Db,
  asked: readonly { readonly loopId: string; readonly config: RunToRunConfig; readonly inForce: RunToRunConfig | null }[],
): Promise<Judged[]> {
  const ids = asked.map((a) => a.loopId);
  const gains = await loopGains(tx, ids);
  const timings = await loopTimings(tx, ids);
  const agreed = await agreedConfigs(tx, ids);
  const limits = await outputLimits(tx, ids);
  return asked.map((a): Judged => {
    const gain = gains.get(a.loopId);
    if (gain === undefined) throw new AppError('not_found', 'there is no such loop');
    const timing = timings.get(a.loopId) ?? null;
    const last = agreed.get(a.loopId)!;
    const before = comparable(a, last.gain);
    const faults = boundFaults(a.config, a.inForce, last, limits.get(a.loopId) ?? null);
    return {
      judgement: withBounds(judgeLoop(a.config, before, last.gain, gain, timing), faults),
      timing,
      outside: faults.find((f) => f.verdict === 'refused') ?? null,
    };
  });
}

/** What a change is compared with: the version in force, or the part of it that can be judged where it could not be entered today. */
function comparable(a: { readonly config: RunToRunConfig; readonly inForce: RunToRunConfig | null }, agreedGain: number) {
  const { inForce } = a;
  if (inForce === null || configProblem(inForce) === null) return inForce;
  const { gain } = inForce;
  return { ...a.config, gain: Number.isFinite(gain) && gain !== 0 ? gain : agreedGain };
}

/** The configurations in force, judged as if the loops were to be closed; null for one that could not be entered today and so cannot be judged. */
export async function judgeInForce(
  tx: Db,
  loops: readonly { readonly id: string; readonly config: RunToRunConfig }[],
): Promise<(Judged | null)[]> {
  const sound = loops.filter((l) => configProblem(l.config) === null);
  const judged = await judgeLoops(
    tx,
    sound.map((l) => ({ loopId: l.id, config: l.config, inForce: null })),
  );
  const of = new Map(sound.map((l, i) => [l.id, judged[i]!]));
  return loops.map((l) => of.get(l.id) ?? null);
}

/**
 * Of each loop the configuration that it was registered with, or the newest that a second person approved since, in a change or to close the
 * loop. A version that one engineer put in force alone does not count.
 */
async function agreedConfigs(tx: Db, loopIds: readonly string[]): Promise<Map<string, RunToRunConfig>> {
  const rows = await tx.rows<{ loop_id: string; config: RunToRunConfig }>(sql`
    SELECT DISTINCT ON (v.loop_id) v.loop_id, v.config FROM loop_version v
    WHERE v.loop_id = ANY(${[...loopIds]}::uuid[]) AND (v.version = 1 OR EXISTS (
      SELECT 1 FROM loop_proposal p WHERE p.loop_id = v.loop_id AND p.state = 'approved'
        AND v.version = p.base_version + CASE p.kind WHEN 'change' THEN 1 ELSE 0 END))
    ORDER BY v.loop_id, v.version DESC`);
  return new Map(rows.map((r) => [r.loop_id, r.config]));
}

/** The specification of each loop's output, where its values are on that scale. */
async function outputLimits(tx: Db, loopIds: readonly string[]): Promise<Map<string, OutputLimits>> {
  const rows = await tx.rows<OutputLimits & { id: string }>(sql`
    SELECT l.id, s.lsl, s.usl FROM control_loop l
    JOIN specification s ON s.product = l.product AND s.operation = l.operation AND s.parameter = l.parameter
    WHERE l.id = ANY(${[...loopIds]}::uuid[]) AND ${ON_SPECIFIED_SCALE}`);
  return new Map(rows.map((r) => [r.id, r]));
}

/** A configuration of a loop to be judged. */
export const configAsked = z.strictObject({ loop: recordIdIn('loop'), config: loopConfigIn });

/** The verdict that activation of this draft would get; changes nothing. @throws AppError `invalid_input` for a configuration that cannot work. */
export const judgeDraft = verb(
  { name: 'loop.judge', least: 'engineer', input: configAsked, body: 'config' },
  async (_ctx, { loop: loopId, config }): Promise<Judged> => {
    checkRunToRun(config);
    const loop = await db().one<{ config: RunToRunConfig }>(
      sql`SELECT v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version WHERE l.id = ${loopId}`,
    );
    if (loop === undefined) throw new AppError('not_found', 'there is no such loop');
    return (await judgeLoops(db(), [{ loopId, config, inForce: loop.config }]))[0]!;
  },
);

/** @throws AppError `precondition_failed` naming the numbers and the remedy when the judgement refuses. */
export function refuseJudged({ judgement: j, outside }: Judged): void {
  if (j.verdict !== 'refused') return;
  if (outside !== null) throw new AppError('precondition_failed', `${outside.text}; ${outside.remedy}`, { field: outside.field });
  const remedy =
    j.largestLambda === null
      ? 'turn the sign of the gain'
      : `with this gain λ must be at most ${towardsZero(j.largestLambda)}; or correct the gain`;
  throw new AppError('precondition_failed', `the loop would not be stable: ${j.reasons[0]}; ${remedy}`, {
    field: j.ratio <= 0 ? 'gain' : 'lambda',
    ratio: j.ratio,
    bound: j.bound,
    delay: j.delay,
    largestLambda: j.largestLambda,
  });
}
