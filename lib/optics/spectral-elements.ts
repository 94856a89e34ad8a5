import { type Complex, type ComplexArray, cdiv, complexArray } from '@/lib/numerics';
import { type Piecewise, reciprocal } from './fourier';

/** How fine the mesh of {@link spectralMesh} is. */
export interface MeshResolution {
  /** Degree of the elements at the steps; it grows by one an element away from them. */
  readonly degree: number;
  /** Number of geometric refinements (factor 0.2) towards every step, counted from the period. */
  readonly levels: number;
}

/** Nodes of a periodic mesh of Legendre elements; the right end of the last element is node 0 one period on. */
export interface SpectralMesh {
  readonly elements: readonly {
    readonly from: number;
    readonly length: number;
    readonly degree: number;
    readonly first: number;
  }[];
  /** Positions in units of the period. */
  readonly nodes: Float64Array;
  /** Lumped mass of every node (Gauss–Lobatto weights), in units of the period. */
  readonly mass: Float64Array;
}

const GRADING = 0.2;
const lobattoRules = new Map<number, { nodes: Float64Array; weights: Float64Array; stiffness: Float64Array }>();

/**
 * Gauss–Lobatto–Legendre rule of degree p on [−1, 1] and the stiffness matrix ∫ℓ_i′ℓ_j′ of its Lagrange polynomials, (p + 1, p + 1) row-major.
 * @param p - degree, 1 or more.
 * @returns nodes and weights, (p + 1,).
 * @reference Canuto, Hussaini, Quarteroni & Zang, Spectral Methods (2006), §2.3.
 */
export function lobatto(p: number): { nodes: Float64Array; weights: Float64Array; stiffness: Float64Array } {
  const known = lobattoRules.get(p);
  if (known) return known;
  const n = p + 1;
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  const legendre = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * i) / p);
    let value = 0;
    for (let k = 0; k < 100; k++) {
      let before = 1;
      value = x;
      for (let j = 2; j <= p; j++) [before, value] = [value, ((2 * j - 1) * x * value - (j - 1) * before) / j];
      const step = i === 0 || i === p ? 0 : (x * value - before) / (n * value);
      x -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    nodes[i] = x;
    legendre[i] = value;
    weights[i] = 2 / (p * n * value * value);
  }
  const d = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (i !== j) d[i * n + j] = legendre[i]! / (legendre[j]! * (nodes[i]! - nodes[j]!));
  }
  d[0] = (-p * n) / 4;
  d[n * n - 1] = (p * n) / 4;
  const stiffness = new Float64Array(n * n);
  for (let q = 0; q < n; q++)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) stiffness[i * n + j]! += weights[q]! * d[q * n + i]! * d[q * n + j]!;
  const rule = { nodes, weights, stiffness };
  lobattoRules.set(p, rule);
  return rule;
}

/**
 * Mesh with element boundaries on every step of every layer, graded geometrically towards the steps, where the field has the singularity of an edge.
 * @param breaks - positions of the steps in units of the period.
 * @param periodWaves - number of waves in the densest medium along a period.
 * @returns nodes in units of the period, rising.
 * @reference Schwab, p- and hp-Finite Element Methods (1998), §4.5 (exponential convergence on geometric meshes).
 */
export function spectralMesh(breaks: readonly number[], periodWaves: number, resolution: MeshResolution): SpectralMesh {
  const points = [...new Set(breaks)].sort((a, b) => a - b);
  if (points.length === 0) points.push(0);
  const smallest = 0.5 * GRADING ** resolution.levels;
  const cuts: { from: number; length: number; rank: number }[] = [];
  for (const [i, a] of points.entries()) {
    const b = points[i + 1] ?? points[0]! + 1;
    if (b - a < 1e-9) continue;
    const half: number[] = [];
    for (let h = smallest; h < 0.5 * (b - a) * 0.7; h /= GRADING) half.push(h);
    const inner = [a, ...half.map((h) => a + h), ...half.toReversed().map((h) => b - h), b];
    for (let k = 0; k + 1 < inner.length; k++)
      cuts.push({ from: inner[k]!, length: inner[k + 1]! - inner[k]!, rank: Math.min(k, inner.length - 2 - k) });
  }
  let first = 0;
  const elements = cuts.map((c) => {
    const degree = resolution.degree + c.rank + Math.ceil(4 * periodWaves * c.length);
    const e = { from: c.from, length: c.length, degree, first };
    first += degree;
    return e;
  });
  const nodes = new Float64Array(first);
  const mass = new Float64Array(first);
  for (const e of elements) {
    const rule = lobatto(e.degree);
    for (let k = 0; k <= e.degree; k++) {
      const at = (e.first + k) % first;
      if (k < e.degree) nodes[at] = e.from + 0.5 * e.length * (1 + rule.nodes[k]!);
      mass[at]! += 0.5 * e.length * rule.weights[k]!;
    }
  }
  return { elements, nodes, mass };
}

