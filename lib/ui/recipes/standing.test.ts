import { expect, test } from 'vitest';
import { standingOf } from './standing';

test('a page without a change of its own follows the version in force; one whose change is in force too', () => {
  expect(standingOf({ base: 1, inForce: 1, isDirty: true, isSame: false })).toBe('beside');
  expect(standingOf({ base: 1, inForce: 2, isDirty: true, isSame: false })).toBe('behind');
  expect(standingOf({ base: 1, inForce: 2, isDirty: false, isSame: false })).toBe('over');
  expect(standingOf({ base: 1, inForce: 2, isDirty: true, isSame: true })).toBe('over');
});
