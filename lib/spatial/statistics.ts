import { AppError } from '@/lib/errors';
import { leastSquares, matrix, moments, quantile } from '@/lib/numerics';

/** Summary of site values; unit of the values. NaN sites are not counted. */
export interface SiteStatistics {
  readonly n: number;
  readonly mean: number;
  /** Standard deviation, divisor n − 1; null of one site. */
  readonly sigma: number | null;
  readonly min: number;
  readonly max: number;
  readonly range: number;
  readonly median: number;
  /** Three usual non-uniformities, % of the mean: 1σ/mean, 3σ/mean, (max − min)/(2 mean); null of one site, and where the mean is 0 (as of residuals). */
  readonly nonUniformity: {
    readonly sigma: number | null;
    readonly threeSigma: number | null;
    readonly halfRange: number | null;
  };
}

/** Share of the largest value below which a mean is rounding of values that cancel. */
const CANCELLED = 1e-13;

/**
 * Statistics of a set of site values.
 * @param values - (n,); NaN is not counted.
 * @returns unit of the values.
 * @throws AppError `invalid_input` when nothing was measured.
 */
export function siteStatistics(values: ArrayLike<number>): SiteStatistics {
  const m = moments(values);
  if (m.n === 0) throw new AppError('invalid_input', 'no site was measured', { field: 'values' });
  const sigma = m.n > 1 ? Math.sqrt(m.variance) : null;
  const range = m.max - m.min;
  const mean = Math.abs(m.mean);
  const isShare = mean > CANCELLED * Math.max(Math.abs(m.min), Math.abs(m.max));
  const ofMean = (v: number | null): number | null => (v === null || !isShare ? null : (100 * v) / mean);
  return {
    n: m.n,
    mean: m.mean,
    sigma,
    min: m.min,
    max: m.max,
    range,
    median: quantile(values, 0.5),
    nonUniformity: {
      sigma: ofMean(sigma),
      threeSigma: ofMean(sigma === null ? null : 3 * sigma),
      halfRange: ofMean(m.n > 1 ? range / 2 : null),
    },
  };
}

/** Statistics of a concentric zone. */
export interface Zone extends Partial<SiteStatistics> {
  readonly name: string;
  readonly n: number;
  /** Radius interval [from, to) in mm, the last one closed. */
  readonly fromMm: number;
  readonly toMm: number;
}

function group<T>(
  count: number,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  values: ArrayLike<number>,
  place: (x: number, y: number) => number,
  make: (k: number, v: number[]) => T,
): T[] {
  if (x.length !== y.length || x.length !== values.length) {
    throw new AppError('dimension_mismatch', `x, y and values have ${x.length}, ${y.length} and ${values.length} entries`);
  }
  const parts: number[][] = Array.from({ length: count }, () => []);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    const k = place(x[i]!, y[i]!);
    if (k >= 0 && k < count) parts[k]!.push(values[i]!);
  }
  return parts.map((v, k) => make(k, v));
}

const ZONES_MM: readonly number[] = [0, 50, 100, 150];
/** Zones of a wafer in shares of its radius; the last border lies a thousandth beyond it, so that a site on the very edge counts. */
export const WAFER_ZONES: { readonly edges: readonly number[]; readonly names: readonly string[] } = {
  edges: [0, 1 / 3, 2 / 3, 0.9, 1.001],
  names: ['centre', 'middle', 'outer', 'edge'],
};
/** Share of a border by which a site on it may miss it through rounding. */
const ON_BORDER = 1e-9;

/** Zone (from 0) of a place; −1 outside the borders. */
function zoneAt(edgesMm: readonly number[], x: number, y: number): number {
  const count = edgesMm.length - 1;
  const r = Math.hypot(x, y);
  if (r > edgesMm[count]! * (1 + ON_BORDER) || r < edgesMm[0]! * (1 - ON_BORDER)) return -1;
  let k = 0;
  while (k < count - 1 && r >= edgesMm[k + 1]!) k++;
  return k;
}

