import type { RunToRunConfig } from '@/lib/control';
import { sql, type Tx } from '@/lib/db';
import { feed } from '../feed';
import { activate, type LockedLoop, lockLoop, propose } from './change-loop';
import { judgeLoops, ON_SPECIFIED_SCALE } from './judge-change';

/** What a specification is of, and what it says. */
export interface SpecificationChange {
  readonly product: string;
  readonly operation: string;
  readonly parameter: string;
  readonly version: number;
  readonly before: { readonly target: number | null };
  readonly after: { readonly target: number | null; readonly lsl: number | null; readonly usl: number | null };
  readonly reason: string;
  readonly actor: string;
  /** Whether a document brought it, and no engineer: then an engineer decides for each loop. */
  readonly fromDocument: boolean;
}

/**
 * Loops that aim at the target of a specification aim at its new one: a version of their own, judged as any change. Where that is a large
 * step, or a document brought it, it is proposed and a second engineer decides; where it cannot work the loop stays as it is. A loop with a
 * target of its own keeps it. What became of each that does not aim at the new target is told.
 */
export async function followSpecification(tx: Tx, c: SpecificationChange): Promise<void> {
  const { target, lsl, usl } = c.after;
  const rows = await tx.rows<{ id: string }>(sql`
    SELECT l.id FROM control_loop l WHERE l.product = ${c.product} AND l.operation = ${c.operation} AND l.parameter = ${c.parameter}
      AND ${ON_SPECIFIED_SCALE} ORDER BY l.id`);
  for (const { id } of rows) {
    const loop = await lockLoop(tx, id, null);
    const own = loop.config.target;
    const isAimed = c.before.target !== null && own === c.before.target;
    if (isAimed && target !== null && target !== own) await aim(tx, loop, { ...loop.config, target }, c);
    else if ((lsl !== null && own < lsl) || (usl !== null && own > usl))
      await tell(
        tx,
        loop,
        `it keeps its target ${own}, which lies outside version ${c.version} of the specification; correct one of them`,
      );
  }
}

async function aim(tx: Tx, loop: LockedLoop, next: RunToRunConfig, c: SpecificationChange): Promise<void> {
  const { judgement } = (await judgeLoops(tx, [{ loopId: loop.id, config: next, inForce: loop.config }]))[0]!;
  const reason = `the target of specification version ${c.version}: ${c.reason}`;
  if (judgement.verdict === 'refused')
    await tell(tx, loop, `it keeps its target ${loop.config.target}: ${judgement.reasons.join('; ')}`);
  else if (judgement.verdict === 'second_person' || c.fromDocument)
    await propose(tx, loop, 'change', next, reason, c.actor, judgement);
  else await activate(tx, loop, next, reason, c.actor);
}

const tell = (tx: Tx, loop: LockedLoop, what: string): Promise<void> =>
  feed(tx, [{ kind: 'advice', text: `${loop.name}: ${what}`, detail: { loopId: loop.id } }]);
