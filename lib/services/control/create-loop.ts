import { recordId, sql, type Tx } from '@/lib/db';
import type { FabRecord } from '@/lib/formats/fab';
import { audit } from '../audit';
import type { Ctx } from '../verb';
import { checkLoopConfig } from './check-config';
import { aims } from './specified';

export type NewLoop = FabRecord['loops'][number];

/**
 * Checks the configurations of a document as a change of a loop is checked.
 * @throws AppError `invalid_input` with the path of the field.
 */
export function checkLoops(loops: readonly NewLoop[]): void {
  for (const [i, l] of loops.entries()) checkLoopConfig(l.config, { loop: l.name, prefix: `loops.${i}.config.` });
}

/**
 * Creates a loop in shadow mode, whoever sends it and whatever state is requested: it advises, and tools run its advice once an engineer has closed
 * it. An existing loop is left as it is.
 * @returns whether the loop is new.
 */
export async function createLoop(tx: Tx, ctx: Ctx, l: NewLoop): Promise<boolean> {
  const id = recordId('loop', l.name);
  const added = await tx.exec(sql`
    INSERT INTO control_loop (id, name, area, operation, product, characteristic, parameter, unit, knob, knob_unit, state)
    VALUES (${id}, ${l.name}, ${l.area}, ${l.operation}, ${l.product}, ${l.characteristic}, ${l.parameter}, ${l.unit}, ${l.knob}, ${l.knobUnit}, 'shadow')
    ON CONFLICT (name) DO NOTHING`);
  if (added === 0) return false;
  await tx.exec(
    sql`INSERT INTO loop_version (loop_id, version, config, author, reason, aims_at_specification)
      VALUES (${id}, 1, ${JSON.stringify(l.config)}::jsonb, ${ctx.by.email}, 'registered with the fab', ${aims(id, l.config.target)})`,
  );
  await audit(tx, ctx, {
    action: 'create',
    entity: 'loop',
    entityId: id,
    after: { name: l.name, state: 'shadow', ...l.config },
  });
  return true;
}
