'use client';
import { useRef, useState } from 'react';
import type { ActionResult } from '../action-result';
import { answer } from '../answer';
import { type Form, followed, standing } from '../rebase';

export interface Based<L, D> {
  /** What the form was begun from; others may come into force while it is filled in. */
  base: L;
  draft: D;
  set: (draft: D) => void;
  /** Another version is in force by now: the form must not be sent before it was taken over. */
  isBehind: boolean;
  /** Goes on from the version in force: what was typed stays, all else becomes that of the version. */
  follow: () => void;
  /** Drops what was typed. */
  reset: () => void;
  /** Sends the draft; the version that comes of it is its author's own, from which the form begins anew. */
  send: (action: () => Promise<ActionResult>) => Promise<ActionResult>;
}

/**
 * A form over a version that keeps to the one it was begun from. Where nothing was typed, or the form would show the same, it follows by itself.
 * @param key - changes with the version in force. @param live - that version. @param textsOf - what the form holds of a version before anything is typed.
 */
export function useBased<L, D>(key: string | number, live: L, textsOf: (version: L) => D): Based<L, D> {
  const begin = (): Form<L, D> => ({ key, base: live, draft: textsOf(live) });
  const [form, put] = useState(begin);
  const isSent = useRef(false);
  const stands = standing(form, key, live, textsOf);
  if (stands !== 'of it' && isSent.current) put(begin());
  else if (stands === 'free') put(followed(form, key, live, textsOf));
  return {
    base: form.base,
    draft: form.draft,
    set: (draft) => {
      isSent.current = false;
      put((f) => ({ ...f, draft }));
    },
    isBehind: stands !== 'of it',
    follow: () => put((f) => followed(f, key, live, textsOf)),
    reset: () => put(begin()),
    send: async (action) => {
      isSent.current = true;
      const r = await answer(action);
      isSent.current = r.ok;
      return r;
    },
  };
}
