import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray } from '@/lib/numerics';
import { checkFilmStack, type FilmStack, waveNumber } from './thin-film';

/** ∂r of one polarisation. r is analytic in every ñ: ∂r/∂n is the entry, ∂r/∂k is i times it. */
export interface AmplitudeDerivatives {
  /** r, (w,). */
  readonly r: ComplexArray;
  /** By the thickness of each film, 1/nm. */
  readonly thickness: readonly ComplexArray[];
  /** By ñ of each film. */
  readonly index: readonly ComplexArray[];
  /** By ñ of the substrate. */
  readonly substrate: ComplexArray;
  /** By ñ of the ambient, at a fixed angle. */
  readonly ambient: ComplexArray;
  /** By the angle of incidence, 1/rad. */
  readonly angle: ComplexArray;
  /** By the wavelength, 1/nm, at fixed indices: dispersion adds Σ ∂r/∂ñ · dñ/dλ. */
  readonly wavelength: ComplexArray;
}

/** Derivatives of both polarisations. */
export interface FilmDerivatives {
  readonly s: AmplitudeDerivatives;
  readonly p: AmplitudeDerivatives;
}

/**
 * r_s and r_p of a film stack with their derivatives by every thickness, index, the outer media, the angle and the wavelength, closed form: Airy's recursion
 * upwards and its adjoint downwards, 2(films + 1) steps in all whatever the number of parameters.
 * @param stack @param wavelengthNm @param angleRad - as `thinFilm`, with the same errors.
 * @returns r and ∂r, (w,) each.
 * @throws AppError `out_of_domain` where a wave runs exactly along an interface (k_z = 0): the derivative does not exist there.
 * @complexity O(w · films).
 * @reference Airy's recursion as in `thinFilm`; reverse accumulation: Griewank & Walther, Evaluating Derivatives (2008), §3.2.
 */
export function thinFilmDerivatives(stack: FilmStack, wavelengthNm: ArrayLike<number>, angleRad: number): FilmDerivatives {
  checkFilmStack(stack, wavelengthNm, angleRad);
  const w = wavelengthNm.length;
  const layers = stack.films.length;
  const empty = (): AmplitudeDerivatives => ({
    r: complexArray(w),
    thickness: stack.films.map(() => complexArray(w)),
    index: stack.films.map(() => complexArray(w)),
    substrate: complexArray(w),
    ambient: complexArray(w),
    angle: complexArray(w),
    wavelength: complexArray(w),
  });
  const out = { s: empty(), p: empty() };
  const sin2 = Math.sin(angleRad) ** 2;
  const turn2 = Math.sin(2 * angleRad);
  const k = workspace(layers);
  for (let i = 0; i < w; i++) {
    const k0 = (2 * Math.PI) / wavelengthNm[i]!;
    load(k, stack, i, sin2, k0);
    for (const polarisation of ['s', 'p'] as const) {
      const d = out[polarisation];
      const isS = polarisation === 's';
      for (let j = 0; j < layers + 2; j++) {
        const size = k.er[j]! * k.er[j]! + k.ei[j]! * k.ei[j]!;
        k.yr[j] = isS ? k.kr[j]! : (k.kr[j]! * k.er[j]! + k.ki[j]! * k.ei[j]!) / size;
        k.yi[j] = isS ? k.ki[j]! : (k.ki[j]! * k.er[j]! - k.kr[j]! * k.ei[j]!) / size;
      }
      upwards(k, layers);
      d.r.re[i] = k.rr[0]!;
      d.r.im[i] = k.ri[0]!;
      downwards(k, stack, layers, k0, d, i);
      // k_z² = ε − n₀² sin²θ; the TM admittance k_z/ε also holds ε itself
      let sumRe = 0;
      let sumIm = 0;
      for (let j = 0; j < layers + 2; j++) {
        const er = k.er[j]!;
        const ei = k.ei[j]!;
        const size = er * er + ei * ei;
        // ∂r/∂Y over ε in TM
        const br = isS ? k.byYr[j]! : (k.byYr[j]! * er + k.byYi[j]! * ei) / size;
        const bi = isS ? k.byYi[j]! : (k.byYi[j]! * er - k.byYr[j]! * ei) / size;
        const ur = k.byKr[j]! + br;
        const ui = k.byKi[j]! + bi;
        const kk = 2 * (k.kr[j]! * k.kr[j]! + k.ki[j]! * k.ki[j]!);
        let pr = (ur * k.kr[j]! + ui * k.ki[j]!) / kk;
        let pi = (ui * k.kr[j]! - ur * k.ki[j]!) / kk;
        sumRe += pr;
        sumIm += pi;
        if (!isS) {
          pr -= br * k.yr[j]! - bi * k.yi[j]!;
          pi -= br * k.yi[j]! + bi * k.yr[j]!;
        }
        const to = j === 0 ? d.ambient : j <= layers ? d.index[j - 1]! : d.substrate;
        to.re[i] = 2 * (pr * k.nr[j]! - pi * k.ni[j]!);
        to.im[i] = 2 * (pr * k.ni[j]! + pi * k.nr[j]!);
      }
      d.angle.re[i] = turn2 * (sumIm * k.ei[0]! - sumRe * k.er[0]!);
      d.angle.im[i] = -turn2 * (sumRe * k.ei[0]! + sumIm * k.er[0]!);
      d.ambient.re[i]! -= 2 * sin2 * (sumRe * k.nr[0]! - sumIm * k.ni[0]!);
      d.ambient.im[i]! -= 2 * sin2 * (sumRe * k.ni[0]! + sumIm * k.nr[0]!);
      // r depends on thickness over wavelength
      for (const [j, film] of stack.films.entries()) {
        d.wavelength.re[i]! -= (film.thicknessNm / wavelengthNm[i]!) * d.thickness[j]!.re[i]!;
        d.wavelength.im[i]! -= (film.thicknessNm / wavelengthNm[i]!) * d.thickness[j]!.im[i]!;
      }
    }
  }
  return out;
}