/** Value of a piecewise function at the middle of an element. @param x - in units of the period. */
export function valueAt(p: Piecewise, x: number): Complex {
  const u = x - Math.floor(x);
  let k = p.breaks.length - 1;
  for (let i = 0; i + 1 < p.breaks.length; i++) {
    if (u >= p.breaks[i]! && u < p.breaks[i + 1]!) {
      k = i;
      break;
    }
  }
  return p.values[k]!;
}

/**
 * Matrices of one layer in nodal values scaled by the root of the mass: V = iB∂U/∂(k₀z)/i and ∂²U/∂(k₀z)² = −B⁻¹Q U.
 * TE: B = 1, Q = ε + ∂²/k₀². TM: B = 1/ε, Q = 1 + ∂(1/ε)∂/k₀².
 * @param permittivity - ε along the period, or null for a stiffness matrix alone (ε = 0 in Q, weight 1): Q = ∂²/k₀².
 * @param k0Period - 2πΛ/λ.
 * @param phase - exp(i k_x,0 Λ).
 * @returns B and Q, (nodes,) diagonal and (nodes, nodes).
 * @reference Canuto et al., Spectral Methods (2006), §5.
 */
export function elementMatrices(
  mesh: SpectralMesh,
  permittivity: Piecewise | null,
  polarisation: 'TE' | 'TM',
  k0Period: number,
  phase: Complex,
): { b: ComplexArray; q: ComplexArray } {
  const n = mesh.nodes.length;
  const b = complexArray(n);
  const q = complexArray(n * n);
  const one = { re: 1, im: 0 };
  const root = mesh.mass.map(Math.sqrt);
  for (const e of mesh.elements) {
    const eps = permittivity ? valueAt(permittivity, e.from + 0.5 * e.length) : { re: 0, im: 0 };
    const weight = permittivity && polarisation === 'TM' ? reciprocal(eps) : one;
    const local = permittivity && polarisation === 'TM' ? one : eps;
    const rule = lobatto(e.degree);
    const m = e.degree + 1;
    const scale = -2 / (e.length * k0Period * k0Period);
    for (let i = 0; i < m; i++) {
      const row = (e.first + i) % n;
      const w = (0.5 * e.length * rule.weights[i]!) / mesh.mass[row]!;
      b.re[row]! += w * weight.re;
      b.im[row]! += w * weight.im;
      q.re[row * n + row]! += w * local.re;
      q.im[row * n + row]! += w * local.im;
      for (let j = 0; j < m; j++) {
        const col = (e.first + j) % n;
        const s = (scale * rule.stiffness[i * m + j]!) / (root[row]! * root[col]!);
        // the node past the last one is node 0 times the phase
        const far = (e.first + i >= n ? -1 : 0) + (e.first + j >= n ? 1 : 0);
        const im = far * phase.im;
        const re = far === 0 ? 1 : phase.re;
        q.re[row * n + col]! += s * (weight.re * re - weight.im * im);
        q.im[row * n + col]! += s * (weight.re * im + weight.im * re);
      }
    }
  }
  return { b, q };
}

/** Rows of A divided by a diagonal. @param a - (n, n), row-major; d - (n,). */
export function divideRows(a: ComplexArray, d: ComplexArray, n: number): ComplexArray {
  const out = complexArray(n * n);
  for (let i = 0; i < n; i++) {
    const inverse = cdiv({ re: 1, im: 0 }, { re: d.re[i]!, im: d.im[i]! });
    for (let j = 0; j < n; j++) {
      const p = i * n + j;
      out.re[p] = a.re[p]! * inverse.re - a.im[p]! * inverse.im;
      out.im[p] = a.re[p]! * inverse.im + a.im[p]! * inverse.re;
    }
  }
  return out;
}
