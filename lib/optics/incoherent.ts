import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, waveRoot } from '@/lib/numerics';
import { checkIncidence, type Film, thinFilmAtTangential } from './thin-film';

/** A film that interferes, or a slab too thick or too rough for it. */
export interface MixedLayer extends Film {
  readonly coherent: boolean;
}

/** Power ratios of a stack, (w,) each, dimensionless. */
export interface PowerResponse {
  readonly Rs: Float64Array;
  readonly Rp: Float64Array;
  readonly Ts: Float64Array;
  readonly Tp: Float64Array;
}

/**
 * Power reflectance and transmittance of a stack with incoherent slabs: runs of coherent films between slabs are single interfaces, whose powers from
 * both sides are chained by R = R₁ + T₁T₁′P²R₂/(1 − R₁′P²R₂), T = T₁PT₂/(1 − R₁′P²R₂), P = exp(−2 k₀ Im(k_z) d). A slab in which no wave travels
 * (Im k_z ≥ Re k_z: beyond total reflection, or a metal) has no phase that could be lost; it decays as a film does, and is taken as one.
 * @param ambient - ñ, (w,), transparent.
 * @param layers - from the side of incidence.
 * @param exit - ñ of the last half-space. The ambient is transparent. Units and errors as in `thinFilm`.
 * @param wavelengthNm - (w,), nm.
 * @param angleRad - angle of incidence in the ambient, rad.
 * @returns R and T of both polarisations, (w,) each.
 * @reference Katsidis & Siapkas, Appl. Opt. 41 (2002) 3978; Byrnes, arXiv:1603.02720, §8.
 */
export function incoherentStack(
  ambient: ComplexArray,
  layers: readonly MixedLayer[],
  exit: ComplexArray,
  wavelengthNm: ArrayLike<number>,
  angleRad: number,
): PowerResponse {
  checkIncidence(ambient, angleRad, [...layers.map((l) => l.index), exit]);
  const absorbing = ambient.im.findIndex((k) => k !== 0);
  if (absorbing >= 0)
    throw new AppError(
      'invalid_input',
      'ambient: absorbs, so that the powers that incoherent slabs hand on are not those of waves; give a transparent ambient (k = 0)',
      { field: 'ambient', index: absorbing },
    );
  const w = wavelengthNm.length;
  const medium = (i: number): ComplexArray => (i < 0 ? ambient : i >= layers.length ? exit : layers[i]!.index);
  const out: PowerResponse = {
    Rs: new Float64Array(w),
    Rp: new Float64Array(w),
    Ts: new Float64Array(w),
    Tp: new Float64Array(w),
  };
  for (let i = 0; i < w; i++) {
    const at = (n: ComplexArray): ComplexArray => ({ re: n.re.subarray(i, i + 1), im: n.im.subarray(i, i + 1) });
    const lambda = [wavelengthNm[i]!];
    const tangential = { re: Float64Array.of((ambient.re[i]! * Math.sin(angleRad)) ** 2), im: new Float64Array(1) };
    const waves = layers.map((l) => waveIn(l, i, tangential.re[0]!));
    const slabs = [...layers.keys()].filter((k) => !layers[k]!.coherent && waves[k]!.im < waves[k]!.re);
    const edges = [-1, ...slabs, layers.length];
    const powers = edges.slice(1).map((to, e) => {
      const from = edges[e]!;
      const films = layers.slice(from + 1, to).map((f) => ({ thicknessNm: f.thicknessNm, index: at(f.index) }));
      const top = at(medium(from));
      const bottom = at(medium(to));
      const down = thinFilmAtTangential({ ambient: top, films, substrate: bottom }, lambda, tangential);
      const up = thinFilmAtTangential({ ambient: bottom, films: films.toReversed(), substrate: top }, lambda, tangential);
      return { down, up };
    });
    for (const p of ['s', 'p'] as const) {
      const last = powers[powers.length - 1]!.down;
      let r = (p === 's' ? last.Rs : last.Rp)[0]!;
      let t = (p === 's' ? last.Ts : last.Tp)[0]!;
      for (let e = powers.length - 2; e >= 0; e--) {
        const { down, up } = powers[e]!;
        const [rd, td, ru, tu] =
          p === 's' ? [down.Rs[0]!, down.Ts[0]!, up.Rs[0]!, up.Ts[0]!] : [down.Rp[0]!, down.Tp[0]!, up.Rp[0]!, up.Tp[0]!];
        const slab = edges[e + 1]!;
        const pass = Math.exp((-4 * Math.PI * waves[slab]!.im * layers[slab]!.thicknessNm) / wavelengthNm[i]!);
        const d = 1 - ru * pass * pass * r;
        t = (td * pass * t) / d;
        r = rd + (td * tu * pass * pass * r) / d;
      }
      (p === 's' ? out.Rs : out.Rp)[i] = r;
      (p === 's' ? out.Ts : out.Tp)[i] = t;
    }
  }
  return out;
}

/** k_z/k₀ in a layer at wavelength i. */
function waveIn({ index }: MixedLayer, i: number, tangentialSquared: number): Complex {
  const [n, k] = [index.re[i]!, index.im[i]!];
  return waveRoot({ re: n * n - k * k - tangentialSquared, im: 2 * n * k });
}
