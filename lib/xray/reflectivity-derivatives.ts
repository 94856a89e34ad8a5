import { AppError } from '@/lib/errors';
import { waveNumber } from '@/lib/optics';
import { type IndexSlab, type Instrument, indexProfile, type Profile, type SldSlab, seen, sldProfile } from './reflectivity';

/** Reflectivity with its derivatives; every array follows q. Slabs in the order given; thickness of fronting and backing and roughness of the fronting are 0. */
export interface ReflectivityDerivatives {
  /** R, dimensionless. */
  readonly reflectivity: Float64Array;
  /** 1/Å. */
  readonly thickness: readonly Float64Array[];
  /** By sld or δ of each slab. */
  readonly real: readonly Float64Array[];
  /** By isld or β of each slab; that of a fronting medium is 0, because the model takes it as transparent. */
  readonly imaginary: readonly Float64Array[];
  /** By the roughness of each slab's upper interface, 1/Å. */
  readonly roughness: readonly Float64Array[];
  readonly scale: Float64Array;
  readonly background: Float64Array;
}

/**
 * `reflectivityFromSld` with derivatives by every parameter of every slab, scale and background: Parratt's recursion and its adjoint.
 * @param qPerA - (q,), 1/Å.
 * @returns R and ∂R, (q,) each.
 * @throws as `reflectivityFromSld`; `out_of_domain` exactly at a critical edge (k = 0 in a slab), where R has a vertical tangent: move q or smear.
 * @complexity O(q · slabs · resolution points), about four reflectivities.
 * @reference Parratt, Phys. Rev. 95 (1954) 359; reverse accumulation: Griewank & Walther, Evaluating Derivatives (2008), §3.2.
 */
export function reflectivityDerivativesFromSld(
  slabs: readonly SldSlab[],
  qPerA: ArrayLike<number>,
  instrument: Instrument = {},
): ReflectivityDerivatives {
  const p = sldProfile(slabs);
  const c = 4e-6 * Math.PI;
  return assemble(p, qPerA, instrument, () => ({
    realByReal: c,
    realByImaginary: 0,
    imaginaryByReal: 0,
    imaginaryByImaginary: -c,
  }));
}

/**
 * The same for `reflectivityFromIndex`: `real` is by δ, `imaginary` by β.
 * @param wavelengthA - vacuum wavelength, Å.
 * @param qPerA - (q,), 1/Å.
 * @returns R and ∂R, (q,) each.
 * @throws as {@link reflectivityDerivativesFromSld}.
 */
export function reflectivityDerivativesFromIndex(
  slabs: readonly IndexSlab[],
  wavelengthA: number,
  qPerA: ArrayLike<number>,
  instrument: Instrument = {},
): ReflectivityDerivatives {
  const p = indexProfile(slabs, wavelengthA);
  const k2 = ((2 * Math.PI) / wavelengthA) ** 2;
  return assemble(p, qPerA, instrument, (j) => {
    const { delta, beta } = slabs[j]!;
    return {
      realByReal: 2 * k2 * (1 - delta),
      realByImaginary: 2 * k2 * beta,
      imaginaryByReal: 2 * k2 * beta,
      imaginaryByImaginary: -2 * k2 * (1 - delta),
    };
  });
}

/** How the constants c of a slab follow its density. */
interface Chain {
  readonly realByReal: number;
  readonly realByImaginary: number;
  readonly imaginaryByReal: number;
  readonly imaginaryByImaginary: number;
}

