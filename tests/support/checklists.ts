import { db, sql } from '@/lib/db';
import { changePolicy } from '@/lib/services/alerts/policy';
import type { ChecklistContent } from '@/lib/services/checklists/content';
import { keepChecklistDraft, releaseChecklist } from '@/lib/services/checklists/drafts';
import { as } from './as';

export const ana = as('ana@fab.example');
export const emil = as('emil@fab.example');

export const end = (id: string): ChecklistContent['steps'][number] => ({
  id,
  kind: 'end',
  title: `end ${id}`,
  text: '',
  cause: 'equipment_fault',
  action: 'maintenance',
});

/** Data, a question, an action, an end: what each test goes through. */
export const content = (over: Partial<ChecklistContent> = {}): ChecklistContent => ({
  fits: { kinds: ['spc'], operations: ['CVD-*'], parameters: [], characteristics: ['measurement.*'] },
  start: 'rule',
  steps: [
    {
      id: 'rule',
      kind: 'data',
      title: 'Rule 1?',
      text: '',
      condition: { is: 'rule', rules: [1] },
      yes: 'real',
      no: 'end',
      unknown: 'end',
    },
    {
      id: 'real',
      kind: 'question',
      title: 'Is it real?',
      text: '',
      answers: [
        { answer: 'yes', next: 'hold' },
        { answer: 'no', next: 'end' },
      ],
    },
    { id: 'hold', kind: 'action', deed: 'hold', title: 'Hold the lot', text: '', next: 'held' },
    { id: 'held', kind: 'data', title: 'Held?', text: '', condition: { is: 'on_hold' }, yes: 'end', no: 'real', unknown: 'real' },
    end('end'),
  ],
  ...over,
});

/** Puts a checklist, or a new version of one, in force. */
export async function released(name: string, c: ChecklistContent, checklist: string | null = null): Promise<string> {
  const draft = await keepChecklistDraft(ana, { checklist, revision: 0, name, content: c });
  await releaseChecklist(ana, { checklist: draft.checklist, revision: draft.revision, reason: 'the plan of this line' });
  return draft.checklist;
}

/** The next version of the policy of the area: with these checklists. */
export async function policyWith(checklists: string[], closeNeedsChecklist = false): Promise<void> {
  const { version } = (await db().one<{ version: number }>(
    sql`SELECT max(version) AS version FROM alert_policy WHERE area = 'DEPOSITION' AND severity = 'high'`,
  ))!;
  const policy = {
    dueMin: 60,
    steps: [],
    snoozeMaxMin: 120,
    checkPoints: 3,
    holdScope: 'none' as const,
    checklists,
    closeNeedsChecklist,
  };
  await changePolicy(ana, { area: 'DEPOSITION', severity: 'high', seen: version, policy, reason: 'worked by a checklist' });
}
