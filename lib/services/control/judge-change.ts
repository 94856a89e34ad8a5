import { checkRunToRun, judgeLoop, type LoopJudgement, type LoopTiming, type RunToRunConfig } from '@/lib/control';
import { type Db, db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { loopConfigIn } from '@/lib/formats/fab';
import { loopGains, loopTimings } from './loop-gain';

export interface Judged {
  readonly judgement: LoopJudgement;
  readonly timing: LoopTiming | null;
}

/** Judges configurations of loops by what their history tells of gain and delay; `inForce` is what a change replaces, null when a loop is closed. */
export async function judgeLoops(
  tx: Db,
  asked: readonly { readonly loopId: string; readonly config: RunToRunConfig; readonly inForce: RunToRunConfig | null }[],
): Promise<Judged[]> {
  const ids = asked.map((a) => a.loopId);
  const gains = await loopGains(tx, ids);
  const timings = await loopTimings(tx, ids);
  return asked.map((a): Judged => {
    const gain = gains.get(a.loopId);
    if (gain === undefined) throw new AppError('not_found', 'there is no such loop');
    const timing = timings.get(a.loopId) ?? null;
    return { judgement: judgeLoop(a.config, a.inForce, gain, timing), timing };
  });
}

/** What activation of this draft would be told; changes nothing. @throws AppError `invalid_input` for a configuration that cannot work. */
export async function judgeDraft(loopId: string, config: unknown): Promise<Judged> {
  const draft = loopConfigIn.parse(config);
  checkRunToRun(draft);
  const loop = await db().one<{ config: RunToRunConfig }>(
    sql`SELECT v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version WHERE l.id = ${loopId}`,
  );
  if (loop === undefined) throw new AppError('not_found', 'there is no such loop');
  return (await judgeLoops(db(), [{ loopId, config: draft, inForce: loop.config }]))[0]!;
}

/** @throws AppError `precondition_failed` naming the numbers and the remedy when the judgement refuses. */
export function refuseUnstable(j: LoopJudgement): void {
  if (j.verdict !== 'refused') return;
  const remedy =
    j.largestLambda === null
      ? 'turn the sign of the gain'
      : `with this gain λ must stay below ${Number(j.largestLambda.toPrecision(2))}; or correct the gain`;
  throw new AppError('precondition_failed', `the loop would not be stable: ${j.reasons[0]}; ${remedy}`, {
    field: j.ratio <= 0 ? 'gain' : 'lambda',
    ratio: j.ratio,
    bound: j.bound,
    delay: j.delay,
    largestLambda: j.largestLambda,
  });
}
