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
    return within(complexArray(spec.n.length, Float64Array.from(spec.n), Float64Array.from(spec.k)), field);
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
  return within(materialIndex(resolve(spec, numbersOnly), Float64Array.from(wavelengthNm)), field);
}

/** No material has a larger index at any wavelength; the square of a much larger one leaves the range of a double. */
const LARGEST_INDEX = 1e5;

function within(a: ComplexArray, field: string): ComplexArray {
  const bad = a.re.findIndex((n, i) => !(Math.hypot(n, a.im[i]!) <= LARGEST_INDEX));
  if (bad >= 0)
    throw new AppError(
      'invalid_input',
      `${field}: the index n + ik is ${a.re[bad]} + ${a.im[bad]}i; its magnitude is at most ${LARGEST_INDEX}`,
      {
        field,
      },
    );
  return a;
}

/** Index at one of the wavelengths. */
export const at = (a: ComplexArray, i: number): Complex => ({ re: a.re[i]!, im: a.im[i]! });
