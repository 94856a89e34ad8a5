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
  // a constant goes through its permittivity, whose root has lost the sign of n
  if (spec.kind === 'constant' && Number(spec.n) < 0) refuseActive(field, Number(spec.n), Number(spec.k));
  return within(materialIndex(resolve(spec, numbersOnly), Float64Array.from(wavelengthNm)), field);
}

/** No material has a larger index at any wavelength; the square of a much larger one overflows a double. */
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
  const none = a.re.findIndex((n, i) => n === 0 && a.im[i] === 0);
  if (none >= 0)
    throw new AppError(
      'invalid_input',
      `${field}: the index n + ik is 0${a.re.length > 1 ? ` at wavelength ${none}` : ''}, in which no wave travels or decays; give n or k above 0`,
      { field },
    );
  const active = a.re.findIndex((n, i) => n < 0 || a.im[i]! < -LEAST_GAIN);
  if (active >= 0) refuseActive(field, a.re[active]!, a.im[active]!);
  return a;
}

function refuseActive(field: string, n: number, k: number): never {
  throw new AppError(
    'invalid_input',
    `${field}: the index n + ik is ${n} + ${k}i; n and k of a passive medium are 0 or more (time factor exp(−iωt): k > 0 absorbs)`,
    { field },
  );
}

/** How far below 0 rounding of a dispersion law may leave k. */
const LEAST_GAIN = 1e-9;

/** Value at one of the wavelengths. */
export const at = (a: ComplexArray, i: number): Complex => ({ re: a.re[i]!, im: a.im[i]! });
