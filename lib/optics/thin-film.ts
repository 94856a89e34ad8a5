import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray, requireFinite } from '@/lib/numerics';

/** A film: thickness in nm and ñ = n + ik along the wavelengths. */
export interface Film {
  readonly thicknessNm: number;
  readonly index: ComplexArray;
}

/** Films between two half-spaces, listed from the side of incidence. */
export interface FilmStack {
  readonly ambient: ComplexArray;
  readonly films: readonly Film[];
  readonly substrate: ComplexArray;
}

export interface FilmResponse {
  /** E reflected over E incident, at the top of the first film; r_p = −r_s at normal incidence. */
  readonly rs: ComplexArray;
  readonly rp: ComplexArray;
  /** E just inside the substrate over E incident at the top. */
  readonly ts: ComplexArray;
  readonly tp: ComplexArray;
  /** Power ratios. */
  readonly Rs: Float64Array;
  readonly Rp: Float64Array;
  readonly Ts: Float64Array;
  readonly Tp: Float64Array;
}

/**
 * Reflection and transmission of a coherent stack of isotropic films, both polarisations, by Airy's recursion from the substrate upwards:
 * r = (f + r′X²)/(1 + f r′X²), t = t_f X t′/(1 + f r′X²), X = exp(i k_z d). Only decaying exponentials occur, so that no thickness overflows.
 * @param wavelengthNm - (w,), vacuum, positive. Every index array has w values; NaN is refused.
 * @param angleRad - angle of incidence in the ambient, 0 ≤ angle < π/2.
 * @throws AppError `invalid_input` naming the field; `dimension_mismatch` for index arrays of another length.
 * @complexity O(w · films).
 * @reference Born & Wolf, Principles of Optics, 7th ed. (1999), §1.6.4; stable form: Parratt, Phys. Rev. 95 (1954) 359; T: Byrnes, arXiv:1603.02720, eqs. 21–22.
 */
export function thinFilm(stack: FilmStack, wavelengthNm: ArrayLike<number>, angleRad: number): FilmResponse {
  checkAngleOfIncidence(angleRad);
  const { re, im } = stack.ambient;
  const s2 = Math.sin(angleRad) ** 2;
  const squared = complexArray(re.length);
  for (let i = 0; i < re.length; i++) {
    squared.re[i] = (re[i]! * re[i]! - im[i]! * im[i]!) * s2;
    squared.im[i] = 2 * re[i]! * im[i]! * s2;
  }
  return thinFilmAtTangential(stack, wavelengthNm, squared);
}

/**
 * {@link thinFilm} for a given tangential wave number: the square of k_x/k₀ = ñ sin θ, which all media share. For incidence from inside an absorbing
 * slab it stays what it was in the outer medium.
 */
