'use client';
import { usePathname } from 'next/navigation';
import { type RefObject, useEffect } from 'react';

/** Whether the page may take the focus when it opens: not from an element in it, from a dialog, or while the user types. */
export const mayTakeFocus = (has: { inMain: boolean; inDialog: boolean; isTyping: boolean }): boolean =>
  !has.inMain && !has.inDialog && !has.isTyping;

/** The scrolling area has the focus when a page opens, so that End, Page Down and the arrows scroll it at once. */
export function useMainFocus(main: RefObject<HTMLElement | null>): void {
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what opens a page.
  useEffect(() => {
    const el = document.activeElement;
    const free = mayTakeFocus({
      inMain: el !== main.current && main.current?.contains(el) === true,
      inDialog: document.querySelector('dialog[open]') !== null,
      isTyping: el !== null && ['INPUT', 'TEXTAREA', 'SELECT'].includes(el.tagName),
    });
    if (free) main.current?.focus({ preventScroll: true });
  }, [path, main]);
}
