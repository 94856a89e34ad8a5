import { expect, test } from 'vitest';
import { mayTakeFocus } from './use-main-focus';

test('a page takes the focus when it opens, but never from what lies in it, from a dialog, or from somebody who types', () => {
  const elsewhere = { inMain: false, inDialog: false, isTyping: false };
  expect(mayTakeFocus(elsewhere)).toBe(true);
  for (const has of ['inMain', 'inDialog', 'isTyping']) expect(mayTakeFocus({ ...elsewhere, [has]: true })).toBe(false);
});
