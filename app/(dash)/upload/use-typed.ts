'use client';
import { useEffect, useRef, useState } from 'react';

/** Long enough to type on, short enough to see the answer, ms. */
const PAUSE_MS = 350;

/** A text that is shown while it is typed and kept a moment later; what comes from elsewhere meanwhile replaces it only when nothing is pending. */
export function useTyped(kept: string, keep: (text: string) => void): [string, (text: string) => void] {
  const [pending, setPending] = useState<string | null>(null);
  const latest = useRef(keep);
  latest.current = keep;
  useEffect(() => {
    if (pending === null) return;
    const timer = setTimeout(() => {
      if (pending.trim() !== kept) latest.current(pending);
      setPending(null);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [pending, kept]);
  return [pending ?? kept, setPending];
}
