import type { ChannelSpec, MaterialSpec, SampleSpec } from '@/lib/formats/metrology-recipe';
import type { ComplexArray } from '@/lib/numerics';
import { radians, thinFilm } from '@/lib/optics';
import { stackChannels } from './channels';
import type { Forward, Lookup } from './compile';
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

/** Reflection of a film stack at the channels' angles. */
export function filmForward(sample: FilmSample, channels: readonly ChannelSpec[], wavelengthNm: Float64Array): Forward {
  const ambient = indexOf(sample.ambient, wavelengthNm);
  const substrate = indexOf(sample.substrate, wavelengthNm);
  const films = sample.films.map((f) => ({
    thickness: quantityOf(f.thicknessNm),
    index: indexOf(f.material, wavelengthNm),
  }));
  return (lookup) => {
    const stack = {
      ambient: ambient(lookup),
      substrate: substrate(lookup),
      films: films.map((f) => ({ thicknessNm: f.thickness(lookup), index: f.index(lookup) })),
    };
    return stackChannels(channels, wavelengthNm.length, (angle) => thinFilm(stack, wavelengthNm, radians(angle)));
  };
}
