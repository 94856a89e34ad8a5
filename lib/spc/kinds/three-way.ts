import { sdLimits } from '../charts';
import { withinSigma } from '../sigma';
import { estimateSingles } from './individuals';
import { fixedDispersionLimits, fixedLimits, type KindOfChart, plainWalk } from './kind';
import { asStored, type BaselineLimits, type RawPoint } from './phase';

/** Sigma components of a baseline of lots, unit of the value; a variance estimate below 0 counts as 0. */
export interface SigmaComponents {
  /** Of the sites of one wafer; NaN where the lots do not say. */
  readonly withinWafer: number;
  /** Of the true means of the wafers of a lot. */
  readonly betweenWafers: number;
  /** Of the true means of the lots. */
  readonly betweenLots: number;
}

/** A lot's own pooled sigma of the sites of a wafer, and the sites of a wafer, as `vector` of a point holds them. */
const sitesOf = (p: RawPoint): { readonly sd: number; readonly sites: number } | null => {
  const [sd, sites] = [p.vector?.[0], p.vector?.[1]];
  return sd === undefined || sites === undefined || !(sites > 0) || Number.isNaN(sd) ? null : { sd, sites };
};

/**
 * Moments of nested variation: sites in wafers in lots. σ²(lot means) = σ²_lot + σ²(wafer means)/n by their moving ranges, σ²(wafer means) =
 * σ²_wafer + σ²_site/m by their spread within lots.
 * @param sigmaOfMeans - of the means of lots. @param sigmaWithinLot - of the means of wafers in a lot. @param n - wafers of a lot, their mean.
 * @reference Wheeler, Advanced Topics in Statistical Process Control (1995), ch. 7; Montgomery, 7th ed. (2013), §6.7.
 */
export function sigmaComponents(
  points: readonly RawPoint[],
  sigmaOfMeans: number,
  sigmaWithinLot: number,
  n: number,
): SigmaComponents {
  const known = points.map(sitesOf).filter((q) => q !== null);
  const mean = (f: (q: { sd: number; sites: number }) => number): number =>
    known.reduce((s, q) => s + f(q), 0) / (known.length || Number.NaN);
  const site2 = mean((q) => q.sd ** 2);
  const ofWaferMean = known.length === 0 ? 0 : mean((q) => q.sd ** 2 / q.sites);
  return {
    withinWafer: Math.sqrt(site2),
    betweenWafers: Math.sqrt(Math.max(0, sigmaWithinLot ** 2 - ofWaferMean)),
    betweenLots: Math.sqrt(Math.max(0, sigmaOfMeans ** 2 - sigmaWithinLot ** 2 / n)),
  };
}

function estimate(points: readonly RawPoint[], out: ReadonlySet<number>): BaselineLimits | null {
  const location = estimateSingles(points, out);
  const kept = points.filter((p, i) => !out.has(i) && p.spread !== null && p.n > 1);
  if (location === null || kept.length < 2) return null;
  const column = (f: (p: RawPoint) => number) => Float64Array.from(kept, f);
  const sigmaWithinLot = withinSigma(
    {
      n: Int32Array.from(kept, (p) => p.n),
      mean: column((p) => p.value),
      range: column((p) => p.spread!),
      sd: column((p) => p.spread!),
    },
    'sbar',
  );
  if (!(sigmaWithinLot > 0)) return null;
  const wafers = kept.reduce((s, p) => s + p.n, 0) / kept.length;
  const { withinWafer, betweenWafers, betweenLots } = sigmaComponents(kept, location.sigmaWithin, sigmaWithinLot, wafers);
  return {
    ...location,
    study: {
      sigmaWithinLot,
      betweenWafers,
      betweenLots,
      wafers,
      ...(Number.isNaN(withinWafer) ? {} : { withinWafer }),
    },
  };
}

/**
 * I-MR-S: the means of lots as individuals with their moving ranges, and the spread of the wafers of each lot. The wafers of a lot share their run,
 * so their spread says nothing about lots: limits from it would be far too tight.
 * @reference Wheeler, Advanced Topics in Statistical Process Control (1995), ch. 7.
 */
export const threeWay: KindOfChart = {
  label: 'three-way (I-MR-S)',
  dispersion: 'moving range',
  ofSubgroups: false,
  memory: null,
  followed: 'at every point; until now they were those of a study',
  within: 'standard deviation within the lot',
  estimate: (points, out) => estimate(points, out),
  walk: (phase) => plainWalk(() => fixedLimits(phase)),
  dispersionOf: (p, previous) => (previous === undefined || previous.excluded ? null : Math.abs(p.value - previous.value)),
  dispersionLimits: fixedDispersionLimits,
  withinLimits(phase, n) {
    const sigma = phase.study?.['sigmaWithinLot'] as number | undefined;
    return sigma === undefined || n < 2 ? null : asStored(sdLimits(sigma, n));
  },
};
