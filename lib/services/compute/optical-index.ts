import { AppError } from '@/lib/errors';
import type { IndexIn } from '@/lib/formats/compute';
import { type Complex, type ComplexArray, complexArray } from '@/lib/numerics';
import { materialIndex, parametersOf, resolve } from '@/lib/recipes';

/** Complex index of a material of the request on its wavelengths, nm. `field` names it in errors. */
export function indexOf(m: IndexIn, wavelengthNm: readonly number[], field: string): ComplexArray {
  const spec = typeof m === 'string' ? ({ kind: 'library', name: m } as const) : m;
  if (spec.kind === 'values') {
    if (spec.n.length !== wavelengthNm.length || spec.k.length !== wavelengthNm.length)
      throw new AppError(
        'invalid_input',
        `${field}: n and k must have ${wavelengthNm.length} values, one a wavelength; they have ${spec.n.length} and ${spec.k.length}`,
        { field },
      );
    return complexArray(spec.n.length, Float64Array.from(spec.n), Float64Array.from(spec.k));
  }
  const named = [...parametersOf(spec).keys()][0];
  if (named !== undefined)
    throw new AppError(
      'invalid_input',
      `${field}: "${named}" stands where a number must be; names of parameters belong to recipes`,
      { field },
    );
  const numbersOnly = () => {
    throw new AppError('invalid_input', `${field}: give numbers`, { field });
  };
  return materialIndex(resolve(spec, numbersOnly), Float64Array.from(wavelengthNm));
}

/** Index at one of the wavelengths. */
export const at = (a: ComplexArray, i: number): Complex => ({ re: a.re[i]!, im: a.im[i]! });
