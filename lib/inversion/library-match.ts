import { AppError } from '@/lib/errors';
import { applyQt, levenbergMarquardt, matrix, qrFactor, solveR } from '@/lib/numerics';
import { fitModel } from './fit';
import type { FitProblem, FitResult } from './fit-types';
import type { SpectralLibrary } from './library';
import { type LibraryIndex, nearestEntries } from './library-search';
import { project } from './spectral-basis';

/** Best match of a spectrum in a library. */
export interface LibraryMatch {
  /** Parameters of the nearest entry, (n,), and its χ². */
  readonly nearest: Float64Array;
  readonly nearestChi2: number;
  /** Parameters after interpolation between the neighbours, (n,). */
  readonly parameters: Float64Array;
  /** χ² of the interpolated spectrum in the scores, plus the remainder that no interpolation changes. */
  readonly chi2: number;
  readonly degree: 1 | 2;
  /** The interpolation left the neighbours' box and was held at its edge. */
  readonly isHeld: boolean;
  /** Spectra whose distance was computed. */
  readonly compared: number;
}

/**
 * Nearest match with local interpolation: a polynomial of the parameters is fitted to the scores of the nearest entries and inverted for the measured scores by
 * least squares inside the box of these neighbours.
 * @param y - spectrum, (channels,), unit of the library.
 * @param degree - 2 (default) takes (n + 1)(n + 2) neighbours, 1 takes 3(n + 1); lowered to 1 when the neighbours do not determine it.
 * @throws AppError `invalid_input` as `nearestEntries`.
 * @reference Cleveland, J. Am. Stat. Assoc. 74 (1979) 829 (local regression); library mode: Raymond, Microlithography World 9 (2000) 18.
 */
export function matchLibrary(index: LibraryIndex, y: ArrayLike<number>, degree: 1 | 2 = 2): LibraryMatch {
  const { library, basis } = index;
  const n = library.header.names.length;
  const k = basis.components;
  const wanted = degree === 2 ? (n + 1) * (n + 2) : 3 * (n + 1);
  const hits = nearestEntries(index, y, Math.min(wanted, library.header.count));
  const query = new Float64Array(k);
  const remainder = project(basis, y, 0, query, 0);
  const rows = Array.from(hits.entries, (e) => library.parameters.subarray(e * n, (e + 1) * n));
  const low = Float64Array.from({ length: n }, (_, j) => Math.min(...rows.map((r) => r[j]!)));
  const high = Float64Array.from({ length: n }, (_, j) => Math.max(...rows.map((r) => r[j]!)));
  const first = rows[0]!;
  const width = low.map((v, j) => (high[j]! - v) / 2 || 1);
  const scores = new Float64Array(rows.length * k);
  hits.entries.forEach((e, i) => {
    project(basis, library.spectra, e * library.header.channels, scores, i * k);
  });
  for (let d = degree; d >= 1; d--) {
    const local = localModel(rows, first, width, scores, k, d as 1 | 2);
    if (!local) continue;
    const r = levenbergMarquardt(
      (u, out) => {
        local(u, out);
        for (let c = 0; c < k; c++) out[c]! -= query[c]!;
        // fewer scores than parameters leave a direction open: stay near the nearest entry
        for (let j = 0; j < n; j++) out[k + j] = 1e-6 * u[j]!;
      },
      new Float64Array(n),
      k + n,
      {
        tolerance: 1e-8,
        lower: low.map((v, j) => (v - first[j]!) / width[j]!),
        upper: high.map((v, j) => (v - first[j]!) / width[j]!),
      },
    );
    return {
      nearest: first.slice(),
      nearestChi2: hits.chi2[0]!,
      parameters: first.map((v, j) => v + width[j]! * r.parameters[j]!),
      chi2: r.cost + remainder * remainder,
      degree: d as 1 | 2,
      isHeld: r.atBound.some((b) => b),
      compared: hits.compared,
    };
  }
  return {
    nearest: first.slice(),
    nearestChi2: hits.chi2[0]!,
    parameters: first.slice(),
    chi2: hits.chi2[0]!,
    degree: 1,
    isHeld: true,
    compared: hits.compared,
  };
}

/** A term whose share of its own is below this is given by the others at these neighbours. */
const DEPENDENT = 1e-8;

