import { expect, test } from 'vitest';
import { z } from 'zod';
import { metrologyRecipeIn } from '@/lib/formats/metrology-recipe';
import { recipeIssues } from '@/lib/recipes';
import { withValue } from './draft';
import { fieldWord, pathWords } from './field-words';
import { recipeDifference } from './recipe-diff';
import { TEMPLATES } from './templates';

const film = withValue(TEMPLATES.find((t) => t.key === 'film-stack')!.content, 'sample.films.0.material', {
  kind: 'cauchy',
  a: 1.9,
  bUm2: 0.0126,
  cUm4: 0,
});

/** Names of all fields of a schema. */
function keysOf(schema: unknown, into = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const s of schema) keysOf(s, into);
  else if (schema !== null && typeof schema === 'object')
    for (const [k, v] of Object.entries(schema)) {
      if (k === 'properties') for (const name of Object.keys(v as object)) into.add(name);
      keysOf(v, into);
    }
  return into;
}

test('every field that a recipe can have is called by a word, none by its name in the schema', () => {
  const keys = [...keysOf(z.toJSONSchema(metrologyRecipeIn))];
  expect(keys).toEqual(expect.arrayContaining(['bUm2', 'maxIterations', 'sigmaXNm', 'gammaEv']));
  expect(keys.filter((k) => /[A-Z0-9_]/.test(fieldWord(k)) && fieldWord(k) === k)).toEqual([]);
});

test('a field to correct, and a change, stand where the form has them', () => {
  const [issue] = recipeIssues(withValue(film, 'sample.films.0.material.bUm2', 'abc')).issues;
  expect(pathWords(film, issue!.path)).toBe('film oxide material B, µm²');
  expect(recipeDifference(film, withValue(film, 'sample.films.0.material.bUm2', 0.015))).toEqual([
    { label: 'film oxide material B, µm²', from: '0.0126', to: '0.015' },
  ]);
  expect(pathWords(film, 'parameters.0.role.lower')).toBe('parameter thickness lower');
  expect(pathWords(withValue(film, 'channels.1.name', ''), 'channels.1.name')).toBe('channel 2 name');
  expect(pathWords(film, '')).toBe('the recipe');
});

test('a number out of its range is told by the bound, in words', () => {
  const said = (path: string, v: unknown) => recipeIssues(withValue(film, path, v)).issues[0]?.message;
  expect(said('fit.starts', 0)).toBe('must be at least 1; this is 0');
  expect(said('fit.maxIterations', 501)).toBe('must be at most 500; this is 501');
  expect(said('accept.reducedChi2', 0)).toBe('must be above 0; this is 0');
  expect(said('channels.0.angleDeg', 90)).toBe('must be below 90; this is 90');
  expect(said('fit.starts', 1.5)).toBe('must be a whole number; this is 1.5');
  expect(said('parameters', [])).toBe('needs at least 1 entry');
});
