import { db, sql } from '@/lib/db';
import { joinIncident, ownAnIncident, splitIncident } from '@/lib/services/alerts/incidents/verbs';
import {
  approveChecklist,
  discardChecklistDraft,
  keepChecklistDraft,
  releaseChecklist,
  retireChecklist,
  returnChecklist,
} from '@/lib/services/checklists/drafts';
import { doStep, skipStep, stepBack } from '@/lib/services/checklists/step';
import { changeLimitPolicy } from '@/lib/services/spc/limits/policy';
import type { Ctx, Verb } from '@/lib/services/verb';
import { as } from './as';
import { content } from './checklists';

/** Calls a verb and looks for its line in the trail. */
type Does = <I, R>(verb: Verb<I, R>, ctx: Ctx, input: NoInfer<I>) => Promise<R>;

const reason = 'for the trail of every verb';
const ann = as('ann@fab.example');
const bob = as('bob@fab.example');
const omar = as('omar@fab.example', { role: 'operator' });
const boss = as('boss@fab.example', { role: 'administrator' });

/** Every verb of checklists and incidents. @param policy - version of the policy of limits in force. */
export async function checklistVerbs(does: Does, policy: number): Promise<void> {
  const made = {
    checklist: null,
    revision: 0,
    name: 'Trail',
    content: content({ start: 'real', steps: content().steps.slice(1) }),
  };
  const first = await does(keepChecklistDraft, ann, made);
  await does(discardChecklistDraft, ann, { checklist: first.checklist, revision: 1, reason });
  const { checklist } = await keepChecklistDraft(ann, made);
  await changeLimitPolicy(boss, { seen: policy, secondPerson: true, firstLimits: 'apply', reason });
  await does(releaseChecklist, ann, { checklist, revision: 1, reason });
  await does(returnChecklist, bob, { checklist, revision: 1, reason });
  await releaseChecklist(ann, { checklist, revision: 2, reason });
  await does(approveChecklist, bob, { checklist, revision: 2, reason });
  await does(retireChecklist, ann, { checklist, retired: true, reason });
  const alerts = await db().rows<{ id: string }>(sql`
    INSERT INTO incident (id, title, area) SELECT gen_random_uuid(), 'trail ' || n, 'CVD' FROM generate_series(1, 2) AS n RETURNING id`);
  const [one, two] = alerts.map((a) => a.id) as [string, string];
  await db().exec(sql`
    INSERT INTO alert (id, dedupe_key, kind, severity, title, area, first_at, last_at, incident_id, checklist_id, checklist_version, checklist_state, checklist_step, checklist_round)
    SELECT i.id, 'trail ' || i.title, 'spectra', 'low', i.title, 'CVD', now(), now(), i.id, ${checklist}, 1, 'running', 'real', 1 FROM incident i WHERE i.id IN (${one}, ${two})`);
  await does(doStep, omar, { alert: one, seen: null, step: 'real', answer: 'yes' });
  await does(skipStep, ann, { alert: one, seen: null, step: 'hold', reason });
  await does(stepBack, omar, { alert: one, seen: null, reason });
  await does(joinIncident, omar, { incident: one, seen: 1, alerts: [two], reason });
  await does(splitIncident, omar, { incident: one, seen: 2, alerts: [two], reason });
  await does(ownAnIncident, omar, { incident: one, seen: 3, owner: null });
}
