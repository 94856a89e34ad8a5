'use client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type MetrologyRecipe, type RecipeIssue, recipeIssues } from '@/lib/recipes';
import { useBased } from '../hooks/use-based';
import { type Draft, valuesOf, withValue } from './draft';
import type { FabParameter } from './draft-context';
import { recipeDifference } from './recipe-diff';

/** What is edited: the version in force, and what its values may be reported as. */
export interface EditedRecipe {
  version: number;
  content: MetrologyRecipe;
  lists: { parameters: readonly FabParameter[] };
}

/** What the registered parameters of the fab refuse of a draft, which only the server knows otherwise. */
function registryIssues(draft: Draft, fab: readonly FabParameter[]): RecipeIssue[] {
  return draft.parameters.flatMap((p, i) => {
    if (p.reportAs === null) return [];
    const known = fab.find((f) => f.name === p.reportAs);
    if (!known) return [{ path: `parameters.${i}.reportAs`, message: 'this parameter is not registered in the fab' }];
    if (known.unit !== p.unit)
      return [{ path: `parameters.${i}.unit`, message: `${known.name} is kept in ${known.unit}, not ${p.unit}` }];
    const isTwice = draft.parameters.some((q, k) => k < i && q.reportAs === p.reportAs);
    return isTwice ? [{ path: `parameters.${i}.reportAs`, message: 'another parameter reports as it already' }] : [];
  });
}

interface RecipeVersion {
  readonly version: number;
  readonly content: Draft;
}

const contentOf = (v: RecipeVersion): Draft => v.content;

/**
 * A draft beside the version it began from. Where the version in force moves on meanwhile, what was changed is kept over it, once its author agrees; a
 * draft in which nothing was changed follows by itself.
 */
export function useDraftState(d: EditedRecipe, kept: { base: RecipeVersion; content: Draft } | null) {
  // what was put in use is in force before the page is read again
  const [released, release] = useState<RecipeVersion | null>(null);
  const live = released !== null && released.version > d.version ? released : { version: d.version, content: d.content };
  const form = useBased<RecipeVersion, Draft>(
    live.version,
    live,
    contentOf,
    kept && { key: kept.base.version, base: kept.base, draft: kept.content },
  );
  const { base, draft } = form;
  const [tried, setTried] = useState<Readonly<Record<string, number>>>({});
  const changes = useMemo(() => recipeDifference(base.content, draft), [base, draft]);
  const checked = useMemo(() => {
    const { recipe, issues } = recipeIssues(draft);
    return { recipe, issues: [...issues, ...registryIssues(draft, d.lists.parameters)] };
  }, [draft, d.lists.parameters]);
  const lastValid = useRef(d.content);
  if (checked.recipe) lastValid.current = checked.recipe;
  const recipe = lastValid.current;
  const values = useMemo(() => valuesOf(recipe, tried), [recipe, tried]);
  const isDirty = changes.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each version that it follows by itself
  useEffect(() => {
    if (!isDirty && base.version !== released?.version) setTried({});
  }, [base.version]);

  const open = (content: Draft): void => {
    form.set(content);
    setTried({});
  };
  return {
    base,
    draft,
    changes,
    issues: checked.issues,
    isDirty,
    /** The version in force has moved on beneath a change of one's own. */
    isBehind: form.isBehind,
    /** Paths of what it and the draft both changed. */
    both: form.both,
    /** The last draft that was valid. */
    recipe,
    values,
    tried,
    set: (path: string, value: unknown) => form.set((old) => withValue(old, path, value)),
    replace: form.set,
    open,
    /** Drops the draft: begins from the version that is in force now. */
    reset: () => {
      form.reset();
      setTried({});
    },
    /** The draft is the next version in force. */
    inUse: () => release({ version: base.version + 1, content: draft }),
    /** Goes on from the version that is in force now, with what was changed over it. */
    follow: form.follow,
    tryValue: (name: string, value: number) => setTried((old) => ({ ...old, [name]: value })),
    tryAll: setTried,
  };
}

export type DraftState = ReturnType<typeof useDraftState>;
