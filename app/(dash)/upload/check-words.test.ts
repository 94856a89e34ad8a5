import { expect, test } from 'vitest';
import { checkWords, uploadState } from './check-words';

const none = { kept: 0, repeated: 0, refused: 9, faultTotal: 1 };
const some = { kept: 4, repeated: 2, refused: 3, faultTotal: 2 };
const all = { kept: 5, repeated: 0, refused: 0, faultTotal: 0 };

test('the check counts what the store would keep, has and would refuse', () => {
  expect(checkWords(none)).toBe('0 wafers can be kept, 9 wafers refused, 1 kind of fault');
  expect(checkWords(some)).toBe('4 wafers can be kept, 2 wafers stored already, 3 wafers refused, 2 kinds of fault');
});

test('an upload that would keep nothing cannot be started, and says why', () => {
  expect(uploadState(null, 'partial')).toMatchObject({ isPossible: false, words: 'Checking…' });
  expect(uploadState(none, 'partial')).toMatchObject({ isPossible: false, why: expect.stringMatching(/No wafer can be kept/) });
  expect(uploadState(some, 'partial')).toEqual({ isPossible: true, words: 'Upload 4 wafers', why: null });
  expect(uploadState(some, 'atomic')).toMatchObject({
    isPossible: false,
    why: expect.stringMatching(/3 wafers would be refused/),
  });
  expect(uploadState(all, 'atomic')).toEqual({ isPossible: true, words: 'Upload 5 wafers', why: null });
});
