import { z } from 'zod';
import { checkRunToRun, type LoopJudgement, type RunToRunConfig } from '@/lib/control';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { loopConfigIn } from '@/lib/formats/fab';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { feed } from '../live/feed';
import { tellEvent } from '../live/notify-event';
import { type Ctx, timeOf, verb } from '../verb';
import { judgeLoops, refuseJudged } from './judge-change';
import { aims } from './specified';

export interface LockedLoop {
  readonly id: string;
  readonly name: string;
  readonly area: string;
  readonly state: 'shadow' | 'closed' | 'suspended';
  readonly version: number;
  readonly config: RunToRunConfig;
  /** Its target was taken from the specification. */
  readonly aims: boolean;
}

/** Outcome of a change: in force, or waiting for a second person. */
export type ChangeOutcome =
  | { readonly kind: 'in_force'; readonly version: number }
  | { readonly kind: 'proposed'; readonly proposalId: string; readonly reasons: readonly string[] };

export async function lockLoop(tx: Tx, loopId: string, seenVersion: number | null): Promise<LockedLoop> {
  // Locked first, on its own: a join would see the version that was in force before the wait for the lock.
  await tx.exec(sql`SELECT 1 FROM control_loop WHERE id = ${loopId} FOR UPDATE`);
  const loop = await tx.one<LockedLoop>(sql`
    SELECT l.id, l.name, l.area, l.state::text, l.version, v.config, v.aims_at_specification AS aims
    FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version WHERE l.id = ${loopId}`);
  if (loop === undefined) throw new AppError('not_found', 'there is no such loop');
  if (seenVersion !== null) requireCurrentVersion('the loop', loop.version, seenVersion);
  return loop;
}

/**
 * A new version of a loop's configuration, with its author and reason; it advises from now on; earlier advice stays explained by its own version. A
 * change that comes near the stability bound, or a large change of gain, waits for a second engineer.
 * @throws AppError `invalid_input` for a configuration that cannot work; `precondition_failed` for one that would not be stable, with the largest
 *   stable λ, or when the loop has changed meanwhile.
 */
export const changeLoop = verb(
  {
    name: 'loop.change',
    least: 'engineer',
    input: z.strictObject({ loop: recordIdIn('loop'), seen: z.int(), config: loopConfigIn, reason: reasonIn }),
    body: 'config',
  },
  async (ctx, { loop: id, seen, config, reason }): Promise<ChangeOutcome> => {
    checkRunToRun(config);
    return transaction(async (tx) => {
      const loop = await lockLoop(tx, id, seen);
      if (sameConfig(loop.config, config))
        throw new AppError('invalid_input', `nothing differs from version ${loop.version}`, { field: 'config' });
      const judgement = await judged(tx, loop, config, loop.config);
      if (judgement.verdict === 'second_person') return propose(tx, ctx, loop, { kind: 'change', config, reason, judgement });
      return { kind: 'in_force', version: await activate(tx, ctx, loop, config, { reason }) };
    });
  },
);

const sameConfig = (a: RunToRunConfig, b: RunToRunConfig): boolean =>
  (Object.keys(loopConfigIn.shape) as (keyof RunToRunConfig)[]).every((k) => (a[k] ?? null) === (b[k] ?? null));

/**
 * Closes a loop, puts it in shadow (advises only) or suspends it. Closing is judged like a change: tools will run what it advises. `seen` is the
 * version and the state that the person saw: closing hands out what that version advises, and no other; a decision made by somebody else meanwhile is
 * not overruled unseen. Suspending a loop is never refused for that.
 * @throws AppError `conflict` when it is in that state already; `precondition_failed` when it would not be stable, or the loop has changed meanwhile.
 */
export const setLoopState = verb(
  {
    name: 'loop.state',
    least: 'engineer',
    input: z.strictObject({
      loop: recordIdIn('loop'),
      seen: z.strictObject({ version: z.int(), state: z.string() }),
      state: z.enum(['shadow', 'closed', 'suspended']),
      reason: reasonIn,
    }),
  },
  async (ctx, { loop: id, seen, state: next, reason }): Promise<ChangeOutcome> =>
    transaction(async (tx) => {
      const loop = await lockLoop(tx, id, next === 'suspended' ? null : seen.version);
      if (loop.state === next) throw new AppError('conflict', `the loop is ${next} already`);
      if (next !== 'suspended' && loop.state !== seen.state)
        throw new AppError(
          'precondition_failed',
          `the loop is ${loop.state} by now, you saw ${seen.state}; look at the change first`,
          { state: loop.state },
        );
      if (next === 'closed') {
        const { config } = loop;
        const judgement = await judged(tx, loop, config, null);
        if (judgement.verdict === 'second_person') return propose(tx, ctx, loop, { kind: 'close', config, reason, judgement });
      }
      await enter(tx, ctx, loop, next, { reason });
      return { kind: 'in_force', version: loop.version };
    }),
);

