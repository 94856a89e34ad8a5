import { expect, test } from 'vitest';
import { enteredLimitProblems, specificationProblems } from '.';

const fields = (list: readonly { field: string }[]): string[] => list.map((p) => p.field).sort();

test('every field that is wrong is told of at once, and what cannot be read is compared with nothing', () => {
  expect(fields(enteredLimitProblems({ lcl: 54, cl: 52.2, ucl: Number.NaN }, 'location'))).toEqual(['lcl', 'ucl']);
  expect(fields(enteredLimitProblems({ lcl: Number.NaN, cl: 52.2, ucl: 50 }, 'location'))).toEqual(['lcl', 'ucl']);
  expect(fields(enteredLimitProblems({ lcl: 51, cl: Number.NaN, ucl: 53 }, 'location'))).toEqual(['cl']);
  expect(fields(enteredLimitProblems({ lcl: -1, cl: 2, ucl: 1 }, 'dispersion'))).toEqual(['lcl', 'ucl']);
  expect(fields(specificationProblems({ lsl: Number.NaN, target: 500, usl: 381.6 }))).toEqual(['lsl', 'target']);
});

test('a specification says something: one side or a target is enough, nothing at all is not', () => {
  expect(specificationProblems({ lsl: null, target: 5, usl: null })).toEqual([]);
  expect(specificationProblems({ lsl: null, target: null, usl: 7 })).toEqual([]);
  expect(fields(specificationProblems({ lsl: null, target: null, usl: null }))).toEqual(['target']);
});
