import { notCompared } from '@/lib/services/recipes/trial-difference';
import { needsRole } from '@/lib/ui/components/gate';

/** What is known of the newest trial of a draft. */
export interface KnownTrial {
  readonly revision: number;
  readonly baseVersion: number;
  readonly state: string;
  readonly difference: { readonly beyond: readonly string[] } | null;
}

export interface ReleaseQuestion {
  /** Number of the version in force; 0: the recipe is new. */
  readonly baseVersion: number;
  readonly isEngineer: boolean;
  readonly isProposed: boolean;
  readonly isDirty: boolean;
  readonly issues: number;
  /** Of a new recipe. */
  readonly name: string;
  /** Of the draft on the server; null while a save is pending. */
  readonly revision: number | null;
  /** Discarded or decided elsewhere. */
  readonly isGone: boolean;
  readonly trial: KnownTrial | null;
  /** Stored spectra hold every channel of the draft; null: not known here. */
  readonly canBeTried: boolean | null;
}

export interface ReleaseStep {
  /** Words on the button, the title of the dialog and its own button. */
  readonly words: string;
  /** Why a second engineer decides; empty: the author decides. */
  readonly asks: readonly string[];
  /** Why it cannot be done yet. */
  readonly waits: string | null;
}

/** What the author of a draft can do with it now: put it in use, or propose it to a second engineer, by the same trial limits as the service. */
export function releaseStep(q: ReleaseQuestion): ReleaseStep {
  const isNew = q.baseVersion === 0;
  const t = q.trial;
  const isTried = t !== null && t.state === 'ready' && t.revision === q.revision && t.baseVersion === q.baseVersion;
  const asks = (isTried ? t.difference?.beyond : null) ?? notCompared(!isNew, !isTried && q.canBeTried !== false);
  const what = isNew ? 'the recipe' : `version ${q.baseVersion + 1}`;
  return { words: asks.length > 0 ? `Propose ${what}` : `Put ${what} in use`, asks, waits: waits(q, isNew, isTried) };
}

function waits(q: ReleaseQuestion, isNew: boolean, isTried: boolean): string | null {
  if (!q.isEngineer) return needsRole('engineer');
  if (q.isProposed) return 'The draft waits for another engineer.';
  if (q.issues > 0) return 'Some fields need a correction first.';
  if (!isNew && !q.isDirty) return 'The draft does not differ from the version in force.';
  if (isNew && q.name.trim() === '') return 'Give the recipe a name first.';
  if (q.isGone) return 'The draft was discarded or decided elsewhere: it is kept again once you change it.';
  if (q.revision === null) return 'The draft is being kept…';
  return q.canBeTried === true && !isTried
    ? 'Try the draft on stored spectra first: the difference decides who may put it in use.'
    : null;
}