function assemble(p: Profile, qPerA: ArrayLike<number>, o: Instrument, chain: (slab: number) => Chain): ReflectivityDerivatives {
  const n = p.cr.length;
  const curves = seen(p, qPerA, o, (q) => parrattDerivatives(p, q));
  const part = (k: number): Float64Array[] => curves.slice(1 + k * n, 1 + (k + 1) * n);
  const [byCr, byCi, thickness, roughness] = [part(0), part(1), part(2), part(3)];
  const mix = (a: Float64Array, x: number, b: Float64Array, y: number): Float64Array => a.map((v, i) => x * v + y * b[i]!);
  const sum = byCr[0]!.map((_, i) => byCr.reduce((s, v) => s + v[i]!, 0));
  const own = (j: number, by: 'Real' | 'Imaginary'): Float64Array => {
    const c = chain(j);
    // densities are relative to the fronting medium, which therefore moves all others
    if (j === 0) return sum.map((v) => -(by === 'Real' ? c.realByReal : c.realByImaginary) * v);
    return mix(byCr[j]!, c[`realBy${by}`], byCi[j]!, c[`imaginaryBy${by}`]);
  };
  const background = o.background ?? 0;
  const scale = o.scale ?? 1;
  const unit = curves[0]!;
  return {
    reflectivity: unit.map((v) => v + background),
    thickness,
    real: byCr.map((_, j) => own(j, 'Real')),
    imaginary: byCr.map((_, j) => own(j, 'Imaginary')),
    roughness,
    scale: scale === 0 ? seen(p, qPerA, { ...o, scale: 1 }, (q) => parrattDerivatives(p, q))[0]! : unit.map((v) => v / scale),
    background: new Float64Array(qPerA.length).fill(1),
  };
}

// Per slab: k, ∂r/∂k. Per interface: f with its roughness factor, that factor, r′X² and X².
const NAMES = ['kr', 'ki', 'dr', 'di', 'fr', 'fi', 'gr', 'gi', 'ur', 'ui', 'xr', 'xi'] as const;
type Workspace = Readonly<Record<(typeof NAMES)[number], Float64Array>>;

// R, then ∂R by Re c, Im c, thickness and roughness of every slab.
function parrattDerivatives(p: Profile, q: ArrayLike<number>): Float64Array[] {
  const n = p.cr.length;
  const out = Array.from({ length: 1 + 4 * n }, () => new Float64Array(q.length));
  const w = Object.fromEntries(NAMES.map((name) => [name, new Float64Array(n)])) as Workspace;
  for (let i = 0; i < q.length; i++) {
    const q4 = 0.25 * q[i]! * q[i]!;
    if (q4 === 0) {
      // total reflection from every stack: R = 1, flat in all parameters
      out[0]![i] = 1;
      continue;
    }
    for (let j = 0; j < n; j++) {
      waveNumber(q4 - p.cr[j]!, -p.ci[j]!, w.kr, w.ki, j);
      if (w.kr[j] === 0 && w.ki[j] === 0)
        throw new AppError('out_of_domain', `q = ${q[i]} is the critical edge of slab ${j}; move it a little`, {
          index: i,
          slab: j,
        });
    }
    const [re, im] = upwards(p, w);
    out[0]![i] = re * re + im * im;
    downwards(p, w, re, im, out, i);
    for (let j = 1; j < n; j++) {
      // ∂k/∂c = −1/(2k)
      const size = 2 * (w.kr[j]! * w.kr[j]! + w.ki[j]! * w.ki[j]!);
      const cr = -(w.dr[j]! * w.kr[j]! + w.di[j]! * w.ki[j]!) / size;
      const ci = -(w.di[j]! * w.kr[j]! - w.dr[j]! * w.ki[j]!) / size;
      out[1 + j]![i] = 2 * (re * cr + im * ci);
      out[1 + n + j]![i] = 2 * (im * cr - re * ci);
    }
  }
  return out;
}

function upwards(p: Profile, w: Workspace): readonly [number, number] {
  let rr = 0;
  let ri = 0;
  for (let j = p.cr.length - 2; j >= 0; j--) {
    const [ar, ai, br, bi] = [w.kr[j]!, w.ki[j]!, w.kr[j + 1]!, w.ki[j + 1]!];
    const g = -2 * p.sigma[j + 1]! ** 2;
    const e = g === 0 ? 1 : Math.exp(g * (ar * br - ai * bi));
    const phase = g * (ar * bi + ai * br);
    w.gr[j] = e * Math.cos(phase);
    w.gi[j] = e * Math.sin(phase);
    const vr = ar + br;
    const vi = ai + bi;
    const vv = vr * vr + vi * vi;
    const fr = ((ar - br) * vr + (ai - bi) * vi) / vv;
    const fi = ((ai - bi) * vr - (ar - br) * vi) / vv;
    w.fr[j] = fr * w.gr[j]! - fi * w.gi[j]!;
    w.fi[j] = fr * w.gi[j]! + fi * w.gr[j]!;
    const d = 2 * p.thickness[j + 1]!;
    const decay = d === 0 ? 1 : Math.exp(-bi * d);
    w.xr[j] = decay * Math.cos(br * d);
    w.xi[j] = decay * Math.sin(br * d);
    w.ur[j] = rr * w.xr[j]! - ri * w.xi[j]!;
    w.ui[j] = rr * w.xi[j]! + ri * w.xr[j]!;
    const nr = w.fr[j]! + w.ur[j]!;
    const ni = w.fi[j]! + w.ui[j]!;
    const dr = 1 + w.fr[j]! * w.ur[j]! - w.fi[j]! * w.ui[j]!;
    const di = w.fr[j]! * w.ui[j]! + w.fi[j]! * w.ur[j]!;
    const dd = dr * dr + di * di;
    rr = (nr * dr + ni * di) / dd;
    ri = (ni * dr - nr * di) / dd;
  }
  return [rr, ri];
}

