import { expect, test } from 'vitest';
import { faultWords, fieldWords } from './fault-words';

test('a field stands in words, wherever in an input it is', () => {
  expect(faultWords('xNominal: is 2, outside [-1, 1]', 'xNominal')).toBe('x nominal: is 2, outside [-1, 1]');
  expect(faultWords('films.0.thicknessNm: must be above 0', 'films.0.thicknessNm')).toBe('thickness nm: must be above 0');
  expect(faultWords('the loop is closed', 'state')).toBe('the loop is closed');
  expect(faultWords('lambda: must be a number', undefined)).toBe('lambda: must be a number');
  expect(fieldWords(['parameters', 3])).toBe('parameters: ');
  expect(fieldWords([])).toBe('');
});
