import type { BaselineLimits } from '@/lib/spc';
import type { ChartChange } from '../next-version';

/** What a proposal would change: what an engineer entered, or limits of a study. */
export type ProposedChange =
  | { readonly kind: 'change'; readonly change: ChartChange }
  | { readonly kind: 'limits'; readonly limits: BaselineLimits };

/** Rules that a proposal sets, by their numbers. */
export const rulesOfChange = (p: ProposedChange | null): readonly number[] =>
  p?.kind === 'change' ? (p.change.rules ?? []) : [];
