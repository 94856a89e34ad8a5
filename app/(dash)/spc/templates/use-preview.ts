'use client';
import { useEffect, useRef, useState } from 'react';
import { newestOnly } from '@/lib/ui/newest-only';
import type { Previewed } from './actions';

/** Typing goes on for this long without a question to the server, ms. */
const PAUSE_MS = 350;

export interface LivePreview<P> extends Previewed<P> {
  readonly busy: boolean;
}

const NONE = { value: null, error: null, field: null } as const;

/**
 * Asks for a preview when what it is made of has stood still for a moment; only the newest answer counts.
 * @param key - changes when what is asked changes; null: there is nothing to ask.
 */
export function usePreview<P>(key: string | null, ask: () => Promise<Previewed<P>>): LivePreview<P> {
  const [state, setState] = useState<LivePreview<P>>({ ...NONE, busy: key !== null });
  const newest = useRef(newestOnly());
  const asked = useRef(ask);
  asked.current = ask;
  useEffect(() => {
    if (key === null) {
      setState({ ...NONE, busy: false });
      return;
    }
    setState((s) => ({ ...s, busy: true }));
    const wait = setTimeout(() => {
      newest
        .current(() => asked.current())
        .then(
          (p) => {
            if (p !== null) setState({ ...p, busy: false });
          },
          () =>
            setState({
              ...NONE,
              error: 'The preview could not be read: the server did not answer. Change something to try again.',
              busy: false,
            }),
        );
    }, PAUSE_MS);
    return () => clearTimeout(wait);
  }, [key]);
  return state;
}
