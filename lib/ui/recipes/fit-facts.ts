import type { MetrologyRecipe } from '@/lib/recipes';
import { decimalsFor, num, withU } from '../format';
import { chi2Words, wideningOf } from '../spectra/site-status';
import type { Status } from '../tokens';

/** What a fit reports besides its values, as in `SiteFit`. */
export interface FitJudgement {
  readonly reducedChi2: number;
  /** Factor on all variances, max(1, χ²/ν). */
  readonly scaled: number;
  readonly poorFit: boolean;
  /** Parameters that ended at a physical 0. */
  readonly oneSided: readonly string[];
}

export interface FitFact {
  readonly status: Status;
  readonly text: string;
}

/**
 * What the uncertainties mean, in words, beside the verdict of the fit and never against it: by how much u is widened, which are one-sided upwards,
 * and for a fit refused for another reason that the model also misses the data beyond the recipe's limit.
 * @param status - of the site. @param limit - χ²/ν up to which the recipe accepts. @param labelOf - words for a parameter.
 */
export function fitFacts(f: FitJudgement, status: string, limit: number, labelOf: (name: string) => string): FitFact[] {
  const facts: FitFact[] = [];
  if (f.poorFit && status !== 'poor_fit')
    facts.push({
      status: 'out',
      text: Number.isFinite(f.reducedChi2)
        ? `Poor fit: χ²/ν is ${chi2Words(f.reducedChi2)}, the limit of the recipe is ${num(limit, limit % 1 === 0 ? 0 : 2)}.`
        : 'Poor fit: the model could not be compared with the data.',
    });
  const factor = wideningOf(f.scaled);
  if (factor !== null)
    facts.push({
      status: 'idle',
      text: `Every u is widened by √(χ²/ν) = ${num(factor, 2)}, because the model misses the data by more than their noise.`,
    });
  if (f.oneSided.length > 0)
    facts.push({
      status: 'idle',
      text: `${f.oneSided.map(labelOf).join(', ')} ended at 0 and cannot be negative: its u reaches upwards only, and the others hold for this value.`,
    });
  return facts;
}

type Parameter = MetrologyRecipe['parameters'][number];

/** A free quantity that cannot be negative ended at 0: a result, not bounds that are too narrow. */
export const isPhysicalEnd = (p: Parameter, value: number): boolean =>
  p.role.kind === 'free' && p.role.lower === 0 && value === 0;

/** The judgement of a stored fit, which keeps χ²/ν and the values: the rest follows from them and the recipe, as in the fit itself. */
export function judgementOf(
  recipe: MetrologyRecipe,
  site: { readonly reducedChi2: number; readonly values: ArrayLike<number> },
): FitJudgement {
  const { reducedChi2 } = site;
  return {
    reducedChi2,
    scaled: Math.max(1, reducedChi2),
    poorFit: !(reducedChi2 <= recipe.accept.reducedChi2),
    oneSided: recipe.parameters.flatMap((p, i) => (isPhysicalEnd(p, site.values[i]!) ? [p.name] : [])),
  };
}

/** Value ± u as the tables write it: one-sided where the parameter ended at a physical 0, ∞ where the data do not determine it. */
export function fittedWords(value: number | undefined, u: number | undefined, isOneSided: boolean): string {
  if (u === Number.POSITIVE_INFINITY) return `${num(value, 3)} ± ∞`;
  if (isOneSided && u !== undefined && u > 0) return `${num(value, decimalsFor(u))} + ${num(u, decimalsFor(u))}`;
  return withU(value, u);
}
