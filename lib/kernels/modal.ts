import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray } from './complex-array';
import { type Kernels, withKernels } from './load';

/** Modes of a layer: fields U = W(X a + b), H = V(X a − b), X = exp(i g d). Matrices (n, n) row-major, g (n,). */
export interface Modes {
  readonly n: number;
  readonly g: ComplexArray;
  readonly w: ComplexArray;
  readonly v: ComplexArray;
  readonly wInverse: ComplexArray;
  readonly vInverse: ComplexArray;
}

/** The result of a step of the admittance through a layer. */
export interface ModalStep {
  /** X. */
  readonly x: ComplexArray;
  /** Reflection of the modes at the far end. */
  readonly rho: ComplexArray;
  /** (I + XρX)⁻¹. */
  readonly top: ComplexArray;
  readonly admittance: ComplexArray;
}

/**
 * Admittance H = Y·U at the near end of a layer from that at its far end: ρ = (I + y)⁻¹(I − y) with y = V⁻¹YW, Q = XρX, Y_near = V(I − Q)(I +
 * Q)⁻¹W⁻¹. One pass in the memory of the kernels: at the orders of line gratings, copies between calls cost more than the products.
 * @param y - Y, (n, n); not changed. @param d - depth, in the unit of 1/g.
 * @throws AppError `rank_deficient` at an exact resonance.
 * @complexity about 60 n³ real flops.
 */
export function modalStep(modes: Modes, y: ComplexArray, d: number): ModalStep {
  const { n, g } = modes;
  const size = n * n;
  // results first: x, ρ, top, Y; then the inputs and two work matrices, real part before imaginary part
  const rho = 2 * n;
  const top = rho + 2 * size;
  const out = top + 2 * size;
  const inputs = [modes.vInverse, y, modes.w, modes.v, modes.wInverse];
  const given = out + 2 * size;
  const work = given + 2 * size * inputs.length;
  const results = withKernels(work + 4 * size + n, (kernels, s, at) => {
    for (const [k, a] of inputs.entries()) {
      s.set(a.re, given + 2 * k * size);
      s.set(a.im, given + (2 * k + 1) * size);
    }
    const input = (k: number): number => given + 2 * k * size;
    const other = work + 2 * size;
    const multiply = (a: number, b: number, c: number): void => product(kernels, s, at, n, a, b, c);
    multiply(input(0), input(1), work);
    multiply(work, input(2), other);
    for (let i = 0; i < n; i++) s[other + i * (n + 1)]! += 1;
    invert(kernels, s, at, n, other, rho, work);
    doubleLessOne(s, n, rho, rho);
    for (let i = 0; i < n; i++) {
      const m = Math.exp(-g.im[i]! * d);
      s[i] = m * Math.cos(g.re[i]! * d);
      s[n + i] = m * Math.sin(g.re[i]! * d);
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const p = i * n + j;
        const xr = s[i]! * s[j]! - s[n + i]! * s[n + j]!;
        const xi = s[i]! * s[n + j]! + s[n + i]! * s[j]!;
        const [re, im] = [s[rho + p]!, s[rho + size + p]!];
        s[other + p] = re * xr - im * xi + (i === j ? 1 : 0);
        s[other + size + p] = re * xi + im * xr;
      }
    }
    invert(kernels, s, at, n, other, top, work);
    // (I − Q)(I + Q)⁻¹ = 2(I + Q)⁻¹ − I
    doubleLessOne(s, n, top, other);
    multiply(input(3), other, work);
    multiply(work, input(4), out);
    return s.slice(0, given);
  });
  const matrixAt = (from: number): ComplexArray =>
    complexArray(size, results.subarray(from, from + size), results.subarray(from + size, from + 2 * size));
  return {
    x: complexArray(n, results.subarray(0, n), results.subarray(n, 2 * n)),
    rho: matrixAt(rho),
    top: matrixAt(top),
    admittance: matrixAt(out),
  };
}

// C = A·B at offsets in the scratch.
function product(kernels: Kernels, s: Float64Array, at: number, n: number, a: number, b: number, c: number): void {
  const part = 8 * n * n;
  const [pa, pb, pc] = [at + 8 * a, at + 8 * b, at + 8 * c];
  s.fill(0, c, c + 2 * n * n);
  kernels.complexGemm(n, n, n, 1, pa, pa + part, n, 1, pb, pb + part, n, 1, pc, pc + part, n);
}

// B = A⁻¹; A is destroyed, `pivots` is scratch of n.
function invert(kernels: Kernels, s: Float64Array, at: number, n: number, a: number, b: number, pivots: number): void {
  const part = 8 * n * n;
  s.fill(0, b, b + 2 * n * n);
  for (let i = 0; i < n; i++) s[b + i * (n + 1)] = 1;
  const [pa, pb] = [at + 8 * a, at + 8 * b];
  const column = kernels.complexSolve(n, n, pa, pa + part, pb, pb + part, at + 8 * pivots);
  if (column >= 0)
    throw new AppError('rank_deficient', `complex matrix of order ${n}: column ${column} has no pivot`, { column });
}

// B = 2A − I.
function doubleLessOne(s: Float64Array, n: number, a: number, b: number): void {
  for (let p = 0; p < 2 * n * n; p++) s[b + p] = 2 * s[a + p]!;
  for (let i = 0; i < n; i++) s[b + i * (n + 1)]! -= 1;
}
