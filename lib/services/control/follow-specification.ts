import { aimedAt, type RunToRunConfig } from '@/lib/control';
import { sql, type Tx } from '@/lib/db';
import { feed } from '../live/feed';
import type { Ctx } from '../verb';
import { activate, type LockedLoop, lockLoop, propose } from './change-loop';
import { endProposal } from './end-proposal';
import { judgeLoops } from './judge-change';
import { ON_SPECIFIED_SCALE } from './specified';

/** The key of a specification and its values. */
export interface SpecificationChange {
  readonly product: string;
  readonly operation: string;
  readonly parameter: string;
  readonly version: number;
  readonly before: { readonly target: number | null };
  readonly after: { readonly target: number | null; readonly lsl: number | null; readonly usl: number | null };
  readonly reason: string;
  /** It came from a document and not from an engineer: an engineer then decides for each loop. */
  readonly fromDocument: boolean;
}

/**
 * Loops that aim at a specification aim at its new target, with the nominal setpoint that gives it by their model: a version of their own, judged
 * like any change. A large step, or one from a document, is proposed and a second engineer decides; where it cannot work, or the specification has no
 * target any more, the loop keeps its target and this is reported. It still follows the next version. Proposals that aim at an older version are
 * withdrawn, so that nobody approves an outdated target. A loop with a target of its own keeps it, and is reported only where that lies outside.
 */
export async function followSpecification(tx: Tx, ctx: Ctx, c: SpecificationChange): Promise<void> {
  const { target, lsl, usl } = c.after;
  const rows = await tx.rows<{ id: string }>(sql`
    SELECT l.id FROM control_loop l WHERE l.product = ${c.product} AND l.operation = ${c.operation} AND l.parameter = ${c.parameter}
      AND ${ON_SPECIFIED_SCALE} ORDER BY l.id`);
  for (const { id } of rows) {
    const loop = await lockLoop(tx, id, null);
    const own = loop.config.target;
    const hadProposal = await withdrawOutdated(tx, ctx, loop, c);
    const isAimed = loop.aims || hadProposal || (c.before.target !== null && own === c.before.target);
    const isOutside = (lsl !== null && own < lsl) || (usl !== null && own > usl);
    if (isAimed && target !== null) {
      if (target !== own) await aim(tx, ctx, loop, aimedAt(loop.config, target), c);
    } else if (isOutside)
      await tell(
        tx,
        loop,
        `it keeps its target ${own}, which lies outside version ${c.version} of the specification; correct one of them`,
      );
    else if (isAimed) await tell(tx, loop, `it keeps its target ${own}: version ${c.version} of the specification has none`);
  }
}

/** Proposals to aim at the target of an older version. @returns whether there were any. */
async function withdrawOutdated(tx: Tx, ctx: Ctx, loop: LockedLoop, c: SpecificationChange): Promise<boolean> {
  const rows = await tx.rows<{ id: string; author: string; target: number }>(sql`
    SELECT id, author, (config->>'target')::float8 AS target FROM loop_proposal
    WHERE loop_id = ${loop.id} AND kind = 'change' AND state = 'pending' AND (config->>'target')::float8 IS DISTINCT FROM ${c.after.target}::float8
      AND (config->>'target')::float8 IN (SELECT v.target FROM specification_version v
        WHERE v.product = ${c.product} AND v.operation = ${c.operation} AND v.parameter = ${c.parameter} AND v.version < ${c.version} AND v.target IS NOT NULL)`);
  for (const p of rows) {
    const why = `version ${c.version} of the specification has ${c.after.target === null ? 'no target' : `the target ${c.after.target}`}`;
    await endProposal(tx, ctx, { id: p.id, loopId: loop.id, author: p.author }, 'withdrawn', why);
    await tell(tx, loop, `the proposal by ${p.author} to aim at ${p.target} is withdrawn: ${why}`);
  }
  return rows.some((p) => p.target !== loop.config.target);
}

async function aim(tx: Tx, ctx: Ctx, loop: LockedLoop, next: RunToRunConfig, c: SpecificationChange): Promise<void> {
  const { judgement } = (await judgeLoops(tx, [{ loopId: loop.id, config: next, inForce: loop.config }]))[0]!;
  const reason = `the target of specification version ${c.version}: ${c.reason}`;
  if (judgement.verdict === 'refused')
    await tell(tx, loop, `it keeps its target ${loop.config.target}: ${judgement.reasons.join('; ')}`);
  else if (judgement.verdict === 'second_person' || c.fromDocument)
    await propose(tx, ctx, loop, { kind: 'change', config: next, reason, judgement });
  else await activate(tx, ctx, loop, next, { reason });
}

const tell = (tx: Tx, loop: LockedLoop, what: string): Promise<void> =>
  feed(tx, [{ kind: 'advice', text: `${loop.name}: ${what}`, detail: { loopId: loop.id } }]);
