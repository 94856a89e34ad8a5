import { type Complex, type ComplexArray, cdiv, cmul, complexArray, complexMultiply } from '@/lib/numerics';
import { complexBlock, minus, times, ZERO } from './complex-arithmetic';
import { coverage, fourierCoefficients, piecewisePermittivity, reciprocal, toeplitz } from './fourier';
import type { GratingLayer } from './line-grating-model';

/** How a layer moves with one parameter p: every entry is ∂/∂p. What is left out does not move. */
export interface LayerTangent {
  readonly thicknessNm?: number;
  /** ∂ñ of the background. */
  readonly background?: Complex;
  /** In the order of the layer's segments. */
  readonly segments?: readonly ({ readonly x0Nm?: number; readonly x1Nm?: number; readonly index?: Complex } | null)[];
}

/** Changes of the Fourier coefficients of ε (`direct`) and of 1/ε (`inverse`) of a layer. */
export interface FourierChange {
  /** A moved edge at x (in periods) adds jump·exp(−2πi m x) to order m: a matrix of rank one. */
  readonly edges: readonly { readonly at: number; readonly direct: Complex; readonly inverse: Complex }[];
  /** Coefficients of changed values, orders −order..order; null where no index changes. */
  readonly values: { readonly direct: ComplexArray; readonly inverse: ComplexArray } | null;
}

/**
 * Change of the Fourier coefficients of a layer along a tangent: a moved edge at x adds jump·exp(−2πi m x)·∂x, a changed index its coefficients.
 * @param periodNm - Λ, nm.
 * @param order - highest |m| wanted.
 * @returns null when nothing in the layer but its thickness moves.
 */
export function fourierTangent(
  layer: GratingLayer,
  tangent: LayerTangent,
  periodNm: number,
  order: number,
): FourierChange | null {
  const { breaks, owners, edges } = coverage(periodNm, layer.segments);
  const shape = piecewisePermittivity(periodNm, layer.background, layer.segments);
  const moved = edges.flatMap((e, i) => {
    const by = e ? (tangent.segments?.[e.segment]?.[e.end] ?? 0) / periodNm : 0;
    if (by === 0) return [];
    const left = shape.values[(i + owners.length - 1) % owners.length]!;
    const right = shape.values[i]!;
    const inverse = times(minus(reciprocal(left), reciprocal(right)), by);
    return [{ at: breaks[i]!, direct: times(minus(left, right), by), inverse }];
  });
  const deltas = owners.map((o) => {
    const dn = o < 0 ? tangent.background : tangent.segments?.[o]?.index;
    const index = o < 0 ? layer.background : layer.segments[o]!.index;
    return dn ? cmul(times(index, 2), dn) : ZERO;
  });
  const isChanged = deltas.some((d) => d.re !== 0 || d.im !== 0);
  if (moved.length === 0 && !isChanged) return null;
  const inverted = deltas.map((d, i) => times(cdiv(d, cmul(shape.values[i]!, shape.values[i]!)), -1));
  const values = isChanged
    ? {
        direct: fourierCoefficients({ breaks, values: deltas }, order),
        inverse: fourierCoefficients({ breaks, values: inverted }, order),
      }
    : null;
  return { edges: moved, values };
}

/**
 * L·T·R of the Toeplitz matrix T of a change: L is (rows, n), R is (n, cols). Edges cost rows·cols each, changed values two products.
 * @returns (rows, cols), row-major.
 */
export function throughChange(
  left: ComplexArray,
  change: FourierChange,
  which: 'direct' | 'inverse',
  right: ComplexArray,
  rows: number,
  n: number,
  cols: number,
): ComplexArray {
  const out = change.values
    ? complexMultiply(complexMultiply(left, toeplitz(change.values[which], n), rows, n, n), right, rows, n, cols)
    : complexArray(rows * cols);
  const [wave, row] = complexBlock(n, cols) as [ComplexArray, ComplexArray];
  for (const e of change.edges) {
    for (let j = 0; j < n; j++) {
      wave.re[j] = Math.cos(2 * Math.PI * j * e.at);
      wave.im[j] = -Math.sin(2 * Math.PI * j * e.at);
    }
    row.re.fill(0);
    row.im.fill(0);
    for (let j = 0; j < n; j++) {
      const wr = wave.re[j]!;
      const wi = -wave.im[j]!;
      for (let k = 0; k < cols; k++) {
        row.re[k]! += wr * right.re[j * cols + k]! - wi * right.im[j * cols + k]!;
        row.im[k]! += wr * right.im[j * cols + k]! + wi * right.re[j * cols + k]!;
      }
    }
    const jump = e[which];
    for (let i = 0; i < rows; i++) {
      let u = 0;
      let v = 0;
      for (let j = 0; j < n; j++) {
        u += left.re[i * n + j]! * wave.re[j]! - left.im[i * n + j]! * wave.im[j]!;
        v += left.re[i * n + j]! * wave.im[j]! + left.im[i * n + j]! * wave.re[j]!;
      }
      const a = u * jump.re - v * jump.im;
      const b = u * jump.im + v * jump.re;
      for (let k = 0; k < cols; k++) {
        out.re[i * cols + k]! += a * row.re[k]! - b * row.im[k]!;
        out.im[i * cols + k]! += a * row.im[k]! + b * row.re[k]!;
      }
    }
  }
  return out;
}
