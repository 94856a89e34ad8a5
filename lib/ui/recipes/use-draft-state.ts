'use client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type MetrologyRecipe, type RecipeIssue, recipeIssues } from '@/lib/recipes';
import { type Draft, valuesOf, withValue } from './draft';
import type { FabParameter } from './draft-context';
import { recipeDifference } from './recipe-diff';
import { standingOf } from './standing';

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

/** A draft beside the version it began from. The version in force may move on meanwhile: the draft is kept and says so. */
export function useDraftState(d: EditedRecipe, begun: { base: { version: number; content: Draft }; content: Draft } | null) {
  const [base, setBase] = useState(begun?.base ?? { version: d.version, content: d.content });
  const [draft, setDraft] = useState<Draft>(begun?.content ?? d.content);
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
  const standing = useMemo(
    () =>
      standingOf({
        base: base.version,
        inForce: d.version,
        isDirty,
        isSame: recipeDifference(d.content, draft).length === 0,
      }),
    [base.version, d.version, d.content, draft, isDirty],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows once, when nothing of one's own is left
  useEffect(() => {
    if (standing !== 'over') return;
    setBase({ version: d.version, content: d.content });
    open(d.content);
  }, [standing, d.version]);

  const open = (content: Draft): void => {
    setDraft(content);
    setTried({});
  };
  return {
    base,
    draft,
    changes,
    issues: checked.issues,
    isDirty,
    /** The version in force has moved on beneath a change of one's own. */
    isBehind: standing === 'behind',
    /** The last draft that was valid. */
    recipe,
    values,
    tried,
    set: (path: string, value: unknown) => setDraft((old) => withValue(old, path, value)),
    replace: setDraft,
    open,
    reset: () => open(base.content),
    /** The draft is the next version in force. */
    inUse: () => setBase({ version: base.version + 1, content: draft }),
    /** Begins from the version that is in force now; keeps the draft or drops it. */
    rebase: (keep: boolean) => {
      setBase({ version: d.version, content: d.content });
      if (!keep) open(d.content);
    },
    tryValue: (name: string, value: number) => setTried((old) => ({ ...old, [name]: value })),
    tryAll: setTried,
  };
}

export type DraftState = ReturnType<typeof useDraftState>;
