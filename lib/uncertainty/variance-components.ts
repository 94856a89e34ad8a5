import { AppError } from '@/lib/errors';
import { cholesky, forwardSolveManyInPlace, solveInPlace, varies } from '@/lib/numerics';

/** Random effects of y = μ + Σ_k Z_k u_k + e: per effect the level of every reading, 0…levels − 1. */
export interface RandomEffect {
  readonly name: string;
  /** (n,). */
  readonly level: Int32Array;
  readonly levels: number;
}

/** Estimated components of a mixed model. */
export interface VarianceComponents {
  /** σ²_k of each effect, then σ²_e; squared unit of y. None is negative. */
  readonly variances: Float64Array;
  /** Standard errors from the expected information; 0 for a component held at its bound. */
  readonly standardErrors: Float64Array;
  /** True where the component is 0 because the likelihood falls from there. */
  readonly atBound: readonly boolean[];
  readonly mean: number;
  readonly uMean: number;
  /** Restricted log likelihood. */
  readonly logLikelihood: number;
  readonly status: 'converged' | 'max_iterations';
  readonly iterations: number;
  /** Largest |score·σ²| of the free components at the end, and the last relative step. */
  readonly score: number;
  readonly lastStep: number;
}

/** Relative step at which the search stops: rounding level of the scores. */
const STEP = 1e-11;
const MAX_ITERATIONS = 200;

interface State {
  readonly logLikelihood: number;
  readonly score: Float64Array;
  /** Expected information, (K + 1)². */
  readonly information: Float64Array;
  readonly mean: number;
  readonly uMean: number;
}

/** Cross products KᵀK of K = [Z, 1, y]; everything the likelihood needs, whatever the number of readings. */
interface CrossProducts {
  readonly t: Float64Array;
  readonly q: number;
  readonly n: number;
  readonly centre: number;
  readonly offsets: readonly number[];
}

/**
 * Variance components of a mixed model with one overall mean by restricted maximum likelihood: Fisher scoring with every component kept >= 0
 * (a component that wants to be negative is held at 0 and freed when its score turns), step halving so that the likelihood never falls.
 * Balanced or not; on balanced data with positive estimates it gives the ANOVA estimates.
 * @param y - readings, shape (n,), finite.
 * @param effects - levels of every reading.
 * @throws AppError `invalid_input` when an effect has one level or levels equal to the readings; `out_of_domain` when repeats are identical.
 * @complexity O(q³) a step, q the number of levels of all effects.
 * @reference Patterson & Thompson, Biometrika 58 (1971) 545; Searle, Casella & McCulloch, Variance Components (1992), §6.6, §8.2; Harville, JASA 72
 * (1977) 320.
 */
export function varianceComponents(y: ArrayLike<number>, effects: readonly RandomEffect[]): VarianceComponents {
  const c = crossProducts(y, effects);
  const K = effects.length;
  const { q, n } = c;
  const total = c.t[(q + 2) * (q + 2) - 1]! / (n - 1); // Σ(y − ȳ)²/(n − 1)
  if (!varies(y)) throw new AppError('out_of_domain', 'the readings do not vary; check the resolution of the gauge', { n });
  let v = new Float64Array(K + 1).fill(total / (K + 1));
  let s = evaluate(c, v);
  let iterations = 0;
  let lastStep = Number.POSITIVE_INFINITY;
  let free = freeComponents(v, s.score);
  for (; iterations < MAX_ITERATIONS && lastStep > STEP; iterations++) {
    free = freeComponents(v, s.score);
    const step = newton(s, free);
    let t = 1;
    let next: { v: Float64Array<ArrayBuffer>; s: State } | null = null;
    for (; t > 1e-10; t /= 2) {
      const w = v.map((x, k) => (k === K ? Math.max(x + t * step[k]!, x * 0.1) : Math.max(0, x + t * step[k]!)));
      const e = evaluate(c, w);
      if (e.logLikelihood >= s.logLikelihood - 1e-12 * Math.abs(s.logLikelihood)) {
        next = { v: w, s: e };
        break;
      }
    }
    if (!next) break; // rounding level
    lastStep = 0;
    for (let k = 0; k <= K; k++) lastStep = Math.max(lastStep, Math.abs(next.v[k]! - v[k]!) / total);
    ({ v, s } = next);
    if (v[K]! < 1e-14 * total)
      throw new AppError('out_of_domain', 'repeated readings are identical; read the gauge with more digits', { total });
  }
  free = freeComponents(v, s.score);
  let score = 0;
  free.forEach((f, k) => {
    if (f) score = Math.max(score, Math.abs(s.score[k]!) * v[k]!);
  });
  return {
    variances: v,
    standardErrors: errors(s, free),
    atBound: free.map((f) => !f),
    mean: s.mean,
    uMean: s.uMean,
    logLikelihood: s.logLikelihood,
    status: score < 1e-6 ? 'converged' : 'max_iterations',
    iterations,
    score,
    lastStep,
  };
}

