import { gaussLegendre, normalPdf, solveInPlace } from '@/lib/numerics';

/**
 * Values of a function of x in (0, 1) stand at Gauss–Legendre nodes; `up` integrates its interpolant from a node to 1. The nodes are symmetric, so the integral of
 * g(1 − y) over y from 0 to node j is row M − 1 − j of `up`.
 */
interface Collocation {
  readonly weights: Float64Array;
  /** M × M, row-major. */
  readonly up: Float64Array;
}

const NODES = 28;
let known: Collocation | null = null;

/** Legendre's P_0 … P_n at x. */
function legendre(n: number, x: number): Float64Array {
  const p = new Float64Array(n + 1).fill(1);
  if (n > 0) p[1] = x;
  for (let k = 2; k <= n; k++) p[k] = ((2 * k - 1) * x * p[k - 1]! - (k - 1) * p[k - 2]!) / k;
  return p;
}

/** The interpolant is Σ (2k + 1)/2 · (g, P_k) P_k, and ∫_x^1 P_k = (P_{k−1}(x) − P_{k+1}(x))/(2k + 1), 1 − x for k = 0. */
function collocation(): Collocation {
  if (known !== null) return known;
  const { nodes, weights } = gaussLegendre(NODES);
  const at = Array.from(nodes, (x) => legendre(NODES, x));
  const up = new Float64Array(NODES * NODES);
  for (let j = 0; j < NODES; j++)
    for (let m = 0; m < NODES; m++) {
      let s = 0;
      for (let k = 0; k < NODES; k++) {
        const tail = k === 0 ? 1 - nodes[j]! : (at[j]![k - 1]! - at[j]![k + 1]!) / (2 * k + 1);
        s += ((2 * k + 1) / 2) * weights[m]! * at[m]![k]! * tail;
      }
      up[j * NODES + m] = s / 2; // (−1, 1) is twice as long as (0, 1)
    }
  known = { weights: Float64Array.from(weights, (w) => w / 2), up };
  return known;
}

/** Beyond so many points a trend is so rare that its rate alone says how long it takes: the system above would lose its digits. */
const RARE_TREND = 12;

/**
 * Average run length of "n points steadily increasing or decreasing" alone, on independent points of any continuous distribution: only their order counts, so they
 * are uniform. With g_k(x) the points still expected when the last k steps rose and the last point is x:
 * g_k(x) = 1 + ∫_x^1 g_{k+1}(y) dy + ∫_0^x g_1(1 − y) dy, g_{n−1} = 0; a fall is a rise of 1 − y.
 * @param n - points, 2 or more.
 * @returns points until the first signal; exact to rounding up to n = 12, beyond by the rate 2n/(n + 1)! of runs that reach n points.
 * @complexity O(n · 28³).
 */
export function trendArl(n: number): number {
  if (n === 2) return 2;
  if (n > RARE_TREND) {
    let factorial = 1;
    for (let k = 2; k <= n + 1; k++) factorial *= k;
    return factorial / (2 * n);
  }
  const { up } = collocation();
  // g_k = a + B g_1, from g_{n−1} = 0 down to g_1
  let a: Float64Array = new Float64Array(NODES);
  let b: Float64Array = new Float64Array(NODES * NODES);
  for (let k = n - 2; k >= 1; k--) {
    const nextA = apply(up, a).map((v) => v + 1);
    const nextB = product(up, b);
    for (let j = 0; j < NODES; j++) for (let m = 0; m < NODES; m++) nextB[j * NODES + m]! += up[(NODES - 1 - j) * NODES + m]!;
    [a, b] = [nextA, nextB];
  }
  return startOf(solved(a, b));
}

/**
 * The same of "n points alternating up and down": a_k(x) after k alternating steps of which the last rose to x is
 * 1 + ∫_x^1 a_1(y) dy + ∫_0^x a_{k+1}(1 − y) dy, a_{n−1} = 0.
 * @param n - points, 2 or more.
 * @complexity O(n · 28³).
 */
