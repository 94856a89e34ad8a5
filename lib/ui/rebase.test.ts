import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunToRunConfig } from '@/lib/control';
import type { MetrologyRecipe } from '@/lib/recipes';
import { configDifference, fieldLabel, textsOf } from './control/config-diff';
import { readConfig } from './control/config-form';
import { etchLoop } from './control/fixtures/etch-loop';
import { begun, clashes, followed, goesOn, isBehind, rebased, sameContent } from './rebase';
import { withValue } from './recipes/draft';
import { recipeDifference } from './recipes/recipe-diff';
import { TEMPLATES } from './recipes/templates';

test('of a loop only the typed field goes beside the version that came into force meanwhile: nothing of that is undone', () => {
  const v2 = { ...etchLoop, gain: -1.5, maxStep: 0.2 };
  const typed = { ...textsOf(etchLoop), lambda: '0.3' };
  const sent = readConfig(rebased(typed, textsOf(etchLoop), textsOf(v2))).config!;
  expect(configDifference(v2, sent)).toEqual([{ label: 'λ', from: '0.4', to: '0.3' }]);
});

test('what both changed of a loop is named as its form names it', () => {
  const typed = { ...textsOf(etchLoop), maxStep: '0.7', lambda: '0.3' };
  const now = textsOf({ ...etchLoop, maxStep: 0.2, gain: -1.5 });
  expect(clashes(typed, textsOf(etchLoop), now).map(fieldLabel)).toEqual(['Step limit']);
  expect(fieldLabel('weighByUncertainty')).toBe('Weigh by u');
});

test('groups are taken apart, and of a set what was added and taken out stays so', () => {
  const was = { mode: 'keep', limits: { lcl: '27', ucl: '33' }, rules: new Set([1, 2, 5]) };
  const typed = { mode: 'set', limits: { lcl: '27', ucl: '34' }, rules: new Set([1, 5, 6]) };
  const now = { mode: 'keep', limits: { lcl: '26', ucl: '32' }, rules: new Set([1, 2, 3]) };
  expect(rebased(typed, was, now)).toEqual({ mode: 'set', limits: { lcl: '26', ucl: '34' }, rules: new Set([1, 3, 6]) });
});

test('an entry that takes the place of another is not given what somebody changed of that one: both are told', () => {
  const layer = (name: string, thickness: string) => ({ name, thickness });
  const was = { layers: [layer('oxide', '100'), layer('nitride', '50')] };
  const typed = { layers: [layer('oxide', '100'), layer('resist', '50')] };
  const now = { layers: [layer('oxide', '100'), layer('nitride', '65')] };
  expect(rebased(typed, was, now)).toEqual(typed);
  expect(clashes(typed, was, now)).toEqual(['layers']);
  expect(rebased(typed, was, was)).toEqual(typed);
  const other = { layers: [layer('oxide', '110'), layer('nitride', '50')] };
  expect(rebased(typed, was, other)).toEqual({ layers: [layer('oxide', '110'), layer('resist', '50')] });
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
  const over = (key: number, live: RunToRunConfig) => ({ key, live, textsOf });
  const v2 = { ...etchLoop, gain: -1.5 };
  const untouched = begun(over(1, etchLoop));
  const typed = { ...untouched, draft: { ...untouched.draft, lambda: '0.3' } };
  expect(isBehind(typed, over(1, etchLoop))).toBe(false);
  expect(isBehind(untouched, over(2, v2))).toBe(false);
  expect(isBehind(typed, over(2, { ...etchLoop }))).toBe(false);
  expect(isBehind(typed, over(2, v2))).toBe(true);
  expect(isBehind(typed, over(2, { ...etchLoop, lambda: 0.3 }))).toBe(false);
  expect(goesOn(typed, over(2, v2), null)).toBe(typed);
  expect(goesOn(untouched, over(2, v2), null)).toEqual(begun(over(2, v2)));
  const now = followed(typed, over(2, v2));
  expect([now.base, now.draft.lambda, now.draft.gain]).toEqual([v2, '0.3', '-1.5']);
  expect(isBehind(now, over(2, v2))).toBe(false);
});

test('the version that came of what was sent begins the form anew; one that somebody else made while a proposal waits drops nothing that was typed', () => {
  const typed = { ...begun({ key: 1, live: etchLoop, textsOf }), draft: { ...textsOf(etchLoop), lambda: '0.30' } };
  const says = (v: RunToRunConfig): boolean => v.lambda === 0.3;
  const own = { key: 2, live: { ...etchLoop, lambda: 0.3 }, textsOf };
  expect(goesOn(typed, own, says)).toEqual(begun(own));
  const other = { key: 2, live: { ...etchLoop, gain: -1.5 }, textsOf };
  expect(goesOn(typed, other, says)).toBe(typed);
  expect(followed(typed, other).draft).toMatchObject({ lambda: '0.30', gain: '-1.5' });
});

