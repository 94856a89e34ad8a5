import { db, sql } from '@/lib/db';
import { setLoopState } from '../control/change-loop';
import { type Registered, registerFab } from '../fab/register-fab';
import { simulatedFab } from '../fab/simulated-fab';
import type { Ctx } from '../verb';

/** Registers the simulated fab and closes its new loops, as an engineer would on the screen. Run twice, it changes nothing. */
export async function startSimulatedFab(ctx: Ctx, seed: number): Promise<Registered> {
  const made = await registerFab(ctx, simulatedFab(seed));
  const loops = await db().rows<{ id: string; version: number }>(
    sql`SELECT id, version FROM control_loop WHERE name = ANY(${made.newLoopsInShadow}::text[]) ORDER BY name`,
  );
  for (const l of loops)
    await setLoopState(ctx, {
      loop: l.id,
      seen: { version: l.version, state: 'shadow' },
      state: 'closed',
      reason: 'the simulated tools run what is advised',
    });
  return made;
}
