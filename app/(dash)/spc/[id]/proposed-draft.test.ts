import { expect, test } from 'vitest';
import { proposedDraft } from './proposed-draft';

const read = (q: string) => {
  const p = new URLSearchParams(q);
  return proposedDraft((k) => p.get(k));
};

test('a link fills the dialog in with what it names, and with nothing else', () => {
  expect(read('do=change&rules=1,5,101')).toEqual({ rules: new Set([1, 5, 101]) });
  expect(read('do=change&mode=baseline')).toEqual({ mode: 'baseline' });
  expect(read('do=change&rules=1;DROP&mode=set')).toEqual({});
  expect(read('')).toEqual({});
});
