import type { FieldTolerance, Mismatch, ReferenceCase, Tolerance } from './types';

interface Resolved extends FieldTolerance {
  readonly key: string;
}

/**
 * Compare computed values with `expected` by the rules of stats-reference/1: absolute plus relative tolerance, `relToMax`,
 * `minLre`, `oneSided`, `signFree`, and exact equality where both tolerances are zero. The order of lists counts, but for those that the case calls
 * `unordered`.
 */
export function compareCase(got: unknown, c: ReferenceCase): Mismatch[] {
  const out: Mismatch[] = [];
  walk(got, c.expected, [], c.tolerance, out);
  return out;
}

function walk(got: unknown, expected: unknown, path: string[], tolerance: Tolerance, out: Mismatch[]): void {
  if (Array.isArray(expected)) {
    const tol = resolve(tolerance, path);
    if (isFreeOfSign(tolerance, path)) got = alignColumns(got, expected);
    if (isUnordered(tolerance, path) && Array.isArray(got)) compareArray(inOrder(got), inOrder(expected), path, tol, out);
    else compareArray(got, expected, path, tol, out);
    return;
  }
  if (expected !== null && typeof expected === 'object') {
    const source = (got ?? {}) as Record<string, unknown>;
    for (const [key, value] of Object.entries(expected)) walk(source[key], value, [...path, key], tolerance, out);
    return;
  }
  compareLeaf(got, expected, path, resolve(tolerance, path), Number.NaN, out);
}

function compareArray(got: unknown, expected: unknown[], path: string[], tol: Resolved, out: Mismatch[]): void {
  const g = ArrayBuffer.isView(got) ? Array.from(got as unknown as ArrayLike<unknown>) : got;
  if (!Array.isArray(g) || g.length !== expected.length) {
    out.push(mismatch(path, Array.isArray(g) ? `${g.length} entries` : g, `${expected.length} entries`, tol));
    return;
  }
  const largest = tol.relToMax === undefined ? Number.NaN : largestMagnitude(expected);
  compareNested(g, expected, path, tol, largest, out);
}

function compareNested(got: unknown, expected: unknown, path: string[], tol: Resolved, largest: number, out: Mismatch[]): void {
  if (Array.isArray(expected)) {
    const g = ArrayBuffer.isView(got) ? Array.from(got as unknown as ArrayLike<unknown>) : got;
    if (!Array.isArray(g) || g.length !== expected.length) {
      out.push(mismatch(path, Array.isArray(g) ? `${g.length} entries` : g, `${expected.length} entries`, tol));
      return;
    }
    for (let i = 0; i < expected.length; i++) compareNested(g[i], expected[i], [...path, String(i)], tol, largest, out);
    return;
  }
  if (expected !== null && typeof expected === 'object') {
    for (const [k, v] of Object.entries(expected))
      compareNested((got as Record<string, unknown> | undefined)?.[k], v, [...path, k], tol, largest, out);
    return;
  }
  compareLeaf(got, expected, path, tol, largest, out);
}

function compareLeaf(got: unknown, expected: unknown, path: string[], tol: Resolved, largest: number, out: Mismatch[]): void {
  if (expected === null) {
    const none = got === null || got === undefined || (typeof got === 'number' && Number.isNaN(got));
    if (!none) out.push(mismatch(path, got, expected, tol));
    return;
  }
  if ((expected === 'inf' && got === Number.POSITIVE_INFINITY) || (expected === '-inf' && got === Number.NEGATIVE_INFINITY))
    return;
  if (typeof expected !== 'number') {
    if (got !== expected) out.push(mismatch(path, got, expected, tol));
    return;
  }
  if (typeof got !== 'number' || Number.isNaN(got)) {
    out.push(mismatch(path, got, expected, tol));
    return;
  }
  const error = Math.abs(got - expected);
  if (tol.oneSided !== undefined) {
    const larger = tol.oneSided.includes('larger');
    if (larger ? got >= expected : got <= expected) return;
  }
  if (tol.minLre !== undefined && digits(got, expected) >= tol.minLre - 0.05) return;
  if (tol.relToMax !== undefined) {
    const scale = Number.isNaN(largest) ? Math.abs(expected) : largest;
    if (error <= tol.relToMax * scale) return;
  }
  if (error <= (tol.abs ?? 0) + (tol.rel ?? 0) * Math.abs(expected)) return;
  out.push(mismatch(path, got, expected, tol));
}

/** Number of correct significant digits; for a certified zero the absolute error counts. */
function digits(got: number, expected: number): number {
  const error = expected === 0 ? Math.abs(got) : Math.abs(got - expected) / Math.abs(expected);
  return error === 0 ? 16 : -Math.log10(error);
}

function resolve(tolerance: Tolerance, path: readonly string[]): Resolved {
  let best: Resolved | null = null;
  let bestLength = 0;
  for (const [key, value] of Object.entries(tolerance.fields ?? {})) {
    const length = matchLength(key.split('.'), path);
    if (length > bestLength) {
      best = { key, ...value };
      bestLength = length;
    }
  }
  if (best) return best;
  const base = tolerance.default ?? tolerance;
  return { key: 'default', ...base, ...(tolerance.minLre === undefined ? {} : { minLre: tolerance.minLre }) };
}

// A key matches from the top ('*' is one level), or a single name anywhere on the path; it covers everything below.
function matchLength(key: readonly string[], path: readonly string[]): number {
  if (key.length === 1 && key[0] !== '*') {
    const at = path.indexOf(key[0]!);
    return at < 0 ? 0 : at + 1;
  }
  if (key.length > path.length) return 0;
  return key.every((k, i) => k === '*' || k === path[i]) ? key.length : 0;
}

function isUnordered(tolerance: Tolerance, path: readonly string[]): boolean {
  return (tolerance.unordered ?? []).includes(path.at(-1) ?? '');
}

/** Entries, and their own entries where those are lists of places, by their text: two lists of the same things become equal. */
function inOrder(v: readonly unknown[]): unknown[] {
  const key = (x: unknown) => JSON.stringify(x);
  return v.map((x) => (Array.isArray(x) ? inOrder(x) : x)).sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function largestMagnitude(x: unknown): number {
  if (Array.isArray(x)) return x.reduce<number>((m, v) => Math.max(m, largestMagnitude(v)), 0);
  if (x !== null && typeof x === 'object') return largestMagnitude(Object.values(x));
  return typeof x === 'number' ? Math.abs(x) : 0;
}

function isFreeOfSign(tolerance: Tolerance, path: readonly string[]): boolean {
  return (tolerance.signFree ?? []).some((name) => path.at(-1) === name);
}

// Each column of a matrix may carry the other sign.
function alignColumns(got: unknown, expected: unknown[]): unknown {
  if (!Array.isArray(got) || !Array.isArray(got[0]) || !Array.isArray(expected[0])) return got;
  const rows = got as number[][];
  const wanted = expected as number[][];
  const sign = wanted[0]!.map((_, j) => (wanted.reduce((s, row, i) => s + row[j]! * (rows[i]?.[j] ?? 0), 0) < 0 ? -1 : 1));
  return rows.map((row) => row.map((v, j) => v * (sign[j] ?? 1)));
}

function mismatch(path: readonly string[], got: unknown, expected: unknown, tol: Resolved): Mismatch {
  const { key, ...rest } = tol;
  return { path: path.join('.'), got, expected, tolerance: `${key} ${JSON.stringify(rest)}` };
}