// Per medium: ñ, ε, k_z, Y and the derivatives by Y and k_z. Per interface: f, q = r′X², r. Per film: X².
const NAMES = [
  'nr',
  'ni',
  'er',
  'ei',
  'kr',
  'ki',
  'yr',
  'yi',
  'byYr',
  'byYi',
  'byKr',
  'byKi',
  'fr',
  'fi',
  'qr',
  'qi',
  'rr',
  'ri',
  'xr',
  'xi',
] as const;
type Workspace = Readonly<Record<(typeof NAMES)[number], Float64Array>>;
const workspace = (layers: number): Workspace =>
  Object.fromEntries(NAMES.map((name) => [name, new Float64Array(layers + 2)])) as Workspace;

// Indices, wave numbers and X² at wavelength i.
function load(k: Workspace, stack: FilmStack, i: number, sin2: number, k0: number): void {
  const layers = stack.films.length;
  for (let j = 0; j < layers + 2; j++) {
    const m = j === 0 ? stack.ambient : j <= layers ? stack.films[j - 1]!.index : stack.substrate;
    const nr = m.re[i]!;
    const ni = m.im[i]!;
    k.nr[j] = nr;
    k.ni[j] = ni;
    k.er[j] = nr * nr - ni * ni;
    k.ei[j] = 2 * nr * ni;
    waveNumber(k.er[j]! - sin2 * k.er[0]!, k.ei[j]! - sin2 * k.ei[0]!, k.kr, k.ki, j);
    if (k.kr[j] === 0 && k.ki[j] === 0)
      throw new AppError('out_of_domain', `wavelength ${i}: a wave runs along an interface; move the angle a little`, {
        index: i,
      });
    if (j === 0 || j > layers) continue;
    const d = 2 * k0 * stack.films[j - 1]!.thicknessNm;
    const decay = Math.exp(-k.ki[j]! * d);
    k.xr[j] = decay * Math.cos(k.kr[j]! * d);
    k.xi[j] = decay * Math.sin(k.kr[j]! * d);
  }
}

