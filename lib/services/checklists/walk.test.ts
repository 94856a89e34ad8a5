import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checklistContent } from './content';
import { aheadOf, backStep, type Line, type LineKind, walkOf } from './walk';
import { waysOf } from './ways';

let made = 0;
const line = (kind: LineKind, step: string, next: string | null): Line => ({
  id: ++made,
  kind,
  step,
  next,
  answer: null,
  note: null,
  actor: 'ana',
  atMs: made,
});
const steps = (lines: readonly Line[]) => lines.map((l) => l.step);

test('a run that begins with data stands at the first step of a person, and can be decided anew', () => {
  const lines = [line('begun', 'd1', 'd1'), line('data', 'd1', 'd2'), line('data', 'd2', 'q')];
  const w = walkOf(lines);
  expect([steps(w.passed), w.present, backStep(w.passed)]).toEqual([['d1', 'd2'], 'q', 'd1']);
  const again = walkOf([...lines, line('back', 'q', 'd1'), line('data', 'd1', 'a')]);
  expect([steps(again.passed), again.present, steps(again.undone.map((u) => u.line))]).toEqual([['d1'], 'a', ['d1', 'd2']]);
});

test('back takes the last step of a person, and the data since, out of the way; nothing is erased', () => {
  const lines = [
    line('begun', 'a', 'a'),
    line('done', 'a', 'q'),
    line('answered', 'q', 'd'),
    line('data', 'd', 'b'),
    line('back', 'b', 'q'),
  ];
  const w = walkOf(lines);
  expect([steps(w.passed), w.present]).toEqual([['a'], 'q']);
  expect(w.undone.map((u) => [u.line.step, u.by.kind])).toEqual([
    ['q', 'back'],
    ['d', 'back'],
  ]);
  const further = walkOf([...lines, line('back', 'q', 'a')]);
  expect([steps(further.passed), further.present, backStep(further.passed)]).toEqual([[], 'a', null]);
});

test('a finished run is finished until its last step is taken back', () => {
  const lines = [line('begun', 'q', 'q'), line('answered', 'q', 'end'), line('finished', 'end', null)];
  expect(walkOf(lines)).toMatchObject({ finished: true, present: null });
  const w = walkOf([...lines, line('back', 'end', 'q')]);
  expect([w.finished, w.present, w.passed.length]).toEqual([false, 'q', 0]);
});

test('whatever is done and taken back, every line is either passed, undone, a beginning or a taking back', () =>
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom<LineKind>('data', 'done', 'answered', 'skipped', 'back'), { maxLength: 40 }),
      (kinds) => {
        const lines = kinds.map((k, i) => line(k, `s${i}`, `s${i + 1}`));
        const w = walkOf(lines);
        const ids = [...w.passed, ...w.undone.map((u) => u.line), ...lines.filter((l) => l.kind === 'back')].map((l) => l.id);
        expect(ids.sort((a, b) => a - b)).toEqual(lines.map((l) => l.id));
        expect(w.present).toBe(lines.at(-1)?.next ?? null);
      },
    ),
  ));

test('what lies ahead is named nearest first, once, also on a circle', () => {
  const head = { text: '', title: 't' };
  const c = checklistContent.parse({
    start: 'a',
    steps: [
      { ...head, id: 'a', kind: 'instruction', next: 'q' },
      {
        ...head,
        id: 'q',
        kind: 'question',
        answers: [
          { answer: 'again', next: 'a' },
          { answer: 'on', next: 'end' },
        ],
      },
      { ...head, id: 'end', kind: 'end' },
    ],
  });
  const ways = (s: (typeof c.steps)[number]) => waysOf(s).map((w) => w.to);
  expect(aheadOf(c, 'a', ways, 5).map((s) => s.id)).toEqual(['q', 'end']);
  expect(aheadOf(c, 'q', ways, 1).map((s) => s.id)).toEqual(['a']);
});
