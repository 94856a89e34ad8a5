import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { besideLimit } from '@/lib/numerics';

/** One recipe's fits of a wafer: site after site, each with the recipe's parameters; null where a value is undefined. */
export interface TrialFits {
  readonly status: readonly string[];
  readonly chi2: readonly (number | null)[];
  readonly values: readonly (number | null)[];
  readonly u: readonly (number | null)[];
}

/** A stored wafer fitted by the draft, and by the version in force where there is one. */
export interface TrialWafer {
  readonly spectrumId: string;
  readonly atMs: number;
  readonly lot: string;
  readonly slot: number;
  readonly station: string;
  /** Sites, mm, wafer frame. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly draft: TrialFits;
  readonly base: TrialFits | null;
}

/** The author alone may put a draft within these limits in use; beyond any of them a second engineer decides. */
export const TRIAL_LIMITS = {
  /** Largest shift of a value at a site, in the larger of both standard uncertainties. */
  shiftInU: 1,
  /** Bounds of u of the draft over u of the version in force, at every site. */
  uRatio: [0.8, 1.25],
} as const;

export interface ParameterDifference {
  readonly name: string;
  readonly unit: string;
  /** Sites accepted by both. */
  readonly sites: number;
  /** Draft − in force, in the parameter's unit: the mean, and the largest in magnitude with its sign. */
  readonly meanShift: number | null;
  readonly maxShift: number | null;
  /** The largest shift in units of the larger u. */
  readonly maxShiftInU: number | null;
  readonly uRatio: readonly [smallest: number, largest: number] | null;
}

export interface TrialDifference {
  readonly wafers: number;
  readonly sites: number;
  readonly acceptedByDraft: number;
  readonly acceptedByBase: number | null;
  /** Sites that only one of the two accepts. */
  readonly newlyAccepted: number;
  readonly newlyRefused: number;
  readonly medianChi2: { readonly draft: number | null; readonly base: number | null };
  readonly parameters: readonly ParameterDifference[];
  /** Why a second engineer decides, in words; empty: the author may decide alone. */
  readonly beyond: readonly string[];
}

function median(values: readonly number[]): number | null {
  const s = [...values].sort((a, b) => a - b);
  const h = s.length >> 1;
  return s.length === 0 ? null : s.length % 2 === 1 ? s[h]! : (s[h - 1]! + s[h]!) / 2;
}

const known = (list: readonly (number | null)[]): number[] => list.filter((v): v is number => v !== null);
const count = (fits: readonly (TrialFits | null)[], is: (s: string) => boolean): number =>
  fits.reduce((n, f) => n + (f?.status.filter(is).length ?? 0), 0);
const accepted = (s: string): boolean => s === 'accepted';

/** One parameter on the sites of a wafer, by the draft and by the version in force; NaN where a value is undefined. In the parameter's unit. */
export interface SiteShifts {
  readonly draft: Float64Array;
  readonly uDraft: Float64Array;
  readonly base: Float64Array;
  readonly uBase: Float64Array;
  /** Draft − in force, where both accept the site. */
  readonly shift: Float64Array;
  /** Magnitude of the shift in units of the larger u. */
  readonly shiftInU: Float64Array;
}

/** @param base - the version in force; the parameter must be one of both recipes. */
export function siteShifts(name: string, draft: MetrologyRecipe, base: MetrologyRecipe, w: TrialWafer): SiteShifts {
  const sites = w.draft.status.length;
  const column = (r: MetrologyRecipe, of: readonly (number | null)[] | undefined): Float64Array => {
    const at = r.parameters.findIndex((p) => p.name === name);
    return Float64Array.from({ length: sites }, (_, s) => of?.[s * r.parameters.length + at] ?? Number.NaN);
  };
  const [v, u] = [column(draft, w.draft.values), column(draft, w.draft.u)];
  const [v0, u0] = [column(base, w.base?.values), column(base, w.base?.u)];
  const shift = v.map((x, s) => (accepted(w.draft.status[s]!) && accepted(w.base?.status[s] ?? '') ? x - v0[s]! : Number.NaN));
  const shiftInU = shift.map((d, s) => {
    const most = Math.max(u[s]!, u0[s]!);
    return most > 0 ? Math.abs(d) / most : Number.NaN;
  });
  return { draft: v, uDraft: u, base: v0, uBase: u0, shift, shiftInU };
}

/** Free parameters of a draft that the version in force has too, in the same unit: what can be compared. */
export const comparedParameters = (draft: MetrologyRecipe, base: MetrologyRecipe | null): MetrologyRecipe['parameters'] =>
  draft.parameters.filter(
    (p) => p.role.kind === 'free' && base?.parameters.some((q) => q.name === p.name && q.unit === p.unit) === true,
  );

/** Draft against version in force for one parameter that both fit in the same unit, over the sites that both accept. */
function differenceOf(
  { name, unit }: { readonly name: string; readonly unit: string },
  draft: MetrologyRecipe,
  base: MetrologyRecipe,
  wafers: readonly TrialWafer[],
): ParameterDifference {
  const all = wafers.map((w) => siteShifts(name, draft, base, w));
  const numbers = (of: (s: SiteShifts) => Float64Array): number[] =>
    all.flatMap((s) => Array.from(of(s).filter((v) => !Number.isNaN(v))));
  const shifts = numbers((s) => s.shift);
  const inU = numbers((s) => s.shiftInU);
  const ratios = numbers((s) =>
    s.shift.map((d, k) => (!Number.isNaN(d) && s.uDraft[k]! > 0 && s.uBase[k]! > 0 ? s.uDraft[k]! / s.uBase[k]! : Number.NaN)),
  );
  const largest = shifts.reduce<number | null>((x, y) => (x === null || Math.abs(y) > Math.abs(x) ? y : x), null);
  return {
    name,
    unit,
    sites: shifts.length,
    meanShift: shifts.length === 0 ? null : shifts.reduce((x, y) => x + y, 0) / shifts.length,
    maxShift: largest,
    maxShiftInU: inU.length === 0 ? null : Math.max(...inU),
    uRatio: ratios.length === 0 ? null : [Math.min(...ratios), Math.max(...ratios)],
  };
}

/** What a recipe reports and when it refuses: a change here does not show in the fits of a few wafers. */
const promises = (r: MetrologyRecipe): string =>
  JSON.stringify([r.accept, r.parameters.filter((p) => p.reportAs !== null).map((p) => [p.name, p.unit, p.reportAs])]);

/** Why a draft cannot be compared at all: a second engineer decides on it. */
export function notCompared(hasBase: boolean, hasWafers: boolean): string[] {
  const why: string[] = [];
  if (!hasBase) why.push('no version is in force to compare with');
  if (!hasWafers) why.push('it was tried on no stored spectra');
  return why;
}

/**
 * What a draft changes on the stored spectra of a trial.
 * @param base - The version in force; null for a recipe that has none.
 */
export function trialDifference(
  draft: MetrologyRecipe,
  base: MetrologyRecipe | null,
  wafers: readonly TrialWafer[],
): TrialDifference {
  const parameters = base === null ? [] : comparedParameters(draft, base).map((p) => differenceOf(p, draft, base, wafers));
  const pairs = wafers.flatMap((w) => w.draft.status.map((s, i) => [s, w.base?.status[i]] as const));
  const newlyAccepted = pairs.filter(([d, b]) => b !== undefined && accepted(d) && !accepted(b)).length;
  const newlyRefused = pairs.filter(([d, b]) => b !== undefined && !accepted(d) && accepted(b)).length;
  const beyond = notCompared(base !== null, wafers.length > 0);
  if (base !== null && promises(base) !== promises(draft))
    beyond.push('what is reported, or when a site is refused, has changed');
  if (newlyAccepted + newlyRefused > 0)
    beyond.push(`${newlyAccepted + newlyRefused} of ${pairs.length} sites change between accepted and refused`);
  const [low, high] = TRIAL_LIMITS.uRatio;
  for (const p of parameters) {
    if (p.sites === 0 && wafers.length > 0) beyond.push(`${p.name}: no site is accepted by both`);
    if (p.maxShiftInU !== null && p.maxShiftInU > TRIAL_LIMITS.shiftInU)
      beyond.push(
        `${p.name} moves by up to ${besideLimit(p.maxShiftInU, TRIAL_LIMITS.shiftInU)} u, the limit is ${TRIAL_LIMITS.shiftInU} u`,
      );
    if (p.uRatio !== null && (p.uRatio[0] < low || p.uRatio[1] > high))
      beyond.push(
        `u of ${p.name} becomes ${besideLimit(p.uRatio[0], low)} to ${besideLimit(p.uRatio[1], high)} of what it was, the limits are ${low} to ${high}`,
      );
  }
  return {
    wafers: wafers.length,
    sites: pairs.length,
    acceptedByDraft: count(
      wafers.map((w) => w.draft),
      accepted,
    ),
    acceptedByBase:
      base === null
        ? null
        : count(
            wafers.map((w) => w.base),
            accepted,
          ),
    newlyAccepted,
    newlyRefused,
    medianChi2: {
      draft: median(wafers.flatMap((w) => known(w.draft.chi2))),
      base: base === null ? null : median(wafers.flatMap((w) => (w.base === null ? [] : known(w.base.chi2)))),
    },
    parameters,
    beyond,
  };
}
