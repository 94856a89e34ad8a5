import { AppError } from '@/lib/errors';
import type { Matrix } from '@/lib/numerics';

/** Number of subsets of n out of N. */
export function subsetCount(N: number, n: number): number {
  let c = 1;
  for (let k = 1; k <= n; k++) c = (c * (N - n + k)) / k;
  return Math.round(c);
}

/** Call `visit` with every subset of n out of N in lexicographic order; the array is reused. */
export function forEachSubset(N: number, n: number, visit: (set: Int32Array) => void): void {
  const s = Int32Array.from({ length: n }, (_, k) => k);
  for (;;) {
    visit(s);
    let k = n - 1;
    while (k >= 0 && s[k] === N - n + k) k--;
    if (k < 0) return;
    s[k]!++;
    for (let j = k + 1; j < n; j++) s[j] = s[j - 1]! + 1;
  }
}

/** Best subsets by enumeration. */
export interface ExactOptimum {
  readonly logDet: number;
  /** All subsets within `tie` of the best logDet, lexicographic. */
  readonly sets: number[][];
  readonly aOptimal: { readonly traceInverse: number; readonly sites: number[] };
  readonly iOptimal: { readonly iCriterion: number; readonly sites: number[] };
}

/**
 * Exact D-, A- and I-optimal subsets by enumeration, for small problems and as the judge of the exchange.
 * @param f - model matrix of all candidates, (N, p).
 * @param n - sites of the plan.
 * @throws AppError `invalid_input` above `limit` subsets: use `optimalPlan`.
 * @complexity subsets · p³/3.
 */
export function enumerateOptimum(
  f: Matrix,
  n: number,
  options: { readonly tie?: number; readonly limit?: number } = {},
): ExactOptimum {
  const { rows: N, cols: p } = f;
  const limit = options.limit ?? 5_000_000;
  if (subsetCount(N, n) > limit)
    throw new AppError('invalid_input', `${subsetCount(N, n)} subsets are too many to enumerate; use optimalPlan`, { N, n });
  const tie = options.tie ?? 2e-5;
  const all = new Float64Array(p * p);
  for (let i = 0; i < N; i++)
    for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) all[a * p + b]! += (f.data[i * p + a]! * f.data[i * p + b]!) / N;
  const level = Array.from({ length: n + 1 }, () => new Float64Array(p * p)); // sums of the first k rows of the set
  const l = new Float64Array(p * p);
  const inv = new Float64Array(p * p);
  let best = Number.NEGATIVE_INFINITY;
  let sets: { set: number[]; logDet: number }[] = [];
  let a = { traceInverse: Number.POSITIVE_INFINITY, sites: [] as number[] };
  let i = { iCriterion: Number.POSITIVE_INFINITY, sites: [] as number[] };
  const previous = new Int32Array(n).fill(-1);
  forEachSubset(N, n, (s) => {
    let from = 0;
    while (from < n && previous[from] === s[from]) from++;
    for (let k = from; k < n; k++) {
      const [src, dst, row] = [level[k]!, level[k + 1]!, s[k]! * p];
      for (let x = 0; x < p; x++)
        for (let y = 0; y <= x; y++) dst[x * p + y] = src[x * p + y]! + f.data[row + x]! * f.data[row + y]!;
      previous[k] = s[k]!;
    }
    const logDet = factor(level[n]!, l, p);
    if (logDet === Number.NEGATIVE_INFINITY) return;
    if (logDet > best - tie) {
      if (logDet > best) best = logDet;
      sets.push({ set: Array.from(s), logDet });
      if (sets.length > 1000) sets = sets.filter((v) => v.logDet > best - tie);
    }
    const { trace, weighted } = inverseTraces(l, inv, all, p);
    if (trace < a.traceInverse * (1 - 1e-12)) a = { traceInverse: trace, sites: Array.from(s) };
    if (weighted < i.iCriterion * (1 - 1e-12)) i = { iCriterion: weighted, sites: Array.from(s) };
  });
  return { logDet: best, sets: sets.filter((v) => v.logDet > best - tie).map((v) => v.set), aOptimal: a, iOptimal: i };
}

function factor(m: Float64Array, l: Float64Array, p: number): number {
  let logDet = 0;
  for (let j = 0; j < p; j++) {
    for (let i = j; i < p; i++) {
      let s = m[i * p + j]!;
      for (let k = 0; k < j; k++) s -= l[i * p + k]! * l[j * p + k]!;
      if (i === j) {
        if (!(s > 1e-10 * m[j * p + j]!)) return Number.NEGATIVE_INFINITY;
        logDet += Math.log(s);
        l[j * p + j] = Math.sqrt(s);
      } else l[i * p + j] = s / l[j * p + j]!;
    }
  }
  return logDet;
}

// trace M⁻¹ = ‖L⁻¹‖², trace(W M⁻¹) = Σ rows r of L⁻¹: r W rᵀ
function inverseTraces(l: Float64Array, inv: Float64Array, w: Float64Array, p: number): { trace: number; weighted: number } {
  let trace = 0;
  let weighted = 0;
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) {
      let s = i === j ? 1 : 0;
      for (let k = j; k < i; k++) s -= l[i * p + k]! * inv[k * p + j]!;
      inv[i * p + j] = s / l[i * p + i]!;
      trace += inv[i * p + j]! ** 2;
    }
    for (let a = 0; a <= i; a++) for (let b = 0; b <= i; b++) weighted += inv[i * p + a]! * w[a * p + b]! * inv[i * p + b]!;
  }
  return { trace, weighted };
}