const freeComponents = (v: Float64Array, score: Float64Array): boolean[] => Array.from(v, (x, k) => x > 0 || score[k]! > 0);

function crossProducts(y: ArrayLike<number>, effects: readonly RandomEffect[]): CrossProducts {
  const n = y.length;
  let centre = 0;
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(y[i]!))
      throw new AppError('invalid_input', `y[${i}] is ${y[i]}; leave it out`, { field: 'y', index: i });
    centre += y[i]! / n;
  }
  const offsets = [0];
  for (const e of effects) {
    if (e.levels < 2 || e.levels >= n)
      throw new AppError(
        'invalid_input',
        `${e.name} has ${e.levels} levels in ${n} readings; it needs two or more, and repeats`,
        { field: e.name },
      );
    offsets.push(offsets.at(-1)! + e.levels);
  }
  const q = offsets.at(-1)!;
  const m = q + 2;
  const t = new Float64Array(m * m);
  const columns = new Int32Array(effects.length + 2);
  const values = new Float64Array(effects.length + 2).fill(1);
  for (let i = 0; i < n; i++) {
    effects.forEach((e, k) => {
      columns[k] = offsets[k]! + e.level[i]!;
    });
    columns[effects.length] = q;
    columns[effects.length + 1] = q + 1;
    values[effects.length + 1] = y[i]! - centre;
    for (let a = 0; a < columns.length; a++)
      for (let b = 0; b < columns.length; b++) t[columns[a]! * m + columns[b]!]! += values[a]! * values[b]!;
  }
  return { t, q, n, centre, offsets };
}