/** The judgement of a configuration on a locked loop. @throws AppError `precondition_failed` when it refuses. */
export async function judged(
  tx: Tx,
  loop: LockedLoop,
  config: RunToRunConfig,
  inForce: RunToRunConfig | null,
): Promise<LoopJudgement> {
  const j = (await judgeLoops(tx, [{ loopId: loop.id, config, inForce }]))[0]!;
  refuseJudged(j);
  return j.judgement;
}

/** Why a loop changes, and the author where the caller approves somebody else's change. */
export interface Said {
  readonly reason: string;
  readonly author?: string;
}

const authorship = (ctx: Ctx, said: Said): { author: string; approved: { approvedBy?: string }; by: string } => {
  const { author } = said;
  const own = ctx.by.email;
  return author === undefined
    ? { author: own, approved: {}, by: own }
    : { author, approved: { approvedBy: own }, by: `${author}, approved by ${own}` };
};

export async function activate(tx: Tx, ctx: Ctx, loop: LockedLoop, config: RunToRunConfig, said: Said): Promise<number> {
  const { reason } = said;
  const { author, approved, by } = authorship(ctx, said);
  const version = loop.version + 1;
  // A target that is not changed keeps following its source.
  const aim = config.target === loop.config.target && loop.aims ? sql`true` : aims(loop.id, config.target);
  await tx.exec(
    sql`INSERT INTO loop_version (loop_id, version, config, author, reason, aims_at_specification)
      VALUES (${loop.id}, ${version}, ${JSON.stringify(config)}::jsonb, ${author}, ${reason}, ${aim})`,
  );
  await tx.exec(sql`UPDATE control_loop SET version = ${version} WHERE id = ${loop.id}`);
  await audit(tx, ctx, {
    author,
    action: 'change',
    entity: 'loop',
    entityId: loop.id,
    before: loop.config,
    after: { ...config, ...approved },
    reason,
  });
  await feed(tx, [
    {
      kind: 'advice',
      text: `${loop.name}: version ${version} by ${by}: ${reason}`,
      detail: { loopId: loop.id, version },
    },
  ]);
  return version;
}

export async function enter(tx: Tx, ctx: Ctx, loop: LockedLoop, next: LockedLoop['state'], said: Said): Promise<void> {
  const { reason } = said;
  const { author, approved, by } = authorship(ctx, said);
  await tx.exec(sql`UPDATE control_loop SET state = ${next}::loop_state WHERE id = ${loop.id}`);
  await audit(tx, ctx, {
    author,
    action: next === 'closed' ? 'close' : next,
    entity: 'loop',
    entityId: loop.id,
    before: { state: loop.state },
    after: { state: next, ...approved },
    reason,
  });
  await feed(tx, [
    { kind: 'advice', text: `${loop.name}: ${loop.state} → ${next} by ${by}: ${reason}`, detail: { loopId: loop.id } },
  ]);
}

interface Proposed {
  readonly kind: 'change' | 'close';
  readonly config: RunToRunConfig;
  readonly reason: string;
  readonly judgement: LoopJudgement;
}

/** A newer proposal of the same author for the same thing replaces the older one. */
export async function propose(
  tx: Tx,
  ctx: Ctx,
  loop: LockedLoop,
  { kind, config, reason, judgement }: Proposed,
): Promise<ChangeOutcome> {
  const author = ctx.by.email;
  await tx.exec(sql`
    UPDATE loop_proposal SET state = 'withdrawn', decided_by = ${author}, decided_at = ${timeOf(ctx)}, decision_reason = 'replaced by a newer proposal'
    WHERE loop_id = ${loop.id} AND kind = ${kind} AND author = ${author} AND state = 'pending'`);
  const row = await tx.one<{ id: string }>(sql`
    INSERT INTO loop_proposal (loop_id, kind, base_version, config, author, reason, judgement)
    VALUES (${loop.id}, ${kind}, ${loop.version}, ${JSON.stringify(config)}::jsonb, ${author}, ${reason}, ${JSON.stringify(judgement)}::jsonb) RETURNING id`);
  await audit(tx, ctx, {
    action: 'propose',
    entity: 'loop',
    entityId: loop.id,
    before: kind === 'change' ? loop.config : { loopState: loop.state },
    after: kind === 'change' ? config : { loopState: 'closed' },
    reason,
  });
  await feed(tx, [
    {
      kind: 'advice',
      text: `${loop.name}: ${author} proposes ${kind === 'change' ? `version ${loop.version + 1}` : 'to close it'}; a second engineer decides`,
      detail: { loopId: loop.id },
    },
  ]);
  await tellEvent(tx, {
    kind: 'proposal_waits',
    area: loop.area,
    severity: null,
    title: `${loop.name}: ${kind === 'change' ? `version ${loop.version + 1}` : 'to close the loop'} waits for a second engineer`,
    text: reason,
    actor: author,
    subject: { proposal: { id: row!.id, of: 'loop', kind, author, reason, loop: { id: loop.id, name: loop.name } } },
    path: `/control/${loop.id}`,
  });
  return { kind: 'proposed', proposalId: row!.id, reasons: judgement.reasons };
}
