import { AppError } from '@/lib/errors';
import type { SpectralLibrary } from './library';
import { project, type SpectralBasis, spectralBasis } from './spectral-basis';

/**
 * A search tree over a library in the metric Σ((y − s)/σ)². Each spectrum is embedded as its scores on an orthonormal basis and the norm of its remainder: the
 * Euclidean distance of embeddings never exceeds the true one.
 */
export interface LibraryIndex {
  readonly library: SpectralLibrary;
  readonly basis: SpectralBasis;
  /** (count, components + 1) row-major, in tree order. */
  readonly embedded: Float64Array;
  /** Entry at each place of the tree order. */
  readonly order: Int32Array;
  /** Nodes as (first, last + 1, left child, right child); −1 without children. */
  readonly nodes: Int32Array;
  /** Per node the smallest and the largest coordinate, (nodes, 2, components + 1). */
  readonly boxes: Float64Array;
  /** Largest distance of a spectrum from the mean, for the rounding margin. */
  readonly radius: number;
}

const LEAF = 24;
/** Relative error of an embedded coordinate by rounding, with a wide margin. */
const ROUNDING = 1e-11;

/**
 * Index of a library for one set of σ.
 * @param components - basis functions; the search is exact with any number, fastest with about 8–16.
 * @param sigma - (channels,), positive, unit of the spectra.
 * @throws AppError `invalid_input` as `spectralBasis`.
 * @complexity count·(channels·components + log count).
 * @reference tree: Friedman, Bentley & Finkel, ACM Trans. Math. Softw. 3 (1977) 209; bound by projection and remainder: Cauchy–Schwarz on the orthogonal
 * complement.
 */
export function indexLibrary(
  library: SpectralLibrary,
  sigma: ArrayLike<number>,
  options: { readonly components?: number; readonly seed?: number } = {},
): LibraryIndex {
  const { channels: m, count } = library.header;
  if (sigma.length !== m)
    throw new AppError('invalid_input', `${m} channels need ${m} sigmas (got ${sigma.length})`, { field: 'sigma' });
  const basis = spectralBasis(library.spectra, sigma, options.components ?? 12, options.seed);
  const dim = basis.components + 1;
  const raw = new Float64Array(count * dim);
  let radius = 0;
  for (let i = 0; i < count; i++) {
    raw[i * dim + dim - 1] = project(basis, library.spectra, i * m, raw, i * dim);
    let s = 0;
    for (let c = 0; c < dim; c++) s += raw[i * dim + c]! ** 2;
    radius = Math.max(radius, Math.sqrt(s));
  }
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const nodes: number[] = [];
  const boxes: number[] = [];
  const build = (from: number, to: number): number => {
    const id = nodes.length / 4;
    nodes.push(from, to, -1, -1);
    const low = new Float64Array(dim).fill(Number.POSITIVE_INFINITY);
    const high = new Float64Array(dim).fill(Number.NEGATIVE_INFINITY);
    for (let t = from; t < to; t++)
      for (let c = 0; c < dim; c++) {
        const v = raw[order[t]! * dim + c]!;
        if (v < low[c]!) low[c] = v;
        if (v > high[c]!) high[c] = v;
      }
    boxes.push(...low, ...high);
    if (to - from <= LEAF) return id;
    let axis = 0;
    for (let c = 1; c < dim; c++) if (high[c]! - low[c]! > high[axis]! - low[axis]!) axis = c;
    const middle = (from + to) >> 1;
    select(order, raw, dim, axis, from, to - 1, middle);
    nodes[id * 4 + 2] = build(from, middle);
    nodes[id * 4 + 3] = build(middle, to);
    return id;
  };
  build(0, count);
  const embedded = new Float64Array(count * dim);
  for (let t = 0; t < count; t++) embedded.set(raw.subarray(order[t]! * dim, (order[t]! + 1) * dim), t * dim);
  return { library, basis, embedded, order, nodes: Int32Array.from(nodes), boxes: Float64Array.from(boxes), radius };
}

// Quickselect (Hoare, Comm. ACM 4 (1961) 321): the k-th by one coordinate in place.
function select(order: Int32Array, x: Float64Array, dim: number, axis: number, from: number, to: number, k: number): void {
  let [lo, hi] = [from, to];
  while (lo < hi) {
    const pivot = x[order[(lo + hi) >> 1]! * dim + axis]!;
    let i = lo;
    let j = hi;
    while (i <= j) {
      while (x[order[i]! * dim + axis]! < pivot) i++;
      while (x[order[j]! * dim + axis]! > pivot) j--;
      if (i <= j) {
        const t = order[i]!;
        order[i++] = order[j]!;
        order[j--] = t;
      }
    }
    if (k <= j) hi = j;
    else if (k >= i) lo = i;
    else return;
  }
}

/** Entries of a library near a spectrum. */
export interface LibraryHits {
  /** Entries, nearest first; equal distances in the order of the library. */
  readonly entries: Int32Array;
  /** Σ((y − s)/σ)² of each. */
  readonly chi2: Float64Array;
  /** Spectra whose distance was computed. */
  readonly compared: number;
}

