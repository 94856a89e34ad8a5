import type { GoldenBand } from './golden-band';

/** How far one sensor of a run is from its golden band. */
export interface TraceDeviation {
  /** Share outside of the samples that have a reference; NaN where none has. */
  readonly outsideShare: number;
  /** Share of the samples that have a reference. */
  readonly comparedShare: number;
  /** Largest distance from the middle in half band widths; NaN where none has a reference. */
  readonly worst: number;
  /** Where that is, s from the start of the run. */
  readonly worstAtS: number;
}

/** Half widths below these shares of the range of the band's middle, and of its size, count as that: a constant sensor has no width to divide by. */
const LEAST_OF_RANGE = 1e-3;
const LEAST_OF_SIZE = 1e-4;
const LEAST = 1e-12;

function leastHalfWidth(mid: Float32Array): number {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (const v of mid) {
    if (!Number.isFinite(v)) continue;
    lo = Math.min(lo, v);
    hi = Math.max(hi, v);
  }
  return lo > hi ? LEAST : Math.max(LEAST, LEAST_OF_RANGE * (hi - lo), LEAST_OF_SIZE * Math.max(Math.abs(lo), Math.abs(hi)));
}

/**
 * How far a trace leaves its golden band: |v − mid| / (half band width) per sample. A sample where the good runs have nothing (their step was shorter, or they
 * had no such step) has no reference and is not counted; a missing sample where they have one counts as outside.
 * @param c - times, s ascending; values, NaN: no sample; the band at the same times, undefined where there are too few good runs.
 */
export function traceDeviation(c: {
  readonly t: Float32Array;
  readonly v: Float32Array;
  readonly band?: Pick<GoldenBand, 'mid' | 'lo' | 'hi'> | undefined;
}): TraceDeviation {
  const b = c.band;
  if (!b) return NO_REFERENCE;
  const least = leastHalfWidth(b.mid);
  let outside = 0;
  let compared = 0;
  let worst = 0;
  let worstAtS = c.t[0] ?? 0;
  for (let i = 0; i < c.v.length; i++) {
    if (Number.isNaN(b.mid[i]!)) continue;
    compared++;
    const half = Math.max(least, (b.hi[i]! - b.lo[i]!) / 2);
    const z = Math.abs(c.v[i]! - b.mid[i]!) / half;
    if (!(z <= 1)) outside++;
    if (z > worst) {
      worst = z;
      worstAtS = c.t[i]!;
    }
  }
  if (compared === 0) return NO_REFERENCE;
  return { outsideShare: outside / compared, comparedShare: compared / c.v.length, worst, worstAtS };
}

const NO_REFERENCE: TraceDeviation = {
  outsideShare: Number.NaN,
  comparedShare: 0,
  worst: Number.NaN,
  worstAtS: Number.NaN,
};

/** Up to this share of samples outside a sensor counts as inside its band, which lets 0.27 % of nominal samples pass, often next to each other. */
const TOLERATED_SHARE = 0.02;

/** Whether a sensor is out: more of its samples are outside than a good run has. */
export const leavesBand = (d: TraceDeviation): boolean => d.outsideShare > TOLERATED_SHARE;

/** Excursions beyond this many half widths are not told apart. */
const WORST_TOLD = 500;

/** Sensors in the order of how much they differ: largest share outside first, then the largest excursion; those without a band last. */
export function orderByDeviation<T extends { readonly deviation: TraceDeviation }>(list: readonly T[]): T[] {
  const key = ({ outsideShare, worst }: TraceDeviation): number =>
    Number.isNaN(outsideShare) ? -1 : outsideShare * 1e3 + Math.min(worst, WORST_TOLD);
  return [...list].sort((a, b) => key(b.deviation) - key(a.deviation));
}
