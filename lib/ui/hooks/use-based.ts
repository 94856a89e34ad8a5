'use client';
import { useState } from 'react';
import type { ActionResult } from '../action-result';
import { answer } from '../answer';
import { begun, clashes, type Form, followed, goesOn, isBehind, type Live } from '../rebase';

export interface Based<L, D> {
  /** The version that the form is based on; others may come into force while it is filled in. */
  base: L;
  draft: D;
  set: (draft: D | ((typed: D) => D)) => void;
  /** Another version is in force now: the form must not be sent before it is carried over. */
  isBehind: boolean;
  /** Paths that both that version and the form changed; the typed values stay there. */
  both: readonly string[];
  /** Carries the form over to the version in force: typed values stay, all else becomes that of the version. */
  follow: () => void;
  /** Drops what was typed. */
  reset: () => void;
  /**
   * Sends the draft. The version that results is the author's own, and the form restarts from it.
   * @param isOwn - whether a version that comes into force afterwards is that one, where sending may make none. Default: it always is.
   */
  send: (action: () => Promise<ActionResult>, isOwn?: (version: L) => boolean) => Promise<ActionResult>;
}

/**
 * A form over a version that stays with the one it is based on. Where nothing was typed, or the form would show the same, it follows by itself.
 * @param key - changes with the version in force. @param live - that version. @param textsOf - the content of an untouched form over a version.
 * @param kept - a form begun earlier.
 */
export function useBased<L, D>(
  key: string | number,
  live: L,
  textsOf: (version: L) => D,
  kept: Form<L, D> | null = null,
): Based<L, D> {
  const by: Live<L, D> = { key, live, textsOf };
  const [form, put] = useState<Form<L, D>>(() => kept ?? begun(by));
  // while it is under way nobody knows yet whose version comes; its answer says so, also of one that has come before it
  const [sent, setSent] = useState<'under way' | { isOwn: (version: L) => boolean } | null>(null);
  const isUnderWay = sent === 'under way';
  const next = isUnderWay ? form : goesOn(form, by, sent?.isOwn ?? null);
  if (next !== form) put(next);
  const behind = !isUnderWay && isBehind(next, by);
  return {
    base: next.base,
    draft: next.draft,
    set: (draft) => {
      setSent(null);
      put((f) => ({ ...f, draft: draft instanceof Function ? draft(f.draft) : draft }));
    },
    isBehind: behind,
    both: behind ? clashes(next.draft, textsOf(next.base), textsOf(live)) : [],
    follow: () => put((f) => followed(f, by)),
    reset: () => put(begun(by)),
    send: async (action, isOwn = () => true) => {
      setSent('under way');
      const r = await answer(action);
      // what was typed since stays
      setSent((s) => (s !== null && r.ok ? { isOwn } : null));
      return r;
    },
  };
}
