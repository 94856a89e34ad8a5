import { expect, test } from 'vitest';
import { constantSource, trimmed } from './one-value';

test('a value is shown as it is typed and sent without the spaces around it', () => {
  expect(['', '  ', ' n m '].map(constantSource)).toEqual([undefined, undefined, { constant: ' n m ' }]);
  expect(trimmed({ unit: { constant: ' n m ' }, lot: { column: ' Lot ' }, dates: 'iso' })).toEqual({
    unit: { constant: 'n m' },
    lot: { column: ' Lot ' },
    dates: 'iso',
  });
});