/** Monomials of total degree ≤ d in u. */
function terms(u: ArrayLike<number>, degree: 1 | 2): number[] {
  const out = [1];
  for (let a = 0; a < u.length; a++) out.push(u[a]!);
  if (degree === 2) for (let a = 0; a < u.length; a++) for (let b = a; b < u.length; b++) out.push(u[a]! * u[b]!);
  return out;
}

function localModel(
  rows: readonly Float64Array[],
  centre: Float64Array,
  width: Float64Array,
  scores: Float64Array,
  k: number,
  degree: 1 | 2,
): ((u: Float64Array, out: Float64Array) => void) | null {
  const design = rows.map((r) =>
    terms(
      Float64Array.from(r, (v, j) => (v - centre[j]!) / width[j]!),
      degree,
    ),
  );
  const q = design[0]!.length;
  if (rows.length <= q) return null;
  const f = qrFactor(matrix(rows.length, q, Float64Array.from(design.flat())));
  let largest = 0;
  for (let j = 0; j < q; j++) largest = Math.max(largest, Math.abs(f.factors[j * (q + 1)]!));
  // neighbours on a line or a plane
  for (let j = 0; j < q; j++) if (!(Math.abs(f.factors[j * (q + 1)]!) > DEPENDENT * largest)) return null;
  const columns = Array.from({ length: k }, (_, c) => {
    const b = Float64Array.from(rows, (_, i) => scores[i * k + c]!);
    applyQt(f, b);
    return solveR(f, b);
  });
  return (u, out) => {
    const t = terms(u, degree);
    for (let c = 0; c < k; c++) {
      let s = 0;
      for (let j = 0; j < q; j++) s += columns[c]![j]! * t[j]!;
      out[c] = s;
    }
  };
}

/** Errors of an estimator on points that it has not seen, per parameter, in its unit. */
export interface HeldBackError {
  readonly count: number;
  readonly rms: Float64Array;
  /** 95 % of the points are nearer than this. */
  readonly p95: Float64Array;
  readonly max: Float64Array;
}

/**
 * Error of any estimator on held-back rigorous spectra.
 * @param truth - (count, n) row-major.
 * @param estimate - of entry i.
 * @returns errors in the units of the parameters.
 * @throws AppError `invalid_input` without points.
 */
export function heldBackError(truth: Float64Array, n: number, estimate: (i: number) => ArrayLike<number>): HeldBackError {
  const count = truth.length / n;
  if (!(count >= 1)) throw new AppError('invalid_input', 'no held-back points; keep some', { field: 'truth' });
  const errors = Array.from({ length: n }, () => new Float64Array(count));
  for (let i = 0; i < count; i++) {
    const p = estimate(i);
    for (let j = 0; j < n; j++) errors[j]![i] = Math.abs(p[j]! - truth[i * n + j]!);
  }
  for (const e of errors) e.sort();
  return {
    count,
    rms: Float64Array.from(errors, (e) => Math.sqrt(e.reduce((s, v) => s + v * v, 0) / count)),
    p95: Float64Array.from(errors, (e) => e[Math.min(count - 1, Math.ceil(0.95 * count) - 1)]!),
    max: Float64Array.from(errors, (e) => e[count - 1]!),
  };
}

/** Error of the library with interpolation on rigorous spectra that are not in it. */
export function libraryError(index: LibraryIndex, heldBack: SpectralLibrary, degree: 1 | 2 = 2): HeldBackError {
  const m = heldBack.header.channels;
  return heldBackError(
    heldBack.parameters,
    heldBack.header.names.length,
    (i) => matchLibrary(index, heldBack.spectra.subarray(i * m, (i + 1) * m), degree).parameters,
  );
}

/**
 * Library match as the start of the rigorous fit.
 * @param problem - the rigorous problem; its start is replaced.
 * @throws AppError as {@link matchLibrary} and `fitModel`.
 */
export function fitFromLibrary(
  index: LibraryIndex,
  problem: FitProblem,
): { readonly match: LibraryMatch; readonly fit: FitResult } {
  const match = matchLibrary(index, problem.data);
  const start = match.parameters.map((v, j) =>
    Math.min(Math.max(v, problem.lower?.[j] ?? Number.NEGATIVE_INFINITY), problem.upper?.[j] ?? Number.POSITIVE_INFINITY),
  );
  return { match, fit: fitModel({ ...problem, start }) };
}