/** Zone (from 0) of each site; −1 outside the borders. Places in mm, wafer frame; borders as of {@link zoneStatistics}. */
export const zonesOfSites = (x: ArrayLike<number>, y: ArrayLike<number>, edgesMm: readonly number[]): number[] =>
  Array.from(x, (v, i) => zoneAt(edgesMm, v, y[i]!));

/**
 * Measured sites (from 0) that belong to no zone.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @param values - (n,); NaN is not counted.
 * @param edgesMm - as of {@link zoneStatistics}.
 * @returns indices, ascending.
 */
export const sitesOutsideZones = (
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  values: ArrayLike<number>,
  edgesMm: readonly number[] = ZONES_MM,
): number[] => Array.from(values, (_, i) => i).filter((i) => !Number.isNaN(values[i]!) && zoneAt(edgesMm, x[i]!, y[i]!) < 0);

/**
 * Statistics of concentric zones.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @param values - (n,); NaN is not counted.
 * @param edgesMm - rising zone borders; sites below the first and beyond the last are left out.
 * @param names - one per zone; default centre, middle …, edge.
 * @throws AppError `invalid_input` for borders that do not rise; `dimension_mismatch` when lengths differ.
 */
export function zoneStatistics(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  values: ArrayLike<number>,
  edgesMm: readonly number[] = ZONES_MM,
  names?: readonly string[],
): Zone[] {
  for (let i = 1; i < edgesMm.length; i++) {
    if (!(edgesMm[i]! > edgesMm[i - 1]!))
      throw new AppError('invalid_input', `zone borders must rise, got ${edgesMm.join(', ')}`, { field: 'edgesMm' });
  }
  const count = edgesMm.length - 1;
  const place = (a: number, b: number): number => zoneAt(edgesMm, a, b);
  return group(count, x, y, values, place, (k, v) => ({
    name: names?.[k] ?? (k === 0 ? 'centre' : k === count - 1 ? 'edge' : count === 3 ? 'middle' : `ring ${k}`),
    fromMm: edgesMm[k]!,
    toMm: edgesMm[k + 1]!,
    ...(v.length > 0 ? siteStatistics(v) : {}),
    n: v.length,
  }));
}

/** Statistics of an angular sector. */
export interface Sector extends Partial<SiteStatistics> {
  readonly n: number;
  /** Angle interval [from, to) in degrees, counter-clockwise from +x. */
  readonly fromDeg: number;
  readonly toDeg: number;
}

/**
 * Statistics of angular sectors (4: quadrants starting at +x). Sites within 1 µm of the centre belong to no sector.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @param values - (n,); NaN is not counted.
 * @param sectors - their number.
 * @throws AppError `invalid_input` for a number below 1.
 */
export function sectorStatistics(x: ArrayLike<number>, y: ArrayLike<number>, values: ArrayLike<number>, sectors = 4): Sector[] {
  if (!Number.isInteger(sectors) || sectors < 1)
    throw new AppError('invalid_input', `sectors must be a positive integer, got ${sectors}`, { field: 'sectors' });
  const width = 360 / sectors;
  const place = (a: number, b: number): number => {
    if (Math.hypot(a, b) < 1e-3) return -1;
    const deg = (Math.atan2(b, a) * 180) / Math.PI;
    return Math.min(sectors - 1, Math.floor(((deg + 360) % 360) / width));
  };
  return group(sectors, x, y, values, place, (k, v) => ({
    fromDeg: k * width,
    toDeg: (k + 1) * width,
    ...(v.length > 0 ? siteStatistics(v) : {}),
    n: v.length,
  }));
}

/** Mean of the values against radius. */
export interface RadialProfile {
  /** Mean radius and mean value of the sites of each ring, mm and unit of the values; empty rings are left out. */
  readonly radiusMm: Float64Array;
  readonly mean: Float64Array;
  /** Of the values of the ring; null of one site. */
  readonly sigma: readonly (number | null)[];
  readonly n: Int32Array;
}