// With V = I + Σθ_k Z_k Z_kᵀ and P = V⁻¹ − V⁻¹1(1ᵀV⁻¹1)⁻¹1ᵀV⁻¹, all traces follow from C = ZᵀPZ, because PVP = P.
function evaluate(c: CrossProducts, v: Float64Array): State {
  const { t, q, n, offsets } = c;
  const K = offsets.length - 1;
  const m = q + 2;
  const s2 = v[K]!;
  const theta = Float64Array.from({ length: K }, (_, k) => v[k]! / s2);
  const root = new Float64Array(q);
  for (let k = 0; k < K; k++) root.fill(Math.sqrt(theta[k]!), offsets[k]!, offsets[k + 1]!);
  const inner = new Float64Array(q * q); // I + Λ ZᵀZ Λ
  const w = new Float64Array(q * m); // Λ Zᵀ[Z 1 y]
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) inner[i * q + j] = root[i]! * t[i * m + j]! * root[j]! + (i === j ? 1 : 0);
    for (let j = 0; j < m; j++) w[i * m + j] = root[i]! * t[i * m + j]!;
  }
  const factor = cholesky(inner, q);
  forwardSolveManyInPlace(factor.l, q, w, m);
  const a = t.slice(); // [Z 1 y]ᵀ V⁻¹ [Z 1 y], then with P
  for (let k = 0; k < q; k++)
    for (let i = 0; i < m; i++) {
      const f = w[k * m + i]!;
      if (f !== 0) for (let j = 0; j < m; j++) a[i * m + j]! -= f * w[k * m + j]!;
    }
  const one = a[q * m + q]!;
  const mean = a[q * m + q + 1]! / one;
  const column = Float64Array.from({ length: m }, (_, i) => a[i * m + q]!);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) a[i * m + j]! -= (column[i]! * column[j]!) / one;
  const yPy = a[(q + 1) * m + q + 1]!;
  const logLikelihood = -0.5 * ((n - 1) * Math.log(2 * Math.PI * s2) + factor.logDet + Math.log(one) + yPy / s2);
  const score = new Float64Array(K + 1);
  const information = new Float64Array((K + 1) * (K + 1));
  const trace = new Float64Array(K);
  const fit = new Float64Array(K);
  let traceP = n - 1;
  let yPPy = yPy;
  let tracePP = 0;
  for (let k = 0; k < K; k++) {
    for (let i = offsets[k]!; i < offsets[k + 1]!; i++) {
      trace[k]! += a[i * m + i]!;
      fit[k]! += a[i * m + q + 1]! ** 2;
    }
    traceP -= theta[k]! * trace[k]!;
    yPPy -= theta[k]! * fit[k]!;
    score[k] = -0.5 * (trace[k]! / s2 - fit[k]! / (s2 * s2));
  }
  score[K] = -0.5 * (traceP / s2 - yPPy / (s2 * s2));
  for (let k = 0; k < K; k++) {
    let tracePPk = trace[k]!; // tr Z_kᵀPPZ_k = tr C_kk − Σ_l θ_l ‖C_lk‖²
    for (let l = 0; l < K; l++) {
      let square = 0;
      for (let i = offsets[k]!; i < offsets[k + 1]!; i++)
        for (let j = offsets[l]!; j < offsets[l + 1]!; j++) square += a[i * m + j]! ** 2;
      information[k * (K + 1) + l] = square / (2 * s2 * s2);
      tracePPk -= theta[l]! * square;
    }
    information[k * (K + 1) + K] = information[K * (K + 1) + k] = tracePPk / (2 * s2 * s2);
    tracePP -= theta[k]! * tracePPk;
  }
  information[(K + 1) * (K + 1) - 1] = (traceP + tracePP) / (2 * s2 * s2);
  return { logLikelihood, score, information, mean: c.centre + mean, uMean: Math.sqrt(s2 / one) };
}

function reduced(s: State, free: readonly boolean[]): { rows: number[]; f: Float64Array } {
  const K1 = free.length;
  const rows = free.map((f, k) => (f ? k : -1)).filter((k) => k >= 0);
  return {
    rows,
    f: Float64Array.from(
      { length: rows.length ** 2 },
      (_, i) => s.information[rows[Math.floor(i / rows.length)]! * K1 + rows[i % rows.length]!]!,
    ),
  };
}

function newton(s: State, free: readonly boolean[]): Float64Array {
  const { rows, f } = reduced(s, free);
  const b = Float64Array.from(rows, (k) => s.score[k]!);
  solveInPlace(f, rows.length, b);
  const out = new Float64Array(free.length);
  rows.forEach((k, i) => {
    out[k] = b[i]!;
  });
  return out;
}

function errors(s: State, free: readonly boolean[]): Float64Array {
  const { rows, f } = reduced(s, free);
  const p = rows.length;
  const inverse = new Float64Array(p * p);
  for (let i = 0; i < p; i++) inverse[i * p + i] = 1;
  solveInPlace(f, p, inverse, p);
  const out = new Float64Array(free.length);
  rows.forEach((k, i) => {
    out[k] = Math.sqrt(Math.max(0, inverse[i * p + i]!));
  });
  return out;
}
