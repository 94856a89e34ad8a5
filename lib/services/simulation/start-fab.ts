import { db, sql } from '@/lib/db';
import { ALL_AREAS, changePolicy, policyInForce, SEVERITIES } from '../alerts/policy';
import { keepChecklistDraft, releaseChecklist } from '../checklists/drafts';
import { setLoopState } from '../control/change-loop';
import { type Registered, registerFab } from '../fab/register-fab';
import { simulatedFab } from '../fab/simulated-fab';
import { saveTemplate } from '../spc/templates/save';
import type { Ctx } from '../verb';
import { FAB_CHECKLISTS } from './fab-checklists';
import { FAB_TEMPLATES } from './fab-templates';

/** Registers the simulated fab, closes its new loops, makes its own chart templates and puts its checklists in force, as an engineer would on the screen. Run twice, it changes nothing. */
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
  await makeChecklists(ctx);
  return made;
}

/** Checklists that are not there yet, put in force and given to the policies of all areas. */
async function makeChecklists(ctx: Ctx): Promise<void> {
  const there = new Set((await db().rows<{ name: string }>(sql`SELECT name FROM checklist`)).map((c) => c.name));
  const ids: string[] = [];
  for (const c of FAB_CHECKLISTS.filter((q) => !there.has(q.name))) {
    const draft = await keepChecklistDraft(ctx, { checklist: null, revision: 0, ...c });
    await releaseChecklist(ctx, { checklist: draft.checklist, revision: draft.revision, reason: 'the action plan of this fab' });
    ids.push(draft.checklist);
  }
  if (ids.length === 0) return;
  for (const severity of SEVERITIES) {
    const p = await policyInForce(db(), ALL_AREAS, severity);
    await changePolicy(ctx, {
      area: ALL_AREAS,
      severity,
      seen: p.version,
      policy: {
        dueMin: p.due_min,
        steps: [...p.steps],
        snoozeMaxMin: p.snooze_max_min,
        checkPoints: p.check_points,
        holdScope: p.hold_scope,
        checklists: [...p.checklists, ...ids],
        closeNeedsChecklist: p.close_needs_checklist,
      },
      reason: 'alerts of this fab are worked by its action plans',
    });
  }
}
