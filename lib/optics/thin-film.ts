import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray, filmAmplitudes, requireFinite } from '@/lib/numerics';

/** A film: thickness in nm and ñ = n + ik along the wavelengths. */
export interface Film {
  readonly thicknessNm: number;
  /** ñ = n + ik, (w,). */
  readonly index: ComplexArray;
}

/** Films between two half-spaces, listed from the side of incidence. */
export interface FilmStack {
  /** ñ of the medium of incidence, (w,). */
  readonly ambient: ComplexArray;
  readonly films: readonly Film[];
  /** ñ, (w,). */
  readonly substrate: ComplexArray;
}

/** Amplitude and power ratios of a film stack, (w,) each, dimensionless. */
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
 * @returns ratios of both polarisations, (w,) each.
 * @throws AppError `invalid_input` naming the field, an ambient that absorbs among them; `dimension_mismatch` for index arrays of another length.
 * @complexity O(w · films).
 * @reference Born & Wolf, Principles of Optics, 7th ed. (1999), §1.6.4; stable form: Parratt, Phys. Rev. 95 (1954) 359; T: Byrnes, arXiv:1603.02720,
 * eqs. 21–22.
 */
export function thinFilm(stack: FilmStack, wavelengthNm: ArrayLike<number>, angleRad: number): FilmResponse {
  checkIncidence(stack.ambient, angleRad, mediaBelow(stack));
  const { ambient } = stack;
  const squared = complexArray(ambient.re.length);
  const s2 = Math.sin(angleRad) ** 2;
  for (const [i, n] of ambient.re.entries()) {
    const k = ambient.im[i]!;
    squared.re[i] = (n * n - k * k) * s2;
    squared.im[i] = 2 * n * k * s2;
  }
  return thinFilmAtTangential(stack, wavelengthNm, squared);
}

/**
 * {@link thinFilm} for a given tangential wave number: the square of k_x/k₀ = ñ sin θ, which all media share. For incidence from inside an absorbing
 * slab it stays what it was in the outer medium.
 * @param wavelengthNm - (w,), vacuum, positive.
 * @param tangentialSquared - (ñ sin θ)², (w,).
 * @throws AppError as {@link thinFilm}.
 * @reference Azzam & Bashara, Ellipsometry and Polarized Light (1977), §4.3, §4.6.
 */
export function thinFilmAtTangential(
  stack: FilmStack,
  wavelengthNm: ArrayLike<number>,
  tangentialSquared: ComplexArray,
): FilmResponse {
  checkStack(stack, wavelengthNm);
  const { ambient, substrate } = stack;
  const out = filmAmplitudes({
    media: [ambient, ...stack.films.map((f) => offCritical(f.index, tangentialSquared)), substrate],
    thickness: Float64Array.from(stack.films, (f) => f.thicknessNm),
    k0: Float64Array.from(wavelengthNm, (v) => (2 * Math.PI) / v),
    tangentialSquared,
  });
  const { re, im } = out.tp;
  for (let i = 0; i < re.length; i++) {
    // H ratio to E ratio: n_ambient/n_substrate
    const [ar, ai] = [ambient.re[i]!, ambient.im[i]!];
    const [sr, si] = [substrate.re[i]!, substrate.im[i]!];
    const d = sr * sr + si * si;
    const cr = (ar * sr + ai * si) / d;
    const ci = (ai * sr - ar * si) / d;
    const tr = re[i]!;
    re[i] = tr * cr - im[i]! * ci;
    im[i] = tr * ci + im[i]! * cr;
  }
  return out;
}

/** Share of ñ² by which k_z² of a film must differ from 0: both roots of the rounding that 0/0 amplifies and of the shift that avoids it. */
const CRITICAL = 2 ** -38;

/**
 * The index of a film, moved by 4e-12 of itself where its wave is exactly grazing (k_z = 0): the response is even in k_z and finite there, but a wave
 * without k_z has no admittance.
 */
function offCritical(index: ComplexArray, tangentialSquared: ComplexArray): ComplexArray {
  let moved: ComplexArray | null = null;
  for (let i = 0; i < index.re.length; i++) {
    const [n, k] = [index.re[i]!, index.im[i]!];
    const size = CRITICAL * (n * n + k * k);
    if (Math.abs(n * n - k * k - tangentialSquared.re[i]!) > size || Math.abs(2 * n * k - tangentialSquared.im[i]!) > size)
      continue;
    moved ??= { re: index.re.slice(), im: index.im.slice() };
    moved.re[i] = Math.sqrt(Math.max(0, tangentialSquared.re[i]! - size + k * k));
  }
  return moved ?? index;
}

/**
 * √(a + ib) on the branch that decays or travels downwards, into entry j.
 * @param a - Re and Im of (k_z/k₀)²; the root is written to `re[j]`, `im[j]`.
 */
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

/**
 * Refuses an angle and an ambient for which no reflectance is defined.
 * @param angleRad - angle of incidence, rad, 0 ≤ angle < π/2.
 * @param media - ñ of everything below the ambient.
 * @throws AppError `invalid_input` for an angle outside [0, π/2), and for an ambient that absorbs where one of the media is beyond total reflection (a
 * dielectric with n < n₀ sin θ): the direction in which its wave decays is then not defined by the incident wave, and powers leave 0 to 1.
 * @reference total reflection: Born & Wolf, Principles of Optics, 7th ed. (1999), §1.5.4.
 */
export function checkIncidence(ambient: ComplexArray, angleRad: number, media: readonly ComplexArray[]): void {
  if (!(angleRad >= 0 && angleRad < Math.PI / 2))
    throw new AppError('invalid_input', `angleRad is ${angleRad}; give 0 ≤ angle < π/2`, { field: 'angleRad' });
  if (Math.cos(angleRad) ** 2 < 8 * Number.EPSILON)
    throw new AppError('invalid_input', `angleRad is ${angleRad}, grazing within rounding; give a smaller angle`, {
      field: 'angleRad',
    });
  const i = ambient.im.findIndex(
    (k, j) => k !== 0 && media.some((n) => n.im[j]! < n.re[j]! && n.re[j]! < ambient.re[j]! * Math.sin(angleRad)),
  );
  if (i >= 0)
    throw new AppError(
      'invalid_input',
      `ambient: absorbs (n + ik = ${ambient.re[i]} + ${ambient.im[i]}i) and the angle lies beyond total reflection, where no reflectance is defined; give a transparent ambient (k = 0), or the absorbing medium as a film`,
      { field: 'ambient', index: i },
    );
}

/** Refuses a stack, wavelengths (nm) or an angle (rad) that {@link thinFilm} does not take. @throws AppError as {@link thinFilm}. */
export function checkFilmStack(stack: FilmStack, wavelengthNm: ArrayLike<number>, angleRad: number): void {
  checkIncidence(stack.ambient, angleRad, mediaBelow(stack));
  checkStack(stack, wavelengthNm);
}

const mediaBelow = (stack: FilmStack): ComplexArray[] => [...stack.films.map((f) => f.index), stack.substrate];

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
