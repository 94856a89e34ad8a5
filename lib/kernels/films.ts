import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray } from './complex-array';
import { withKernels } from './load';

/** Plane waves in films between two half-spaces, from the side of incidence; every array follows the w points. */
export interface FilmWaves {
  /** ñ = n + ik of each medium, including the half-spaces. */
  readonly media: readonly ComplexArray[];
  /** Of the films: two fewer than the media; in the unit of 1/`k0`. */
  readonly thickness: Float64Array;
  readonly k0: Float64Array;
  /** Square of the tangential wave number over k₀, which all media share. */
  readonly tangentialSquared: ComplexArray;
}

/** Amplitude ratios: electric in s, magnetic in p; power ratios. */
export interface FilmAmplitudes {
  readonly rs: ComplexArray;
  readonly rp: ComplexArray;
  readonly ts: ComplexArray;
  readonly tp: ComplexArray;
  readonly Rs: Float64Array;
  readonly Rp: Float64Array;
  readonly Ts: Float64Array;
  readonly Tp: Float64Array;
}

// Points evaluated in one kernel call.
const CHUNK = 1 << 14;

/**
 * Amplitudes of films by Airy's recursion from the last medium upwards, admittances Y = k_z in s and k_z/ε in p:
 * r = (f + r′X²)/(1 + f r′X²), t = t_f X t′/(1 + f r′X²), X = exp(i k_z d), k_z on the branch that decays or travels downwards.
 * @throws AppError `dimension_mismatch` for arrays of different length.
 * @complexity O(w · media), two points at a time.
 * @reference Born & Wolf, Principles of Optics, 7th ed. (1999), §1.6.4; stable form: Parratt, Phys. Rev. 95 (1954) 359.
 */
export function filmAmplitudes({ media, thickness, k0, tangentialSquared }: FilmWaves): FilmAmplitudes {
  const w = k0.length;
  const all = media.length;
  const same = [...media, tangentialSquared].every((a) => a.re.length === w && a.im.length === w);
  if (!same || all !== thickness.length + 2)
    throw new AppError('dimension_mismatch', `${all} media need ${all - 2} thicknesses and ${w} values each`);
  const [rs, rp, ts, tp] = [complexArray(w), complexArray(w), complexArray(w), complexArray(w)];
  const [Rs, Rp, Ts, Tp] = [new Float64Array(w), new Float64Array(w), new Float64Array(w), new Float64Array(w)];
  const columns = [rs.re, rs.im, rp.re, rp.im, ts.re, ts.im, tp.re, tp.im, Rs, Rp, Ts, Tp];
  for (let from = 0; from < w; from += CHUNK) {
    const m = Math.min(CHUNK, w - from);
    withKernels((2 * all + 15) * m + all, (kernels, scratch, at) => {
      let next = 0;
      for (const a of [...media.flatMap((n) => [n.re, n.im]), k0, tangentialSquared.re, tangentialSquared.im]) {
        scratch.set(a.subarray(from, from + m), next);
        next += m;
      }
      const out = next;
      scratch.set(thickness, out + 12 * m);
      const byte = (k: number): number => at + 8 * k;
      kernels.filmAmplitudes(all, m, at, byte(out - 3 * m), byte(out - 2 * m), byte(out + 12 * m), byte(out));
      for (const [k, c] of columns.entries()) c.set(scratch.subarray(out + k * m, out + (k + 1) * m), from);
    });
  }
  return { rs, rp, ts, tp, Rs, Rp, Ts, Tp };
}
