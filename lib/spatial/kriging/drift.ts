import { type Matrix, matrix } from '@/lib/numerics';

/** Drift of universal kriging: none, constant (ordinary kriging), linear 1, x, y, or quadratic 1, x, y, x², xy, y². */
export type Drift = 'none' | 'constant' | 'linear' | 'quadratic';

const POWERS: Readonly<Record<Drift, readonly (readonly [number, number])[]>> = {
  none: [],
  constant: [[0, 0]],
  linear: [
    [0, 0],
    [1, 0],
    [0, 1],
  ],
  quadratic: [
    [0, 0],
    [1, 0],
    [0, 1],
    [2, 0],
    [1, 1],
    [0, 2],
  ],
};

/** Centre and scale of the drift coordinates: raw coordinates of 1e5 m with a quadratic drift lose five digits. */
export interface DriftFrame {
  readonly drift: Drift;
  readonly cx: number;
  readonly cy: number;
  readonly scale: number;
}

/** The frame of given positions. @param x - (n,), mm; `y` likewise. */
export function driftFrame(drift: Drift, x: ArrayLike<number>, y: ArrayLike<number>): DriftFrame {
  let [cx, cy, scale] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    cx += x[i]! / x.length;
    cy += y[i]! / x.length;
  }
  for (let i = 0; i < x.length; i++) scale = Math.max(scale, Math.abs(x[i]! - cx), Math.abs(y[i]! - cy));
  return { drift, cx, cy, scale: scale || 1 };
}

/** Number of drift terms. */
export const driftTerms = (drift: Drift): number => POWERS[drift].length;

/** F, shape (n, p), in centred and scaled coordinates. @param x - (n,), mm; `y` likewise. @returns dimensionless. */
export function driftMatrix(f: DriftFrame, x: ArrayLike<number>, y: ArrayLike<number>): Matrix {
  const powers = POWERS[f.drift];
  const p = powers.length;
  const out = matrix(x.length, p);
  for (let i = 0; i < x.length; i++) {
    const u = (x[i]! - f.cx) / f.scale;
    const v = (y[i]! - f.cy) / f.scale;
    for (let j = 0; j < p; j++) out.data[i * p + j] = u ** powers[j]![0] * v ** powers[j]![1];
  }
  return out;
}

/** 2 ln det of the map from raw to scaled monomials: log|FᵀV⁻¹F| of raw coordinates is that of scaled ones plus this. */
export function driftLogScale(f: DriftFrame): number {
  return 2 * Math.log(f.scale) * POWERS[f.drift].reduce((s, [i, j]) => s + i + j, 0);
}
