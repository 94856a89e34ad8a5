import { expect, test } from 'vitest';
import { CONDITIONS, type ConditionName, conditionWords } from '@/lib/services/checklists/condition-words';
import { condition } from '@/lib/services/checklists/conditions';
import { checklistContent } from '@/lib/services/checklists/content';
import { flowProblems } from '@/lib/services/checklists/flow';
import { added, asKind, EMPTY, fieldsOf, firstCondition, moved, removed, withFields } from './editing';

test('a checklist is made by adding steps: each leads on from the one before until it is whole', () => {
  expect(checklistContent.parse(EMPTY)).toEqual(EMPTY);
  const a = added(EMPTY, 'step-1', 'action');
  const b = added(a.content, a.id, 'end');
  expect(flowProblems(b.content).map((p) => [p.step, p.field])).toEqual([['step-1', 'answers.1.next']]);
  const c = added(b.content, 'step-1', 'end');
  expect(flowProblems(c.content)).toEqual([]);
  expect(checklistContent.parse(c.content)).toEqual(c.content);
  expect(c.content.steps.map((s) => s.id)).toEqual(['step-1', 'step-4', 'step-2', 'step-3']);
});

test('a step that is taken away leaves ways that lead nowhere, and never its id', () => {
  const a = added(EMPTY, 'step-1', 'end');
  const gone = removed(a.content, a.id);
  expect(gone.steps).toEqual(EMPTY.steps);
  expect(removed(gone, 'step-1')).toMatchObject({ start: null, steps: [] });
});

test('another kind keeps title and text, and the ways that both have', () => {
  const q = EMPTY.steps[0]!;
  const data = { ...asKind(q, 'data'), yes: 'x', no: 'y' } as ReturnType<typeof asKind>;
  expect(asKind(data, 'question')).toMatchObject({ title: 'Is it real?', answers: [{ next: 'x' }, { next: 'y' }] });
  for (const kind of ['instruction', 'question', 'data', 'action', 'end'] as const)
    expect(checklistContent.safeParse({ start: null, steps: [asKind(q, kind)] }).success, kind).toBe(true);
});

test('every condition that is offered can be kept as it is first shown, and read back', () => {
  for (const is of Object.keys(CONDITIONS) as ConditionName[]) {
    const c = firstCondition(is);
    expect(condition.parse(c), is).toEqual(c);
    expect(withFields(is, fieldsOf(c))).toEqual(c);
    expect(conditionWords(c)).toMatch(/\?$/);
  }
  expect(condition.safeParse(withFields('maintenance', { hours: 'a day' })).success).toBe(false);
  expect(condition.safeParse(withFields('map_term', { terms: 'bowl' })).success).toBe(false);
});

test('the order of the list is for reading: moving a step changes no way', () => {
  const a = added(EMPTY, 'step-1', 'end').content;
  const m = moved(a, 'step-1', 1);
  expect(m.steps.map((s) => s.id)).toEqual(['step-2', 'step-1']);
  expect([moved(a, 'step-1', -1), m.start]).toEqual([a, 'step-1']);
});
