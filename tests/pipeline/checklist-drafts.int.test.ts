import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  approveChecklist,
  discardChecklistDraft,
  keepChecklistDraft,
  releaseChecklist,
  returnChecklist,
} from '@/lib/services/checklists/drafts';
import { checklistView } from '@/lib/services/checklists/views/list';
import { changeLimitPolicy } from '@/lib/services/spc/limits/policy';
import { as } from '../support/as';
import { ana, content, emil, end } from '../support/checklists';
import { type Door, openDoor } from '../support/door';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
}, 120_000);
afterAll(() => door.close());

test('a draft may be unfinished, what is in force may not; of two editors the second is told', async () => {
  const draft = await keepChecklistDraft(ana, {
    checklist: null,
    revision: 0,
    name: 'Unfinished',
    content: content({ start: null }),
  });
  await expect(
    releaseChecklist(ana, { checklist: draft.checklist, revision: 1, reason: 'as it is typed' }),
  ).rejects.toMatchObject({ code: 'invalid_input', message: 'say at which step it begins', details: { field: 'start' } });
  const next = { checklist: draft.checklist, revision: 1, name: 'Unfinished', content: content({ steps: [end('rule')] }) };
  await keepChecklistDraft(emil, next);
  await expect(keepChecklistDraft(ana, next)).rejects.toMatchObject({
    code: 'precondition_failed',
    message: expect.stringContaining('emil@fab.example'),
  });
  await expect(keepChecklistDraft(ana, { ...next, checklist: null })).rejects.toMatchObject({
    code: 'conflict',
    details: { field: 'name' },
  });
  await discardChecklistDraft(ana, { checklist: draft.checklist, revision: 2, reason: 'not needed' });
  await expect(checklistView(draft.checklist)).rejects.toMatchObject({ code: 'not_found' });
});

test('where the site asks for a second person, another engineer puts it in force', async () => {
  const boss = as('boss@fab.example', { role: 'administrator' });
  await changeLimitPolicy(boss, { seen: 0, secondPerson: true, firstLimits: 'apply', reason: 'two see more than one' });
  const draft = await keepChecklistDraft(ana, { checklist: null, revision: 0, name: 'By two', content: content() });
  const at = { checklist: draft.checklist, revision: draft.revision };
  expect(await releaseChecklist(ana, { ...at, reason: 'ready for use' })).toEqual({ version: 1, waits: true });
  await expect(approveChecklist(ana, { ...at, reason: 'my own is good' })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(keepChecklistDraft(ana, { ...at, name: 'By two', content: content() })).rejects.toMatchObject({
    code: 'conflict',
  });
  await returnChecklist(emil, { ...at, reason: 'the hold is missing' });
  await releaseChecklist(ana, { checklist: draft.checklist, revision: 2, reason: 'there it is' });
  await approveChecklist(emil, { checklist: draft.checklist, revision: 2, reason: 'complete now' });
  expect((await checklistView(draft.checklist)).versions[0]).toMatchObject({
    state: 'in_force',
    author: 'ana@fab.example',
    reason: 'there it is',
    decidedBy: 'emil@fab.example',
    decisionReason: 'complete now',
  });
  await changeLimitPolicy(boss, { seen: 1, secondPerson: false, firstLimits: 'apply', reason: 'as it was' });
});
