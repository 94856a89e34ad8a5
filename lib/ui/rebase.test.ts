import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configDifference, textsOf } from './control/config-diff';
import { readConfig } from './control/config-form';
import { etchLoop } from './control/fixtures/etch-loop';
import { followed, rebased, sameContent, standing } from './rebase';

test('of a loop only the typed field goes beside the version that came into force meanwhile: nothing of that is undone', () => {
  const v2 = { ...etchLoop, gain: -1.5, maxStep: 0.2 };
  const typed = { ...textsOf(etchLoop), lambda: '0.3' };
  const sent = readConfig(rebased(typed, textsOf(etchLoop), textsOf(v2))).config!;
  expect(configDifference(v2, sent)).toEqual([{ label: 'λ', from: '0.4', to: '0.3' }]);
});

test('groups are taken apart, and of a set what was added and taken out stays so', () => {
  const was = { mode: 'keep', limits: { lcl: '27', ucl: '33' }, rules: new Set([1, 2, 5]) };
  const typed = { mode: 'set', limits: { lcl: '27', ucl: '34' }, rules: new Set([1, 5, 6]) };
  const now = { mode: 'keep', limits: { lcl: '26', ucl: '32' }, rules: new Set([1, 2, 3]) };
  expect(rebased(typed, was, now)).toEqual({ mode: 'set', limits: { lcl: '26', ucl: '34' }, rules: new Set([1, 3, 6]) });
});

const content = fc.record({
  a: fc.constantFrom('1', '2', ''),
  group: fc.record({ b: fc.constantFrom('x', 'y'), c: fc.boolean() }),
  rules: fc.uniqueArray(fc.integer({ min: 1, max: 5 })).map((r) => new Set(r)),
});

test('nothing typed gives the new version; the same version gives what was typed', () =>
  fc.assert(
    fc.property(content, content, (a, b) => {
      expect(sameContent(rebased(a, a, b), b)).toBe(true);
      expect(sameContent(rebased(a, b, b), a)).toBe(true);
      expect(sameContent(a, b)).toBe(
        a.a === b.a &&
          a.group.b === b.group.b &&
          a.group.c === b.group.c &&
          [...a.rules].sort().join() === [...b.rules].sort().join(),
      );
    }),
  ));

test('a form asks before it leaves its version only where something was typed and would show otherwise', () => {
  const v2 = { ...etchLoop, gain: -1.5 };
  const untouched = { key: 1, base: etchLoop, draft: textsOf(etchLoop) };
  const typed = { ...untouched, draft: { ...untouched.draft, lambda: '0.3' } };
  expect(standing(typed, 1, etchLoop, textsOf)).toBe('of it');
  expect(standing(untouched, 2, v2, textsOf)).toBe('free');
  expect(standing(typed, 2, { ...etchLoop }, textsOf)).toBe('free');
  expect(standing(typed, 2, v2, textsOf)).toBe('behind');
  expect(standing(typed, 2, { ...etchLoop, lambda: 0.3 }, textsOf)).toBe('free');
  const now = followed(typed, 2, v2, textsOf);
  expect([now.base, now.draft.lambda, now.draft.gain]).toEqual([v2, '0.3', '-1.5']);
  expect(standing(now, 2, v2, textsOf)).toBe('of it');
});
