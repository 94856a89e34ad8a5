import { AppError } from '@/lib/errors';

/** Clusters of points. */
export interface Clusters {
  /** Cluster of each point, from 0 in order of discovery; −1 is noise. */
  readonly labels: Int32Array;
  /** Indices of core points: at least `minPoints` points, themselves included, within `radius`. */
  readonly core: number[];
  readonly sizes: number[];
  readonly noise: number;
}

/** Share of the size of the coordinates by which rounding may put a distance beyond the radius: 0.4 − 0.1 counts as 0.3. */
const ON_RADIUS = 8 * Number.EPSILON;

/**
 * Density clustering of defects (DBSCAN). Points are put into cells of the radius, so that neighbours are found in the nine cells around.
 * @param x, y - positions, mm.
 * @param radius - reach of a neighbourhood, mm.
 * @param minPoints - points of a core neighbourhood, itself included.
 * @returns labels, (n,).
 * @throws AppError `invalid_input` on a radius that is not positive or minPoints below 1.
 * @complexity O(n · neighbours).
 * @reference Ester, Kriegel, Sander & Xu, KDD (1996) 226.
 */
export function dbscan(x: ArrayLike<number>, y: ArrayLike<number>, radius: number, minPoints: number): Clusters {
  if (!(radius > 0)) throw new AppError('invalid_input', `radius must be positive, got ${radius}`, { field: 'radius' });
  if (!Number.isInteger(minPoints) || minPoints < 1)
    throw new AppError('invalid_input', `minPoints must be a positive integer, got ${minPoints}`, { field: 'minPoints' });
  const n = x.length;
  const cells = new Map<string, number[]>();
  let size = radius;
  for (let i = 0; i < n; i++) size = Math.max(size, Math.abs(x[i]!), Math.abs(y[i]!));
  const reach = radius + ON_RADIUS * size;
  const cell = (v: number): number => Math.floor(v / reach);
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(x[i]!) || !Number.isFinite(y[i]!))
      throw new AppError('invalid_input', `defect ${i} has no position`, { index: i });
    const key = `${cell(x[i]!)},${cell(y[i]!)}`;
    const list = cells.get(key);
    if (list) list.push(i);
    else cells.set(key, [i]);
  }
  const around = (i: number): number[] => {
    const out: number[] = [];
    const [cx, cy] = [cell(x[i]!), cell(y[i]!)];
    for (let a = cx - 1; a <= cx + 1; a++) {
      for (let b = cy - 1; b <= cy + 1; b++) {
        for (const j of cells.get(`${a},${b}`) ?? [])
          if ((x[i]! - x[j]!) ** 2 + (y[i]! - y[j]!) ** 2 <= reach * reach) out.push(j);
      }
    }
    return out;
  };
  const labels = new Int32Array(n).fill(-1);
  const core: number[] = [];
  const neighbourhoods = Array.from({ length: n }, (_, i) => {
    const list = around(i);
    if (list.length >= minPoints) core.push(i);
    return list;
  });
  const isCore = new Set(core);
  const sizes: number[] = [];
  for (const start of core) {
    if (labels[start] !== -1) continue;
    const label = sizes.push(0) - 1;
    const queue = [start];
    labels[start] = label;
    for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
      sizes[label]!++;
      if (!isCore.has(i)) continue; // border points do not grow the cluster
      for (const j of neighbourhoods[i]!) {
        if (labels[j] === -1) {
          labels[j] = label;
          queue.push(j);
        }
      }
    }
  }
  return { labels, core, sizes, noise: labels.reduce((s, l) => s + (l === -1 ? 1 : 0), 0) };
}

/**
 * Mean distance to the nearest neighbour, and its ratio to 1/(2√density) of a random (Poisson) pattern: below 1 the defects cluster.
 * @param x - (n,), mm; `y` likewise.
 * @param areaMm2 - inspected area, mm²; without it no ratio.
 * @returns mean in mm.
 * @throws AppError `invalid_input` below two points.
 * @reference Clark & Evans, Ecology 35 (1954) 445.
 */
export function nearestNeighbour(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  areaMm2?: number,
): { readonly mean: number; readonly ratio: number | null } {
  const n = x.length;
  if (n < 2) throw new AppError('invalid_input', `a nearest-neighbour distance needs two defects, got ${n}`, { n });
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let best = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) if (j !== i) best = Math.min(best, (x[i]! - x[j]!) ** 2 + (y[i]! - y[j]!) ** 2);
    sum += Math.sqrt(best);
  }
  return { mean: sum / n, ratio: areaMm2 === undefined ? null : (sum / n) * 2 * Math.sqrt(n / areaMm2) };
}
