'use client';
import { type RefObject, useLayoutEffect, useState } from 'react';

/** Width of an element in CSS pixels, kept up to date. Before it is measured the given guess stands, so that nothing jumps far. */
export function useWidth(ref: RefObject<HTMLElement | null>, guess = 800): number {
  const [width, setWidth] = useState(guess);
  useLayoutEffect(() => {
    const el = ref.current;
    if (!el) return;
    const read = (): void => {
      const w = Math.floor(el.clientWidth);
      if (w > 0) setWidth(w);
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(el);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}