// r_j = (f + q)/(1 + f q) from the substrate up.
function upwards(k: Workspace, layers: number): void {
  for (let j = layers; j >= 0; j--) {
    const ur = k.yr[j]! - k.yr[j + 1]!;
    const ui = k.yi[j]! - k.yi[j + 1]!;
    const vr = k.yr[j]! + k.yr[j + 1]!;
    const vi = k.yi[j]! + k.yi[j + 1]!;
    const vv = vr * vr + vi * vi;
    const fr = (ur * vr + ui * vi) / vv;
    const fi = (ui * vr - ur * vi) / vv;
    const qr = j < layers ? k.rr[j + 1]! * k.xr[j + 1]! - k.ri[j + 1]! * k.xi[j + 1]! : 0;
    const qi = j < layers ? k.rr[j + 1]! * k.xi[j + 1]! + k.ri[j + 1]! * k.xr[j + 1]! : 0;
    const dr = 1 + fr * qr - fi * qi;
    const di = fr * qi + fi * qr;
    const dd = dr * dr + di * di;
    k.fr[j] = fr;
    k.fi[j] = fi;
    k.qr[j] = qr;
    k.qi[j] = qi;
    k.rr[j] = ((fr + qr) * dr + (fi + qi) * di) / dd;
    k.ri[j] = ((fi + qi) * dr - (fr + qr) * di) / dd;
  }
}

// The adjoint g = ∂r/∂r_j of the interface in hand; writes the thickness derivatives.
function downwards(k: Workspace, stack: FilmStack, layers: number, k0: number, d: AmplitudeDerivatives, i: number): void {
  k.byYr.fill(0);
  k.byYi.fill(0);
  k.byKr.fill(0);
  k.byKi.fill(0);
  let gr = 1;
  let gi = 0;
  for (let j = 0; j <= layers; j++) {
    const fr = k.fr[j]!;
    const fi = k.fi[j]!;
    const qr = k.qr[j]!;
    const qi = k.qi[j]!;
    const dr = 1 + fr * qr - fi * qi;
    const di = fr * qi + fi * qr;
    // h = g/(1 + f q)²
    const sr = dr * dr - di * di;
    const si = 2 * dr * di;
    const ss = sr * sr + si * si;
    const hr = (gr * sr + gi * si) / ss;
    const hi = (gi * sr - gr * si) / ss;
    // ∂r/∂f = h (1 − q²), then c = 2 ∂r/∂f/(Y_j + Y_{j+1})²
    const ar = 1 - qr * qr + qi * qi;
    const ai = -2 * qr * qi;
    const byFr = hr * ar - hi * ai;
    const byFi = hr * ai + hi * ar;
    const vr = k.yr[j]! + k.yr[j + 1]!;
    const vi = k.yi[j]! + k.yi[j + 1]!;
    const wr = vr * vr - vi * vi;
    const wi = 2 * vr * vi;
    const ww = wr * wr + wi * wi;
    const cr = (2 * (byFr * wr + byFi * wi)) / ww;
    const ci = (2 * (byFi * wr - byFr * wi)) / ww;
    k.byYr[j]! += cr * k.yr[j + 1]! - ci * k.yi[j + 1]!;
    k.byYi[j]! += cr * k.yi[j + 1]! + ci * k.yr[j + 1]!;
    k.byYr[j + 1]! -= cr * k.yr[j]! - ci * k.yi[j]!;
    k.byYi[j + 1]! -= cr * k.yi[j]! + ci * k.yr[j]!;
    if (j === layers) break;
    // ∂r/∂q = h (1 − f²), q = r′ exp(2i k₀ k_z d)
    const br = 1 - fr * fr + fi * fi;
    const bi = -2 * fr * fi;
    const byQr = hr * br - hi * bi;
    const byQi = hr * bi + hi * br;
    const ur = -2 * k0 * (byQr * qi + byQi * qr);
    const ui = 2 * k0 * (byQr * qr - byQi * qi);
    const to = d.thickness[j]!;
    to.re[i] = ur * k.kr[j + 1]! - ui * k.ki[j + 1]!;
    to.im[i] = ur * k.ki[j + 1]! + ui * k.kr[j + 1]!;
    const thickness = stack.films[j]!.thicknessNm;
    k.byKr[j + 1] = ur * thickness;
    k.byKi[j + 1] = ui * thickness;
    gr = byQr * k.xr[j + 1]! - byQi * k.xi[j + 1]!;
    gi = byQr * k.xi[j + 1]! + byQi * k.xr[j + 1]!;
  }
}