test('entries without names are one thing only where at most one side changed them', () => {
  const [a, b, c] = [
    { centre: 3, width: 1 },
    { centre: 4, width: 1 },
    { centre: 5, width: 1 },
  ];
  const was = { oscillators: [a, b, c] };
  const wider = { oscillators: [a, b, { ...c, width: 2 }] };
  const moved = { oscillators: [b, a, c] };
  expect(rebased(moved, was, wider)).toEqual({ oscillators: [b, a, { ...c, width: 2 }] });
  expect(clashes(moved, was, wider)).toEqual([]);
  // one took out the first and added a last, the other changed the second, which is the first by now
  const shifted = { oscillators: [b, c, { centre: 6, width: 1 }] };
  const changed = { oscillators: [a, { ...b, width: 2 }, c] };
  expect(rebased(shifted, was, changed)).toEqual(shifted);
  expect(clashes(shifted, was, changed)).toEqual(['oscillators']);
  expect(rebased(changed, was, changed)).toEqual(changed);
  expect(clashes(changed, was, changed)).toEqual([]);
  expect(clashes({ factors: [1, 2] }, { factors: [1, 1] }, { factors: [1, 3] })).toEqual(['factors']);
});

describe('a recipe', () => {
  const was = TEMPLATES.find((t) => t.key === 'film-stack')!.content;
  const films = (r: MetrologyRecipe) => (r.sample.kind === 'film-stack' ? r.sample.films : []);
  const [top] = films(was);
  const withFilms = (r: MetrologyRecipe, list: readonly unknown[]): MetrologyRecipe => withValue(r, 'sample.films', list);
  const cap = { ...top, name: 'cap' };

  test('keeps the changes of both, field by field, in its lists too', () => {
    const typed = withValue(withValue(was, 'parameters.0.role.upper', 180), 'fit.starts', 7);
    const now = withValue(withValue(was, 'parameters.0.role.lower', 30), 'accept.reducedChi2', 9);
    const r = rebased(typed, was, now);
    expect(recipeDifference(now, r).map((c) => c.to)).toEqual(recipeDifference(was, typed).map((c) => c.to));
    expect(recipeDifference(typed, r).map((c) => c.to)).toEqual(recipeDifference(was, now).map((c) => c.to));
    expect(clashes(typed, was, now)).toEqual([]);
  });

  test('what both changed stays as it was typed, and is named', () => {
    const typed = withValue(was, 'parameters.0.role.upper', 180);
    const now = withValue(was, 'parameters.0.role.upper', 150);
    expect(rebased(typed, was, now)).toEqual(typed);
    expect(clashes(typed, was, now)).toEqual(['parameters.0.role.upper']);
    expect(clashes(typed, was, typed)).toEqual([]);
  });

  test('a list with another entry stands whole where it was typed, and follows where it was not', () => {
    const typed = withFilms(was, [...films(was), cap]);
    const now = withValue(was, 'fit.starts', 7);
    expect(rebased(typed, was, now)).toEqual(withFilms(now, [...films(was), cap]));
    expect(clashes(typed, was, now)).toEqual([]);
    expect(rebased(now, was, typed)).toEqual(withFilms(now, [...films(was), cap]));
    const thinner = withValue(was, 'sample.films.0.thicknessNm', 12);
    expect(rebased(typed, was, thinner)).toEqual(typed);
    expect(clashes(typed, was, thinner)).toEqual(['sample.films']);
  });

  test('films that were moved are not mixed with what stood at their place', () => {
    const two = withFilms(was, [top, cap]);
    const typed = withFilms(was, [cap, top]);
    const now = withValue(two, 'sample.films.0.thicknessNm', 12);
    expect(rebased(typed, two, now)).toEqual(typed);
    expect(clashes(typed, two, now)).toEqual(['sample.films']);
    const renamed = withValue(two, 'sample.films.1.name', 'seal');
    expect(films(rebased(renamed, two, now))).toMatchObject([{ name: top!.name, thicknessNm: 12 }, { name: 'seal' }]);
  });

  test('a sample of another kind is one thing', () => {
    const other = TEMPLATES.find((t) => t.key === 'line-grating')!.content;
    const typed = { ...was, sample: other.sample };
    const now = withValue(was, 'sample.films.0.thicknessNm', 12);
    expect(rebased(typed, was, now).sample).toEqual(other.sample);
    expect(clashes(typed, was, now)).toEqual(['sample']);
  });
});