export function alternationArl(n: number): number {
  if (n === 2) return 2;
  const { up } = collocation();
  const down = new Float64Array(NODES * NODES);
  for (let j = 0; j < NODES; j++) down.set(up.subarray((NODES - 1 - j) * NODES, (NODES - j) * NODES), j * NODES);
  let a: Float64Array = new Float64Array(NODES);
  let b: Float64Array = new Float64Array(NODES * NODES);
  for (let k = n - 2; k >= 1; k--) {
    const nextA = apply(down, a).map((v) => v + 1);
    const nextB = product(down, b);
    for (let i = 0; i < up.length; i++) nextB[i]! += up[i]!;
    [a, b] = [nextA, nextB];
  }
  return startOf(solved(a, b));
}

/** g of (I − B) g = a. */
function solved(a: Float64Array, b: Float64Array): Float64Array {
  const m = Float64Array.from(b, (v) => -v);
  for (let j = 0; j < NODES; j++) m[j * NODES + j]! += 1;
  const g = Float64Array.from(a);
  solveInPlace(m, NODES, g);
  return g;
}

/** From an empty history: one point, then a step up or down from it. */
function startOf(g: Float64Array): number {
  const { weights, up } = collocation();
  const rise = apply(up, g);
  let s = 2;
  for (let j = 0; j < NODES; j++) s += weights[j]! * (rise[j]! + rise[NODES - 1 - j]!);
  return s;
}

function apply(m: Float64Array, v: Float64Array): Float64Array {
  const out = new Float64Array(NODES);
  for (let j = 0; j < NODES; j++) {
    let s = 0;
    for (let k = 0; k < NODES; k++) s += m[j * NODES + k]! * v[k]!;
    out[j] = s;
  }
  return out;
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(NODES * NODES);
  for (let j = 0; j < NODES; j++)
    for (let k = 0; k < NODES; k++) {
      const v = a[j * NODES + k]!;
      for (let m = 0; m < NODES; m++) out[j * NODES + m]! += v * b[k * NODES + m]!;
    }
  return out;
}

/** Grid of {@link rangeArl}, zone widths. */
const STEP = 0.05;
const REACH = 8;

/**
 * Average run length of "two successive points on opposite sides of the centre line, more than `sigma` apart" alone, on independent N(μ, 1) points: f(x) = 1 + ∫ f φ
 * − ∫_{S(x)} f(y) φ(y − μ) dy with S(x) what lies opposite to x and further than `sigma`; by the trapezoidal rule on a grid on which x − `sigma` falls.
 * @param sigma - zone widths between the points, above 0.
 * @param mu - shift in zone widths.
 * @param limit - a point further than this from the centre line signals by itself; Infinity: none does.
 * @returns points until the first signal; to 0.1 %.
 * @complexity one dense system of some 330 unknowns.
 */
export function rangeArl(sigma: number, mu = 0, limit = Number.POSITIVE_INFINITY): number {
  const h = sigma / Math.max(1, Math.round(sigma / STEP));
  const half = Math.ceil((REACH + Math.abs(mu)) / h);
  const n = 2 * half + 1;
  const far = Math.round(sigma / h);
  // a node on the limit counts half, one beside it by its share of the cell
  const inside = (x: number): number => Math.min(1, Math.max(0, (limit - Math.abs(x)) / h + 0.5));
  const weight = Float64Array.from({ length: n }, (_, i) => h * normalPdf((i - half) * h - mu) * inside((i - half) * h));
  const m = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    m[i * n + i] = 1;
    const x = i - half;
    for (let j = 0; j < n; j++) m[i * n + j]! -= weight[j]!;
    // the part that signals: its first node on the border counts half
    const [from, to] = x > 0 ? [0, half + Math.min(0, x - far)] : x < 0 ? [half + Math.max(0, x + far), n - 1] : [0, -1];
    for (let j = Math.max(0, from); j <= Math.min(n - 1, to); j++)
      m[i * n + j]! += weight[j]! * (j === (x > 0 ? to : from) ? 0.5 : 1);
  }
  const f = new Float64Array(n).fill(1);
  solveInPlace(m, n, f);
  let s = 1;
  for (let j = 0; j < n; j++) s += weight[j]! * f[j]!;
  return s;
}
