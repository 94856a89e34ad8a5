import { expect, test } from 'vitest';
import { type ReleaseQuestion, releaseStep } from './release-step';

const ready = { revision: 4, baseVersion: 1, state: 'ready', difference: { beyond: [] } };
const question: ReleaseQuestion = {
  baseVersion: 1,
  isEngineer: true,
  isProposed: false,
  isDirty: true,
  issues: 0,
  name: 'HFO2-SE',
  revision: 4,
  isGone: false,
  trial: ready,
  canBeTried: true,
};
const moved = { ...ready, difference: { beyond: ['thickness moves by up to 3.8 u, the limit is 1 u'] } };

test('the button says what will happen: in use at once within the limits of the trial, a proposal beyond them', () => {
  expect(releaseStep(question)).toEqual({ words: 'Put version 2 in use', asks: [], waits: null });
  expect(releaseStep({ ...question, trial: moved })).toEqual({
    words: 'Propose version 2',
    asks: ['thickness moves by up to 3.8 u, the limit is 1 u'],
    waits: null,
  });
  expect(releaseStep({ ...question, trial: null, canBeTried: false })).toMatchObject({ words: 'Propose version 2', waits: null });
  expect(releaseStep({ ...question, baseVersion: 0, trial: null, canBeTried: null })).toMatchObject({
    words: 'Propose the recipe',
    waits: null,
  });
});

test('a draft that could be tried waits for its trial; that of an older save, or beside an older version, does not count', () => {
  for (const trial of [null, { ...ready, revision: 3 }, { ...moved, baseVersion: 0 }, { ...ready, state: 'running' }])
    expect(releaseStep({ ...question, trial }).waits).toMatch(/^Try the draft on stored spectra first/);
});

test('what else it waits for', () => {
  const waits = (over: Partial<ReleaseQuestion>) => releaseStep({ ...question, ...over }).waits;
  expect(waits({ isEngineer: false })).toBe('Needs the engineer role.');
  expect(waits({ isProposed: true })).toBe('The draft waits for another engineer.');
  expect(waits({ issues: 1 })).toBe('Some fields need a correction first.');
  expect(waits({ isDirty: false })).toBe('The draft does not differ from the version in force.');
  expect(waits({ baseVersion: 0, name: ' ' })).toBe('Give the recipe a name first.');
  expect(waits({ revision: null })).toBe('The draft is being kept…');
  expect(waits({ revision: null, isGone: true })).toMatch(/discarded or decided elsewhere/);
});