export function thinFilmAtTangential(
  stack: FilmStack,
  wavelengthNm: ArrayLike<number>,
  tangentialSquared: ComplexArray,
): FilmResponse {
  const w = wavelengthNm.length;
  checkStack(stack, wavelengthNm);
  const layers = stack.films.length;
  const media = [stack.ambient, ...stack.films.map((f) => f.index), stack.substrate];
  const out: FilmResponse = {
    rs: complexArray(w),
    rp: complexArray(w),
    ts: complexArray(w),
    tp: complexArray(w),
    Rs: new Float64Array(w),
    Rp: new Float64Array(w),
    Ts: new Float64Array(w),
    Tp: new Float64Array(w),
  };
  const kr = new Float64Array(layers + 2);
  const ki = new Float64Array(layers + 2);
  const er = new Float64Array(layers + 2);
  const ei = new Float64Array(layers + 2);
  const yr = new Float64Array(layers + 2);
  const yi = new Float64Array(layers + 2);
  // X of each film; 1 for the substrate
  const xr = new Float64Array(layers + 1);
  const xi = new Float64Array(layers + 1);
  xr[layers] = 1;
  const thickness = Float64Array.from(stack.films, (f) => f.thicknessNm);
  for (let i = 0; i < w; i++) {
    const n0r = media[0]!.re[i]!;
    const n0i = media[0]!.im[i]!;
    const pr = tangentialSquared.re[i]!;
    const pi = tangentialSquared.im[i]!;
    const k0 = (2 * Math.PI) / wavelengthNm[i]!;
    for (let j = 0; j < layers + 2; j++) {
      const nr = media[j]!.re[i]!;
      const ni = media[j]!.im[i]!;
      er[j] = nr * nr - ni * ni;
      ei[j] = 2 * nr * ni;
      waveNumber(er[j]! - pr, ei[j]! - pi, kr, ki, j);
    }
    for (let j = 0; j < layers; j++) {
      const d = k0 * thickness[j]!;
      const decay = ki[j + 1]! * d;
      const m = decay === 0 ? 1 : Math.exp(-decay);
      const phase = kr[j + 1]! * d;
      xr[j] = m * Math.cos(phase);
      xi[j] = m * Math.sin(phase);
    }
    for (let p = 0; p < 2; p++) {
      for (let j = 0; j < layers + 2; j++) {
        if (p === 0) {
          yr[j] = kr[j]!;
          yi[j] = ki[j]!;
          continue;
        }
        const d = er[j]! * er[j]! + ei[j]! * ei[j]!;
        yr[j] = (kr[j]! * er[j]! + ki[j]! * ei[j]!) / d;
        yi[j] = (ki[j]! * er[j]! - kr[j]! * ei[j]!) / d;
      }
      let rr = 0;
      let ri = 0;
      let tr = 1;
      let ti = 0;
      for (let j = layers; j >= 0; j--) {
        // r = (u + v q)/(v + u q) and t = 2 Y_j X t′/(v + u q) with u, v = Y_j ∓ Y_{j+1} and q = r′X²: one division for f, r and t
        const ur = yr[j]! - yr[j + 1]!;
        const ui = yi[j]! - yi[j + 1]!;
        const vr = yr[j]! + yr[j + 1]!;
        const vi = yi[j]! + yi[j + 1]!;
        const cr = xr[j]!;
        const ci = xi[j]!;
        const sr = cr * cr - ci * ci;
        const si = 2 * cr * ci;
        const qr = rr * sr - ri * si;
        const qi = rr * si + ri * sr;
        const dr = vr + ur * qr - ui * qi;
        const di = vi + ur * qi + ui * qr;
        const over = 1 / (dr * dr + di * di);
        const nr = ur + vr * qr - vi * qi;
        const ni = ui + vr * qi + vi * qr;
        rr = (nr * dr + ni * di) * over;
        ri = (ni * dr - nr * di) * over;
        const gr = 2 * (yr[j]! * cr - yi[j]! * ci);
        const gi = 2 * (yr[j]! * ci + yi[j]! * cr);
        const hr = gr * tr - gi * ti;
        const hi = gr * ti + gi * tr;
        tr = (hr * dr + hi * di) * over;
        ti = (hi * dr - hr * di) * over;
      }
      const r = p === 0 ? out.rs : out.rp;
      const t = p === 0 ? out.ts : out.tp;
      r.re[i] = rr;
      r.im[i] = ri;
      (p === 0 ? out.Rs : out.Rp)[i] = rr * rr + ri * ri;
      (p === 0 ? out.Ts : out.Tp)[i] = ((tr * tr + ti * ti) * yr[layers + 1]!) / yr[0]!;
      if (p === 0) {
        t.re[i] = tr;
        t.im[i] = ti;
      } else {
        // H ratio to E ratio: n_ambient/n_substrate
        const s = media[layers + 1]!;
        const d = s.re[i]! ** 2 + s.im[i]! ** 2;
        const cr = (n0r * s.re[i]! + n0i * s.im[i]!) / d;
        const ci = (n0i * s.re[i]! - n0r * s.im[i]!) / d;
        t.re[i] = tr * cr - ti * ci;
        t.im[i] = tr * ci + ti * cr;
      }
    }
  }
  return out;
}

/** √(a + ib) on the branch that decays or travels downwards, into entry j. */
export function waveNumber(a: number, b: number, re: Float64Array, im: Float64Array, j: number): void {
  const m = Math.sqrt(a * a + b * b);
  let x = 0;
  let y = 0;
  if (m > 0) {
    if (a >= 0) {
      x = Math.sqrt(0.5 * (m + a));
      y = b / (2 * x);
    } else {
      y = Math.sqrt(0.5 * (m - a));
      x = b / (2 * y);
    }
  }
  const flip = x + y < 0;
  re[j] = flip ? -x : x;
  im[j] = flip ? -y : y;
}

function checkAngleOfIncidence(angleRad: number): void {
  if (!(angleRad >= 0 && angleRad < Math.PI / 2))
    throw new AppError('invalid_input', `angleRad is ${angleRad}; give 0 ≤ angle < π/2`, { field: 'angleRad' });
}

/** @throws AppError as {@link thinFilm}. */
export function checkFilmStack(stack: FilmStack, wavelengthNm: ArrayLike<number>, angleRad: number): void {
  checkAngleOfIncidence(angleRad);
  checkStack(stack, wavelengthNm);
}

function checkStack(stack: FilmStack, wavelengthNm: ArrayLike<number>): void {
  requireFinite('wavelengthNm', wavelengthNm);
  const named: [string, ComplexArray][] = [
    ['ambient', stack.ambient],
    ...stack.films.map((f, i): [string, ComplexArray] => [`films[${i}].index`, f.index]),
    ['substrate', stack.substrate],
  ];
  for (const [field, n] of named) {
    if (n.re.length !== wavelengthNm.length || n.im.length !== wavelengthNm.length)
      throw new AppError('dimension_mismatch', `${field} has ${n.re.length} values for ${wavelengthNm.length} wavelengths`, {
        field,
      });
    requireFinite(`${field}.re`, n.re);
    requireFinite(`${field}.im`, n.im);
  }
  for (const [i, f] of stack.films.entries()) {
    if (!(f.thicknessNm >= 0) || f.thicknessNm === Number.POSITIVE_INFINITY)
      throw new AppError('invalid_input', `films[${i}].thicknessNm is ${f.thicknessNm}; give a thickness of 0 nm or more`, {
        index: i,
      });
  }
  for (let i = 0; i < wavelengthNm.length; i++)
    if (!(wavelengthNm[i]! > 0)) throw new AppError('invalid_input', `wavelengthNm[${i}] must be positive`, { index: i });
}
