'use client';
import { useEffect, useRef, useState } from 'react';
import type { RecipeDraft } from '@/lib/services/recipes/views/drafts';
import type { DraftState } from '@/lib/ui/recipes/use-draft-state';
import { autosave } from './actions';
import type { Identity } from './identity';
import { keepState } from './keep-state';
import { forgetSaves, rememberSave } from './kept-drafts';

const PAUSE_MS = 800;

export interface KeptDraft {
  /** As the server has it; null before the first save. */
  at: { id: string; revision: number } | null;
  /** Everything typed is saved. */
  isKept: boolean;
  /** Discarded or decided elsewhere: the content of the form is not saved until it changes. */
  isGone: boolean;
  error: string | null;
  /** Forgets the draft, after it was discarded or put in use. */
  forget: () => void;
}

/**
 * Saves a draft on the server shortly after each change, one save after another; closing the tab before that asks, navigating to another page saves
 * first.
 */
export function useKeptDraft(
  s: DraftState,
  recipeId: string | null,
  identity: Identity,
  own: RecipeDraft | null,
  may: boolean,
): KeptDraft {
  const text = JSON.stringify([identity, s.base.version, s.draft]);
  const [at, setAt] = useState(own === null ? null : { id: own.id, revision: own.revision });
  const [saved, setSaved] = useState(text);
  const [error, setError] = useState<string | null>(null);
  const latest = useRef({ at, text });
  const busy = useRef(false);
  latest.current = { at, text };
  const [isOver, end] = useState(false);
  // a new recipe differs from nothing in force: its name alone is worth saving
  const mayKeep = may && (at !== null || (recipeId === null ? !isOver : s.isDirty));
  const [gone, setGone] = useState<string | null>(null);
  const { isGone, isDue, isKept } = keepState({ text, saved, gone, mayKeep });
  const keep = async (): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    const { at: from, text: sent } = latest.current;
    try {
      const r = await autosave({
        id: from?.id ?? null,
        revision: from?.revision ?? 0,
        recipeId,
        ...identity,
        baseVersion: s.base.version,
        content: JSON.parse(JSON.stringify(s.draft)),
      });
      setError(r.error);
      if (r.kept) {
        rememberSave({ ...r.kept, ...identity, baseVersion: s.base.version, content: s.draft });
        setAt(r.kept);
        setSaved(sent);
        setGone(null);
      }
    } catch {
      setError('The draft could not be kept: the server did not answer. It stays here; the next change tries again.');
    }
    busy.current = false;
  };
  const seen = useRef(own?.id ?? null);
  // Decided or discarded elsewhere: later edits begin another draft.
  useEffect(() => {
    if (own === null && seen.current !== null && latest.current.at?.id === seen.current) {
      setAt(null);
      setGone(latest.current.text);
    }
    seen.current = own?.id ?? null;
  }, [own]);
  const keepNow = useRef(keep);
  keepNow.current = keep;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change restarts the pause, and what was typed during a save is sent after it
  useEffect(() => {
    if (!isDue) return;
    const timer = setTimeout(() => void keepNow.current(), PAUSE_MS);
    const ask = (e: BeforeUnloadEvent): void => e.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('beforeunload', ask);
    };
  }, [isDue, text, at]);
  const pending = useRef(false);
  pending.current = isDue;
  useEffect(
    () => () => {
      if (pending.current) void keepNow.current();
    },
    [],
  );
  return {
    at,
    isKept,
    isGone,
    error,
    forget: () => {
      if (at !== null) forgetSaves(at.id);
      setAt(null);
      end(true);
    },
  };
}
