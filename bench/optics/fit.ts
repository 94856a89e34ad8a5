import { fitModel } from '@/lib/inversion';
import { complexArray } from '@/lib/numerics';
import {
  type DispersionLaw,
  type FilmStack,
  indexDerivative,
  indexFromPermittivity,
  permittivityDerivatives,
  psiDelta,
  psiDeltaDerivatives,
  radians,
  refractiveIndex,
  thinFilm,
  thinFilmDerivatives,
} from '@/lib/optics';

interface Case {
  readonly id: string;
  readonly inputs: {
    readonly wavelength_nm: number[];
    readonly angle_deg: number[];
    readonly substrate: { readonly re: number[]; readonly im: number[] };
    readonly oxide_n: number[];
    readonly oxide_nm: number;
    readonly data: number[];
    readonly sigma: number[];
    readonly start: number[];
    readonly parameters: string[];
  };
}

const LAW_KEYS = ['terms.0.gapEv', 'terms.0.amplitudeEv', 'terms.0.centreEv', 'terms.0.broadeningEv', 'epsInf'];

/** The Tauc–Lorentz ellipsometry fit with closed derivatives: 6 parameters, 92 data. */
export function fitWorkload(file: { readonly cases: readonly Case[] }) {
  const i = file.cases.find((c) => c.id === 'ell-tauc-lorentz')!.inputs;
  const nm = i.wavelength_nm;
  const w = nm.length;
  const real = (v: readonly number[]) => complexArray(w, Float64Array.from(v));
  const ambient = real(nm.map(() => 1));
  const oxide = { thicknessNm: i.oxide_nm, index: real(i.oxide_n) };
  const substrate = complexArray(w, Float64Array.from(i.substrate.re), Float64Array.from(i.substrate.im));
  const angles = i.angle_deg.map(radians);
  const lawOf = (p: Float64Array): DispersionLaw => ({
    kind: 'oscillators',
    epsInf: p[4]!,
    terms: [{ kind: 'tauc-lorentz', gapEv: p[0]!, amplitudeEv: p[1]!, centreEv: p[2]!, broadeningEv: p[3]! }],
  });
  const model = (p: Float64Array): Float64Array => {
    const index = refractiveIndex(lawOf(p), nm);
    const stack: FilmStack = { ambient, films: [oxide, { thicknessNm: p[5]!, index }], substrate };
    const out = new Float64Array(2 * w * angles.length);
    for (const [a, angle] of angles.entries()) {
      const r = thinFilm(stack, nm, angle);
      const v = psiDelta(r.rp, r.rs);
      for (let k = 0; k < w; k++) {
        out[2 * (w * a + k)] = v.psiDeg[k]!;
        out[2 * (w * a + k) + 1] = v.deltaDeg[k]!;
      }
    }
    return out;
  };
  const times = (a: { re: Float64Array; im: Float64Array }, b: { re: Float64Array; im: Float64Array }) =>
    complexArray(
      w,
      a.re.map((v, k) => v * b.re[k]! - a.im[k]! * b.im[k]!),
      a.re.map((v, k) => v * b.im[k]! + a.im[k]! * b.re[k]!),
    );
  const jacobian = (p: Float64Array): Float64Array => {
    const law = permittivityDerivatives(lawOf(p), nm);
    const index = indexFromPermittivity(law.epsilon);
    const moves = LAW_KEYS.map((key) => indexDerivative(index, law.byParameter.get(key)!));
    const stack: FilmStack = { ambient, films: [oxide, { thicknessNm: p[5]!, index }], substrate };
    const out = new Float64Array(2 * w * angles.length * 6);
    for (const [a, angle] of angles.entries()) {
      const d = thinFilmDerivatives(stack, nm, angle);
      for (let j = 0; j < 6; j++) {
        const along = (x: typeof d.s) => (j < 5 ? times(x.index[1]!, moves[j]!) : x.thickness[1]!);
        const v = psiDeltaDerivatives(d.p.r, d.s.r, along(d.p), along(d.s));
        for (let k = 0; k < w; k++) {
          out[2 * (w * a + k) * 6 + j] = v.psiDeg[k]!;
          out[(2 * (w * a + k) + 1) * 6 + j] = v.deltaDeg[k]!;
        }
      }
    }
    return out;
  };
  const periodic360 = Array.from({ length: i.data.length }, (_, k) => k % 2 === 1);
  const problem = { names: i.parameters, model, jacobian, data: i.data, sigma: i.sigma, start: i.start, periodic360 };
  let r: ReturnType<typeof fitModel> | null = null;
  return {
    run: () => {
      r = fitModel(problem);
    },
    check: () => [r!.parameters[0]!, r!.chi2],
    counts: () => ({ iterations: r!.iterations, evaluations: r!.evaluations }),
  };
}