// The adjoint g = ∂r/∂r_j; writes ∂R by thickness and roughness, leaves ∂r/∂k.
function downwards(p: Profile, w: Workspace, re: number, im: number, out: Float64Array[], i: number): void {
  const n = p.cr.length;
  w.dr.fill(0);
  w.di.fill(0);
  let gr = 1;
  let gi = 0;
  for (let j = 0; j < n - 1; j++) {
    const [fr, fi, ur, ui] = [w.fr[j]!, w.fi[j]!, w.ur[j]!, w.ui[j]!];
    const [ar, ai, br, bi] = [w.kr[j]!, w.ki[j]!, w.kr[j + 1]!, w.ki[j + 1]!];
    const dr = 1 + fr * ur - fi * ui;
    const di = fr * ui + fi * ur;
    const sr = dr * dr - di * di;
    const si = 2 * dr * di;
    const ss = sr * sr + si * si;
    const hr = (gr * sr + gi * si) / ss;
    const hi = (gi * sr - gr * si) / ss;
    // ∂r/∂f = h(1 − u²), ∂r/∂u = h(1 − f²)
    const er = 1 - ur * ur + ui * ui;
    const ei = -2 * ur * ui;
    const byFr = hr * er - hi * ei;
    const byFi = hr * ei + hi * er;
    const tr = 1 - fr * fr + fi * fi;
    const ti = -2 * fr * fi;
    const byUr = hr * tr - hi * ti;
    const byUi = hr * ti + hi * tr;
    // Fresnel part: 2 ∂r/∂f·g/(k + k′)²
    const vr = ar + br;
    const vi = ai + bi;
    const wr = vr * vr - vi * vi;
    const wi = 2 * vr * vi;
    const ww = wr * wr + wi * wi;
    const zr = 2 * (byFr * w.gr[j]! - byFi * w.gi[j]!);
    const zi = 2 * (byFr * w.gi[j]! + byFi * w.gr[j]!);
    const cr = (zr * wr + zi * wi) / ww;
    const ci = (zi * wr - zr * wi) / ww;
    // roughness part: −2σ² f ∂r/∂f
    const s = p.sigma[j + 1]!;
    const fbr = byFr * fr - byFi * fi;
    const fbi = byFr * fi + byFi * fr;
    const or = -2 * s * s * fbr;
    const oi = -2 * s * s * fbi;
    w.dr[j]! += (cr + or) * br - (ci + oi) * bi;
    w.di[j]! += (cr + or) * bi + (ci + oi) * br;
    const kr = ar * br - ai * bi;
    const ki = ar * bi + ai * br;
    out[1 + 3 * n + j + 1]![i] = -8 * s * (re * (fbr * kr - fbi * ki) + im * (fbr * ki + fbi * kr));
    // u = r′ exp(2ik′d)
    const qr = -2 * (byUr * ui + byUi * ur);
    const qi = 2 * (byUr * ur - byUi * ui);
    if (j + 1 < n - 1) out[1 + 2 * n + j + 1]![i] = 2 * (re * (qr * br - qi * bi) + im * (qr * bi + qi * br));
    const d = p.thickness[j + 1]!;
    w.dr[j + 1]! += (or - cr) * ar - (oi - ci) * ai + qr * d;
    w.di[j + 1]! += (or - cr) * ai + (oi - ci) * ar + qi * d;
    gr = byUr * w.xr[j]! - byUi * w.xi[j]!;
    gi = byUr * w.xi[j]! + byUi * w.xr[j]!;
  }
}
