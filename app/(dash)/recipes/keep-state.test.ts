import { expect, test } from 'vitest';
import { keepState } from './keep-state';

const kept = { text: 'a', saved: 'a', gone: null, mayKeep: true };

test('what is typed waits to be sent, then it is kept', () => {
  expect(keepState(kept)).toEqual({ isGone: false, isDue: false, isKept: true });
  expect(keepState({ ...kept, text: 'b' })).toEqual({ isGone: false, isDue: true, isKept: false });
  expect(keepState({ ...kept, text: 'b', mayKeep: false })).toEqual({ isGone: false, isDue: false, isKept: true });
});

test('a draft that ended elsewhere is neither kept nor on its way, and is not brought back until it is changed', () => {
  expect(keepState({ ...kept, gone: 'a' })).toEqual({ isGone: true, isDue: false, isKept: false });
  expect(keepState({ ...kept, text: 'b', gone: 'a' })).toEqual({ isGone: false, isDue: true, isKept: false });
  expect(keepState({ ...kept, text: 'b', saved: 'b', gone: null })).toMatchObject({ isKept: true });
});

test('what was typed but not sent when the draft ended elsewhere is sent with the next change, not lost without a word', () => {
  expect(keepState({ text: 'b', saved: 'a', gone: 'b', mayKeep: true })).toEqual({ isGone: true, isDue: false, isKept: false });
  expect(keepState({ text: 'a', saved: 'a', gone: 'b', mayKeep: true }).isDue).toBe(true);
});
