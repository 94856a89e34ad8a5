import { z } from 'zod';
import { checkRunToRun } from '@/lib/control';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { loopConfigIn } from '@/lib/formats/fab';
import { audit } from '../audit';
import { feed } from '../feed';

const reasonText = z.string().trim().min(5, 'say why, in a few words').max(2000);

interface LoopRow {
  name: string;
  state: string;
  version: number;
  config: unknown;
}

async function lockLoop(tx: Tx, loopId: string, seenVersion: number | null): Promise<LoopRow> {
  const loop = await tx.one<LoopRow>(sql`
    SELECT l.name, l.state::text, l.version, v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version WHERE l.id = ${loopId} FOR UPDATE OF l`);
  if (loop === undefined) throw new AppError('not_found', 'there is no such loop');
  if (seenVersion !== null && seenVersion !== loop.version) {
    throw new AppError(
      'precondition_failed',
      `the loop is at version ${loop.version} by now, you saw ${seenVersion}; look at the change first`,
    );
  }
  return loop;
}

/** A new version of a loop's configuration, with its author and reason; it advises from now on, what was advised stays explained by its own version. */
export async function changeLoop(
  loopId: string,
  seenVersion: number,
  config: unknown,
  reason: unknown,
  actor: string,
): Promise<number> {
  const next = loopConfigIn.parse(config);
  const why = reasonText.parse(reason);
  checkRunToRun(next);
  return transaction(async (tx) => {
    const loop = await lockLoop(tx, loopId, seenVersion);
    const version = loop.version + 1;
    await tx.exec(
      sql`INSERT INTO loop_version (loop_id, version, config, author, reason) VALUES (${loopId}, ${version}, ${JSON.stringify(next)}::jsonb, ${actor}, ${why})`,
    );
    await tx.exec(sql`UPDATE control_loop SET version = ${version} WHERE id = ${loopId}`);
    await audit(tx, { actor, action: 'change', entity: 'loop', entityId: loopId, before: loop.config, after: next, reason: why });
    await feed(tx, [
      { kind: 'advice', text: `${loop.name}: version ${version} by ${actor}: ${why}`, detail: { loopId, version } },
    ]);
    return version;
  });
}

/** Closes a loop, puts it in shadow (advises only) or suspends it. */
export async function setLoopState(loopId: string, state: unknown, reason: unknown, actor: string): Promise<void> {
  const next = z.enum(['shadow', 'closed', 'suspended']).parse(state);
  const why = reasonText.parse(reason);
  await transaction(async (tx) => {
    const loop = await lockLoop(tx, loopId, null);
    if (loop.state === next) throw new AppError('conflict', `the loop is ${next} already`);
    await tx.exec(sql`UPDATE control_loop SET state = ${next}::loop_state WHERE id = ${loopId}`);
    await audit(tx, {
      actor,
      action: next === 'closed' ? 'close' : next,
      entity: 'loop',
      entityId: loopId,
      before: { state: loop.state },
      after: { state: next },
      reason: why,
    });
    await feed(tx, [{ kind: 'advice', text: `${loop.name}: ${loop.state} → ${next} by ${actor}: ${why}`, detail: { loopId } }]);
  });
}
