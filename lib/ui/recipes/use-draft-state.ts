'use client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type MetrologyRecipe, type RecipeIssue, recipeIssues } from '@/lib/recipes';
import { useBased } from '../hooks/use-based';
import { type Draft, valuesOf, withValue } from './draft';
import type { FabParameter } from './draft-context';
import { recipeDifference } from './recipe-diff';

/** What is edited: the version in force, and the parameters its values may be reported as. */
export interface EditedRecipe {
  version: number;
  content: MetrologyRecipe;
  lists: { parameters: readonly FabParameter[] };
}

/** Issues of a draft with the registered parameters of the fab, which otherwise only the server would find. */
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
 * A draft with the version it is based on. Where another version comes into force meanwhile, the changes are carried over to it once the author
 * agrees; an untouched draft follows by itself.
 */
export function useDraftState(d: EditedRecipe, kept: { base: RecipeVersion; content: Draft } | null) {
  // what was put in use is in force before the page is refreshed
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per version that it follows by itself
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
    /** The version in force has changed while the draft has unsaved changes. */
    isBehind: form.isBehind,
    /** Paths that both it and the draft changed. */
    both: form.both,
    /** The last draft that was valid. */
    recipe,
    values,
    tried,
    set: (path: string, value: unknown) => form.set((old) => withValue(old, path, value)),
    replace: form.set,
    open,
    /** Drops the draft and restarts from the version in force now. */
    reset: () => {
      form.reset();
      setTried({});
    },
    /** Marks the draft as the next version in force. */
    inUse: () => release({ version: base.version + 1, content: draft }),
    /** Carries the changes over to the version in force now. */
    follow: form.follow,
    tryValue: (name: string, value: number) => setTried((old) => ({ ...old, [name]: value })),
    tryAll: setTried,
  };
}

export type DraftState = ReturnType<typeof useDraftState>;
