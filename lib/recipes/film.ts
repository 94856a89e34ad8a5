import type { ChannelSpec, MaterialSpec, SampleSpec } from '@/lib/formats/metrology-recipe';
import { type ComplexArray, complexArray } from '@/lib/numerics';
import { type AmplitudeDerivatives, radians, thinFilm, thinFilmDerivatives } from '@/lib/optics';
import { jacobianOfChannels, stackChannels, withoutAzimuth } from './channels';
import type { Forward, ForwardJacobian, Lookup } from './forward';
import { materialIndex } from './materials';
import { parametersOf, resolve } from './resolve';

type FilmSample = Extract<SampleSpec, { kind: 'film-stack' }>;

/** ñ as a function of the parameters; a material that has none is computed once. */
export function indexOf(spec: MaterialSpec, wavelengthNm: Float64Array): (v: Lookup) => ComplexArray {
  if (parametersOf(spec).size > 0) return (lookup) => materialIndex(resolve(spec, lookup), wavelengthNm);
  const fixed = materialIndex(
    resolve(spec, () => Number.NaN),
    wavelengthNm,
  );
  return () => fixed;
}

export const quantityOf =
  (q: number | string): ((v: Lookup) => number) =>
  (lookup) =>
    typeof q === 'number' ? q : lookup(q);

/** ∂ñ by one parameter, by differences of fourth order over the dispersion law alone: it costs no solution. Null where the material does not use it. */
function indexDerivative(spec: MaterialSpec, wavelengthNm: Float64Array): (lookup: Lookup, name: string) => ComplexArray | null {
  const uses = parametersOf(spec);
  const index = indexOf(spec, wavelengthNm);
  return (lookup, name) => {
    if (!uses.has(name)) return null;
    const h = 1e-4 * Math.max(0.1, Math.abs(lookup(name)));
    const at = (k: number): ComplexArray => index((n) => lookup(n) + (n === name ? k * h : 0));
    const [a, b, c, d] = [at(-2), at(-1), at(1), at(2)];
    const slope = (part: 're' | 'im'): Float64Array =>
      a[part].map((v, i) => (v - 8 * b[part][i]! + 8 * c[part][i]! - d[part][i]!) / (12 * h));
    return { re: slope('re'), im: slope('im') };
  };
}

function addProduct(to: ComplexArray, a: ComplexArray, b: ComplexArray | number): void {
  for (let i = 0; i < to.re.length; i++) {
    const [x, y] = typeof b === 'number' ? [b, 0] : [b.re[i]!, b.im[i]!];
    to.re[i]! += a.re[i]! * x - a.im[i]! * y;
    to.im[i]! += a.re[i]! * y + a.im[i]! * x;
  }
}

/** Reflection of a film stack at the channels' angles. There is no Jacobian where the ambient has parameters: differences serve then. */
export function filmForward(
  sample: FilmSample,
  recorded: readonly ChannelSpec[],
  wavelengthNm: Float64Array,
  names: readonly string[],
): { forward: Forward; jacobian: ForwardJacobian | null } {
  const channels = withoutAzimuth(recorded);
  const points = wavelengthNm.length;
  const ambient = indexOf(sample.ambient, wavelengthNm);
  const substrate = indexOf(sample.substrate, wavelengthNm);
  const films = sample.films.map((f) => ({
    spec: f,
    thickness: quantityOf(f.thicknessNm),
    index: indexOf(f.material, wavelengthNm),
    indexBy: indexDerivative(f.material, wavelengthNm),
  }));
  const substrateBy = indexDerivative(sample.substrate, wavelengthNm);
  const stackOf = (lookup: Lookup) => ({
    ambient: ambient(lookup),
    substrate: substrate(lookup),
    films: films.map((f) => ({ thicknessNm: f.thickness(lookup), index: f.index(lookup) })),
  });
  const forward: Forward = (lookup) => {
    const stack = stackOf(lookup);
    return stackChannels(channels, points, ({ angleDeg }) => thinFilm(stack, wavelengthNm, radians(angleDeg)));
  };
  if (parametersOf(sample.ambient).size > 0) return { forward, jacobian: null };
  const jacobian: ForwardJacobian = (values, moved) => {
    const place = new Map(names.map((name, i) => [name, i]));
    const lookup: Lookup = (name) => values[place.get(name)!]!;
    const stack = stackOf(lookup);
    const indexChanges = moved.map((j) => films.map((f) => f.indexBy(lookup, names[j]!)));
    const substrateChanges = moved.map((j) => substrateBy(lookup, names[j]!));
    const along = (d: AmplitudeDerivatives, k: number): ComplexArray => {
      const out = complexArray(points);
      for (const [f, film] of films.entries()) {
        if (film.spec.thicknessNm === names[moved[k]!]) addProduct(out, d.thickness[f]!, 1);
        const change = indexChanges[k]![f];
        if (change) addProduct(out, d.index[f]!, change);
      }
      const change = substrateChanges[k];
      if (change) addProduct(out, d.substrate, change);
      return out;
    };
    return jacobianOfChannels(channels, points, names.length, moved, ({ angleDeg }) => {
      const { s, p } = thinFilmDerivatives(stack, wavelengthNm, radians(angleDeg));
      return { rs: s.r, rp: p.r, derivatives: moved.map((_, k) => ({ rs: along(s, k), rp: along(p, k) })) };
    });
  };
  return { forward, jacobian };
}
