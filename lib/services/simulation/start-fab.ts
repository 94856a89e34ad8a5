import { db, sql } from '@/lib/db';
import { setLoopState } from '../control/change-loop';
import { registerFab } from '../fab/register-fab';
import { simulatedFab } from '../fab/simulated-fab';

/** Registers the simulated fab and closes its new loops, as an engineer would on the screen. Run twice, it changes nothing. */
export async function startSimulatedFab(seed: number, actor: string): Promise<Awaited<ReturnType<typeof registerFab>>> {
  const made = await registerFab(simulatedFab(seed), actor);
  const loops = await db().rows<{ id: string; version: number }>(
    sql`SELECT id, version FROM control_loop WHERE name = ANY(${made.newLoopsInShadow}::text[]) ORDER BY name`,
  );
  for (const l of loops)
    await setLoopState(l.id, { version: l.version, state: 'shadow' }, 'closed', 'the simulated tools run what is advised', actor);
  return made;
}
