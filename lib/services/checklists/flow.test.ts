import { expect, test } from 'vitest';
import type { ChecklistContent, Step } from './content';
import { checklistContent } from './content';
import { flowProblems, requireWhole } from './flow';

const instruction = (id: string, next: string | null): Step => ({ id, title: id, text: '', kind: 'instruction', link: '', next });
const end = (id = 'end'): Step => ({ id, title: id, text: '', kind: 'end', cause: null, action: null });
const question = (id: string, ...next: (string | null)[]): Step => ({
  id,
  title: id,
  text: '',
  kind: 'question',
  answers: next.map((n, i) => ({ answer: `answer ${i + 1}`, next: n })),
});
const data = (id: string, yes: string, no: string, unknown: string): Step => ({
  id,
  title: id,
  text: '',
  kind: 'data',
  condition: { is: 'on_hold' },
  yes,
  no,
  unknown,
});
const flow = (start: string | null, ...steps: Step[]): ChecklistContent => checklistContent.parse({ start, steps });

const problems = (c: ChecklistContent) => flowProblems(c).map((p) => [p.step, p.field, p.message.split(':')[0]]);

test('a flowchart that branches, joins again and ends is whole', () => {
  const c = flow('d', data('d', 'a', 'q', 'q'), question('q', 'a', 'end'), instruction('a', 'end'), end());
  expect(flowProblems(c)).toEqual([]);
  expect(() => requireWhole(c)).not.toThrow();
});

test('each fault names its step and field', () => {
  expect(problems(flow(null))).toEqual([[null, 'steps', 'add a first step']]);
  expect(problems(flow(null, end()))).toEqual([[null, 'start', 'say at which step it begins']]);
  expect(problems(flow('gone', end()))).toEqual([[null, 'start', 'say at which step it begins']]);
  expect(problems(flow('a', instruction('a', null)))).toEqual([['a', 'next', 'say what follows']]);
  expect(problems(flow('a', instruction('a', 'b')))).toEqual([['a', 'next', 'there is no step "b"']]);
  expect(problems(flow('q', question('q', 'end', null), end()))).toEqual([['q', 'answers.1.next', 'say where "answer 2" leads']]);
  expect(problems(flow('q', question('q', 'end'), end()))).toEqual([['q', 'answers', 'a question needs two answers or more']]);
  expect(problems(flow('a', instruction('a', 'end'), instruction('b', 'end'), end()))).toEqual([
    ['b', 'id', 'no way leads here'],
  ]);
});

test('a circle of people without an end is a dead end; with a way out it may be gone round', () => {
  const closed = flow('a', instruction('a', 'b'), instruction('b', 'a'));
  expect(problems(closed).map((p) => p[0])).toEqual(['a', 'b']);
  expect(flowProblems(flow('a', instruction('a', 'q'), question('q', 'a', 'end'), end()))).toEqual([]);
});

test('data alone may not go round, with a person between they may', () => {
  const round = flow('d', data('d', 'e', 'end', 'end'), data('e', 'd', 'end', 'end'), end());
  expect(problems(round)).toEqual([['d', 'yes', 'decisions by data lead back to themselves']]);
  expect(flowProblems(flow('d', data('d', 'd', 'end', 'end'), end()))).toHaveLength(1);
  expect(flowProblems(flow('d', data('d', 'p', 'end', 'end'), instruction('p', 'd'), end()))).toEqual([]);
});

test('what is not whole is refused with the step, its title and all problems', () => {
  const c = flow('a', { ...instruction('a', null), title: 'Look at the map' });
  expect(() => requireWhole(c)).toThrow(
    expect.objectContaining({
      code: 'invalid_input',
      message: 'step "Look at the map": say what follows',
      details: expect.objectContaining({ field: 'steps.a.next', step: 'a', problems: [expect.objectContaining({ step: 'a' })] }),
    }),
  );
});

test('two steps of one id, and a link that is no address, are refused by their form', () => {
  expect(checklistContent.safeParse({ start: 'a', steps: [end('a'), end('a')] }).success).toBe(false);
  expect(
    checklistContent.safeParse({ start: 'a', steps: [{ ...instruction('a', null), link: 'javascript:alert(1)' }] }).success,
  ).toBe(false);
});
