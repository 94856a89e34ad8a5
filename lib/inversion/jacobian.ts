import { AppError } from '@/lib/errors';

/** A forward model: parameters to data, pure. It always returns the same number of values, in the order of the data. */
export type ForwardModel = (parameters: Float64Array) => Float64Array;

/** Bounds and steps of difference quotients. */
export interface DifferenceOptions {
  /** (n,). */
  readonly lower?: ArrayLike<number>;
  /** (n,). */
  readonly upper?: ArrayLike<number>;
  /** Step over max(|p|, 1e-2·typical). Default 5e-5: truncation error h⁴, rounding error about 1e-11. */
  readonly relativeStep?: number;
  /** Size of a parameter where its value may be 0. Default 1. */
  readonly typical?: ArrayLike<number>;
  /** Data that are angles modulo 360: differences are wrapped into (−180, 180]. */
  readonly periodic360?: ArrayLike<boolean>;
}

/** x wrapped into (−180, 180]. @param x - degrees. */
export const wrap180 = (x: number): number => {
  const y = x - 360 * Math.round(x / 360);
  return y === -180 ? 180 : y;
};

/**
 * J_ij = ∂f_i/∂p_j, shape (m, n) row-major, by 5-point differences of fourth order; one-sided where a bound is nearer than the stencil.
 * @param parameters - p, (n,).
 * @param base - f(p), which one-sided stencils and wrapping refer to.
 * @returns J, unit data/unit parameter.
 * @throws AppError `out_of_domain` naming the parameter when the model is not finite next to p.
 * @complexity 4n evaluations of the model.
 * @reference Abramowitz & Stegun (1964), Table 25.2.
 */
export function differenceJacobian(
  model: ForwardModel,
  parameters: Float64Array,
  base: Float64Array,
  options: DifferenceOptions = {},
): Float64Array {
  const n = parameters.length;
  const m = base.length;
  const out = new Float64Array(m * n);
  for (let j = 0; j < n; j++) {
    const p = parameters[j]!;
    const h = (options.relativeStep ?? 5e-5) * Math.max(Math.abs(p), 1e-2 * (options.typical?.[j] ?? 1));
    const up = (options.upper?.[j] ?? Number.POSITIVE_INFINITY) - p >= 2 * h;
    const down = p - (options.lower?.[j] ?? Number.NEGATIVE_INFINITY) >= 2 * h;
    const [offsets, weights] =
      up === down
        ? [
            [-2, -1, 1, 2],
            [1 / 12, -8 / 12, 8 / 12, -1 / 12],
          ]
        : [[1, 2, 3, 4].map((k) => (up ? k : -k)), [48 / 12, -36 / 12, 16 / 12, -3 / 12].map((w) => (up ? w : -w))];
    for (const [k, offset] of offsets.entries()) {
      const q = parameters.slice();
      q[j] = p + offset * h;
      const f = model(q);
      for (let i = 0; i < m; i++) {
        // differences to the base carry no constant: the stencil weights of f(p) are theirs
        const d = options.periodic360?.[i] ? wrap180(f[i]! - base[i]!) : f[i]! - base[i]!;
        if (!Number.isFinite(d))
          throw new AppError('out_of_domain', `the model is not finite at parameter ${j} = ${q[j]}; tighten its bounds`, {
            parameter: j,
          });
        out[i * n + j]! += (weights[k]! * d) / h;
      }
    }
  }
  return out;
}

/**
 * Columns of a Jacobian, (m, n) row-major, that are 0 throughout: parameters that the model does not depend on, to first order, at this point.
 * @returns their indices, ascending.
 */
export function deadColumns(jacobian: Float64Array, n: number): number[] {
  const alive = new Uint8Array(n);
  for (let i = 0; i < jacobian.length; i++) if (jacobian[i] !== 0) alive[i % n] = 1;
  return [...alive.keys()].filter((j) => alive[j] === 0);
}

/** Rows of a row-major matrix, in the order asked for. @param m - (rows, columns) row-major. @returns (chosen rows, columns) row-major. */
export function rowsOf(m: Float64Array, rows: Int32Array, columns: number): Float64Array {
  const out = new Float64Array(rows.length * columns);
  rows.forEach((i, k) => {
    out.set(m.subarray(i * columns, (i + 1) * columns), k * columns);
  });
  return out;
}
