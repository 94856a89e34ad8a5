import { AppError } from '@/lib/errors';
import { complexArray, complexEigen } from '@/lib/numerics';
import { checkMimo, mimoMove, perOutput } from './mimo';
import type { MimoConfig } from './mimo-config';

/** Eigenvalues of a closed loop. */
export interface MimoStability {
  /** Largest |eigenvalue| of the closed loop, neutral modes left out; below 1 is stable. */
  readonly spectralRadius: number;
  readonly stable: boolean;
  readonly eigenvalues: { readonly re: Float64Array; readonly im: Float64Array };
  /** Directions of the knobs that B cannot see and that a move weight keeps where they are: eigenvalue 1, never excited. */
  readonly neutralModes: number;
}

/**
 * Stability of the loop without limits when the process has the gain `trueGain` in place of B, with a metrology delay of `delay` runs. State: levels a,
 * drifts D, u_k … u_{k−d}; with E = β − B: a′ = Λ1 E u_{k−d} + (1 − Λ1)a, D′ = Λ2(E u_{k−d} − a) + (1 − Λ2)D, u_{k+1} = G(a′ + D′) + F u_k. Without delay
 * and with BG = −1 (as many knobs as outputs, no move weight) the levels alone decide: the eigenvalues of 1 + Λ1 β G lie inside the unit circle.
 * @param trueGain - β, (ny, nu), same units as B.
 * @throws AppError `invalid_input` on a wrong shape or a delay that is not a whole number of runs.
 * @reference Tseng, Chou & Lee, IIE Trans. 34 (2002) 541, §3; Del Castillo & Rajagopal, IIE Trans. 34 (2002) 1095.
 */
export function mimoStability(c: MimoConfig, trueGain: MimoConfig['gain'], delay = 0): MimoStability {
  const { ny, nu } = checkMimo(c);
  if (trueGain.length !== ny || trueGain.some((r) => r.length !== nu || r.some((v) => !Number.isFinite(v))))
    throw new AppError('invalid_input', `trueGain needs ${ny} rows of ${nu} finite numbers`, { field: 'trueGain' });
  if (!Number.isInteger(delay) || delay < 0)
    throw new AppError('invalid_input', `delay counts runs of the thread: an integer >= 0, got ${delay}`, { field: 'delay' });
  const { g, f, rank } = mimoMove(c);
  const l1 = perOutput(c.lambda, ny);
  const l2 = perOutput(c.lambda2, ny);
  const drifting = l2.map((v, i) => (v > 0 ? i : -1)).filter((i) => i >= 0); // a drift that is never updated stays 0
  const first = ny + drifting.length; // column of u_k
  const n = first + nu * (delay + 1);
  const delayed = first + nu * delay;
  const m = new Float64Array(n * n);
  for (let i = 0; i < ny; i++) {
    m[i * n + i] = 1 - l1[i]!;
    for (let j = 0; j < nu; j++) m[i * n + delayed + j]! += l1[i]! * (trueGain[i]![j]! - c.gain[i]![j]!);
  }
  drifting.forEach((i, k) => {
    const row = (ny + k) * n;
    m[row + i] = -l2[i]!;
    m[row + ny + k] = 1 - l2[i]!;
    for (let j = 0; j < nu; j++) m[row + delayed + j]! += l2[i]! * (trueGain[i]![j]! - c.gain[i]![j]!);
  });
  for (let j = 0; j < nu; j++) {
    const row = (first + j) * n;
    for (let i = 0; i < ny; i++) for (let k = 0; k < n; k++) m[row + k]! += g[j * ny + i]! * m[i * n + k]!;
    drifting.forEach((i, d) => {
      for (let k = 0; k < n; k++) m[row + k]! += g[j * ny + i]! * m[(ny + d) * n + k]!;
    });
    for (let k = 0; k < nu; k++) m[row + first + k]! += f[j * nu + k]!;
  }
  for (let k = 0; k < nu * delay; k++) m[(first + nu + k) * n + first + k] = 1;
  const { values } = complexEigen(complexArray(n * n, m), n);
  const moduli = Array.from(values.re, (re, k) => ({ r: Math.hypot(re, values.im[k]!), off: Math.hypot(re - 1, values.im[k]!) }));
  moduli.sort((a, b) => a.off - b.off);
  let neutralModes = 0;
  while (neutralModes < nu - rank && moduli[neutralModes]!.off < 1e-8) neutralModes++;
  const spectralRadius = moduli.slice(neutralModes).reduce((s, v) => Math.max(s, v.r), 0);
  return { spectralRadius, stable: spectralRadius < 1, eigenvalues: values, neutralModes };
}
