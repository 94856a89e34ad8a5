import { db, sql } from '@/lib/db';
import { setLoopState } from '../control/change-loop';
import { type Registered, registerFab } from '../fab/register-fab';
import { simulatedFab } from '../fab/simulated-fab';
import { saveTemplate } from '../spc/templates/save';
import type { Ctx } from '../verb';
import { FAB_TEMPLATES } from './fab-templates';

/** Registers the simulated fab, closes its new loops and makes its own chart templates, as an engineer would on the screen. Run twice, it changes nothing. */
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
  const there = await db().rows<{ name: string }>(sql`SELECT name FROM chart_template`);
  for (const t of FAB_TEMPLATES.filter((q) => !there.some((r) => r.name === q.name)))
    await saveTemplate(ctx, { template: null, seen: 0, ...t, reason: 'a kind of chart that this fab keeps' });
  return made;
}