/**
 * The k nearest entries to a measured spectrum: exactly those of a full scan.
 * @param y - (channels,), finite.
 * @param k - number of entries wanted.
 * @throws AppError `invalid_input` for another length, a value that is not finite, or k outside 1..count.
 * @reference as {@link indexLibrary}.
 */
export function nearestEntries(index: LibraryIndex, y: ArrayLike<number>, k = 1): LibraryHits {
  const { library, basis, embedded, order, nodes, boxes } = index;
  const { channels: m, count } = library.header;
  checkQuery(y, m, k, count);
  const dim = basis.components + 1;
  const query = new Float64Array(dim);
  query[dim - 1] = project(basis, y, 0, query, 0);
  let size = 0;
  for (const v of query) size += v * v;
  const delta = ROUNDING * (index.radius + Math.sqrt(size));
  const best = new Best(k);
  const out = (bound: number): boolean => {
    const w = best.worst();
    return bound > w + 2 * delta * Math.sqrt(w) + delta * delta;
  };
  const boxBound = (node: number): number => {
    let s = 0;
    const at = node * 2 * dim;
    for (let c = 0; c < dim; c++) {
      const v = query[c]!;
      const d = v < boxes[at + c]! ? boxes[at + c]! - v : v > boxes[at + dim + c]! ? v - boxes[at + dim + c]! : 0;
      s += d * d;
    }
    return s;
  };
  let compared = 0;
  const visit = (node: number, bound: number): void => {
    if (out(bound)) return;
    const left = nodes[node * 4 + 2]!;
    if (left < 0) {
      for (let t = nodes[node * 4]!; t < nodes[node * 4 + 1]!; t++) {
        let s = 0;
        for (let c = 0; c < dim; c++) s += (embedded[t * dim + c]! - query[c]!) ** 2;
        if (out(s)) continue;
        compared++;
        const entry = order[t]!;
        const d = chi2Of(library.spectra, entry * m, y, basis.inverseSigma, best.worst());
        best.offer(entry, d);
      }
      return;
    }
    const right = nodes[node * 4 + 3]!;
    const [bl, br] = [boxBound(left), boxBound(right)];
    if (bl <= br) {
      visit(left, bl);
      visit(right, br);
    } else {
      visit(right, br);
      visit(left, bl);
    }
  };
  visit(0, boxBound(0));
  return { ...best.sorted(), compared };
}

/**
 * The same by comparing every entry: the reference of {@link nearestEntries}, and the method for a σ that has no index.
 * @param sigma - (channels,), positive, unit of the spectra.
 * @param y - (channels,), finite.
 * @throws AppError as {@link nearestEntries}.
 * @complexity count·channels.
 */
export function scanLibrary(library: SpectralLibrary, sigma: ArrayLike<number>, y: ArrayLike<number>, k = 1): LibraryHits {
  const { channels: m, count } = library.header;
  checkQuery(y, m, k, count);
  const inverse = Float64Array.from(sigma, (s) => 1 / s);
  const best = new Best(k);
  for (let i = 0; i < count; i++) best.offer(i, chi2Of(library.spectra, i * m, y, inverse, best.worst()));
  return { ...best.sorted(), compared: count };
}

// Gives up beyond `limit`: what comes back is then larger than it, and no candidate.
function chi2Of(s: Float32Array, from: number, y: ArrayLike<number>, inverse: Float64Array, limit: number): number {
  const m = inverse.length;
  let sum = 0;
  for (let i = 0; i < m; ) {
    const stop = Math.min(m, i + 16);
    for (; i < stop; i++) {
      const d = (y[i]! - s[from + i]!) * inverse[i]!;
      sum += d * d;
    }
    if (sum > limit) return sum;
  }
  return sum;
}

/** The k smallest so far, by distance and then by entry. */
class Best {
  private readonly entries: Int32Array;
  private readonly chi2: Float64Array;
  private used = 0;

  constructor(private readonly k: number) {
    this.entries = new Int32Array(k);
    this.chi2 = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  }

  worst(): number {
    return this.chi2[this.k - 1]!;
  }

  offer(entry: number, d: number): void {
    let i = Math.min(this.used, this.k - 1);
    const before = (p: number): boolean => d < this.chi2[p]! || (d === this.chi2[p]! && entry < this.entries[p]!);
    if (this.used === this.k && !before(this.k - 1)) return;
    while (i > 0 && before(i - 1)) {
      this.chi2[i] = this.chi2[i - 1]!;
      this.entries[i] = this.entries[i - 1]!;
      i--;
    }
    this.chi2[i] = d;
    this.entries[i] = entry;
    if (this.used < this.k) this.used++;
  }

  sorted(): { entries: Int32Array; chi2: Float64Array } {
    return { entries: this.entries, chi2: this.chi2 };
  }
}

function checkQuery(y: ArrayLike<number>, m: number, k: number, count: number): void {
  if (y.length !== m)
    throw new AppError('invalid_input', `the spectrum has ${y.length} values, the library ${m}`, { field: 'y' });
  if (!(Number.isInteger(k) && k >= 1 && k <= count))
    throw new AppError('invalid_input', `k is ${k}; give 1 to ${count}`, { field: 'k' });
  for (let i = 0; i < m; i++)
    if (!Number.isFinite(y[i]!))
      throw new AppError('invalid_input', `y[${i}] is ${y[i]}; leave the channel out of the library`, { index: i });
}