/**
 * Mean value against radius in rings of equal width.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @param values - (n,); NaN is not counted.
 * @throws AppError `invalid_input` for a width that is not positive.
 */
export function radialProfile(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  values: ArrayLike<number>,
  ringWidthMm = 10,
): RadialProfile {
  if (!(ringWidthMm > 0))
    throw new AppError('invalid_input', `ringWidthMm must be positive, got ${ringWidthMm}`, { field: 'ringWidthMm' });
  const rings = new Map<number, { r: number[]; v: number[] }>();
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    const r = Math.hypot(x[i]!, y[i]!);
    const k = Math.floor(r / ringWidthMm + 1e-9);
    const ring = rings.get(k) ?? { r: [], v: [] };
    ring.r.push(r);
    ring.v.push(values[i]!);
    rings.set(k, ring);
  }
  const keys = [...rings.keys()].sort((a, b) => a - b);
  const stats = keys.map((k) => ({ r: moments(rings.get(k)!.r).mean, ...moments(rings.get(k)!.v) }));
  return {
    radiusMm: Float64Array.from(stats, (s) => s.r),
    mean: Float64Array.from(stats, (s) => s.mean),
    sigma: stats.map((s) => (s.n > 1 ? Math.sqrt(s.variance) : null)),
    n: Int32Array.from(stats, (s) => s.n),
  };
}

/** Departure of the edge from the inner profile; unit of the values. */
export interface EdgeRollOff {
  /** Mean of (value − extrapolated inner profile) over the edge band; negative when the edge falls off. */
  readonly rollOff: number;
  readonly uRollOff: number;
  readonly nEdge: number;
  readonly nInner: number;
}

/**
 * Edge roll-off: the inner sites are fitted by a + b r² and extrapolated; the mean departure of the band r > `fromMm` is the roll-off.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @param values - (n,); NaN is not counted.
 * @returns unit of the values; u from the covariance of the inner fit and its residual sigma.
 * @throws AppError `invalid_input` without sites in the band or with fewer than four inner sites.
 */
export function edgeRollOff(x: ArrayLike<number>, y: ArrayLike<number>, values: ArrayLike<number>, fromMm = 135): EdgeRollOff {
  const index = Array.from({ length: values.length }, (_, i) => i).filter((i) => !Number.isNaN(values[i]!));
  const radius = (i: number): number => Math.hypot(x[i]!, y[i]!) / fromMm;
  const inner = index.filter((i) => radius(i) <= 1);
  const edge = index.filter((i) => radius(i) > 1);
  if (edge.length === 0 || inner.length < 4) {
    throw new AppError(
      'invalid_input',
      `edge roll-off needs sites beyond ${fromMm} mm and four inside; got ${edge.length} and ${inner.length}`,
      { nEdge: edge.length, nInner: inner.length },
    );
  }
  const design = matrix(inner.length, 2);
  inner.forEach((i, k) => {
    design.data[2 * k] = 1;
    design.data[2 * k + 1] = radius(i) ** 2;
  });
  const fit = leastSquares(
    design,
    inner.map((i) => values[i]!),
  );
  const [a, b] = [fit.coefficients[0]!, fit.coefficients[1]!];
  let sum = 0;
  let r2 = 0;
  for (const i of edge) {
    sum += values[i]! - a - b * radius(i) ** 2;
    r2 += radius(i) ** 2 / edge.length;
  }
  const c = fit.covariance;
  const model = c[0]! + 2 * r2 * c[1]! + r2 * r2 * c[3]!;
  return {
    rollOff: sum / edge.length,
    uRollOff: Math.sqrt(model + fit.residualSigma ** 2 / edge.length),
    nEdge: edge.length,
    nInner: inner.length,
  };
}
