import { type ChartKind, type ControlLimits, rangeLimits, sdLimits, xbarLimits } from '@/lib/spc';
import type { Phase } from './judge';

/** Limits on both sides where a side without one is null, as points and versions store them. */
export interface StoredLimits {
  readonly cl: number;
  readonly ucl: number | null;
  readonly lcl: number | null;
}

/** Limits of a dispersion; entered ones need no centre line. */
export type DispersionLimits = Omit<StoredLimits, 'cl'> & { readonly cl: number | null };

/** Stored limits as the run rules take them: a side without a limit is infinitely far away. */
export const asControlLimits = (l: StoredLimits): ControlLimits => ({
  center: l.cl,
  ucl: l.ucl ?? Number.POSITIVE_INFINITY,
  lcl: l.lcl ?? Number.NEGATIVE_INFINITY,
});

const asStored = (l: ControlLimits): StoredLimits => ({ cl: l.center, ucl: l.ucl, lcl: l.lcl });

/**
 * Limits of the plotted statistic of one point. Limits that a person gave hold as they were entered, whatever the size of the point;
 * those of a study follow it on Xbar charts: cl ∓ 3 σ_within/√n. (An EWMA of a study widens from its start: `judge` does that.)
 * @param n - values behind the point.
 * @returns null while the phase collects its baseline.
 */
export function locationLimits(kind: ChartKind, p: Phase, n: number): StoredLimits | null {
  if (p.cl === null) return null;
  if (p.limitsSource === 'study' && (kind === 'xbar_r' || kind === 'xbar_s') && p.sigmaWithin !== null)
    return asStored(xbarLimits(p.cl, p.sigmaWithin, n));
  return { cl: p.cl, ucl: p.ucl, lcl: p.lcl };
}

/**
 * Limits of the dispersion of one point (moving range, range, standard deviation): as entered where a person gave them, else by the
 * size of the point from the sigma of the study. A lower limit of 0 is no limit.
 * @returns null where the phase has none.
 */
export function dispersionLimits(kind: ChartKind, p: Phase, n: number): DispersionLimits | null {
  if (p.dispUcl === null && p.dispLcl === null) return null;
  const sigma = p.dispSource === 'study' ? p.dispSigma : null;
  if (sigma !== null && n > 1 && kind === 'xbar_r') return asStored(rangeLimits(sigma, n));
  if (sigma !== null && n > 1 && kind === 'xbar_s') return asStored(sdLimits(sigma, n));
  return { cl: p.dispCl, ucl: p.dispUcl, lcl: p.dispLcl };
}
