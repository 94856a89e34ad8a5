'use client';
import { usePathname } from 'next/navigation';
import { type RefObject, useEffect, useRef } from 'react';
import { ScrollMemory, scrollTowards } from './scroll-memory';

const memory = new ScrollMemory();
/** Longest wait for the content of a page before its position is given up, ms. */
const PATIENCE_MS = 5_000;
/** Input by which a person scrolls; from then on the position is theirs. */
const OWN = ['wheel', 'touchstart', 'pointerdown', 'keydown'] as const;

const address = (): string => window.location.pathname + window.location.search;

/**
 * Back and Forward return to the scroll position at which a page was left. The browser remembers it only for the window, and here the main area
 * scrolls.
 */
export function useMainScroll(main: RefObject<HTMLElement | null>): void {
  const path = usePathname();
  /** Target of Back or Forward until its page has loaded; null: none. */
  const returning = useRef<string | null>(null);
  const shown = useRef(path);
  useEffect(() => {
    const el = main.current;
    if (el === null) return;
    const leave = (): void => {
      const { pathname } = window.location;
      returning.current = pathname === shown.current ? null : pathname;
    };
    const keep = (): void => {
      if (returning.current === null) memory.keep(address(), el.scrollTop);
    };
    window.addEventListener('popstate', leave);
    el.addEventListener('scroll', keep, { passive: true });
    return () => {
      window.removeEventListener('popstate', leave);
      el.removeEventListener('scroll', keep);
    };
  }, [main]);
  useEffect(() => {
    const el = main.current;
    shown.current = path;
    // a page reached otherwise in the meantime begins at its top
    if (returning.current !== path) returning.current = null;
    if (el === null || returning.current === null) return;
    return returnTo(el, memory.of(address()), () => {
      returning.current = null;
    });
  }, [path, main]);
}

/** Scrolls to a position as the page grows, until it is reached, a person scrolls, or it takes too long. @returns a function that cancels it. */
function returnTo(el: HTMLElement, top: number, done: () => void): () => void {
  const end = (): void => {
    grows.disconnect();
    clearTimeout(late);
    for (const kind of OWN) window.removeEventListener(kind, stop);
  };
  const stop = (): void => {
    end();
    done();
  };
  const go = (): void => {
    if (scrollTowards(el, top)) stop();
  };
  const grows = new MutationObserver(go);
  const late = setTimeout(stop, PATIENCE_MS);
  // a click outside the main area may navigate
  for (const kind of OWN) window.addEventListener(kind, stop, { passive: true });
  grows.observe(el, { childList: true, subtree: true });
  go();
  return end;
}
