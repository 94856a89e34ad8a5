import { AppError } from '@/lib/errors';
import type { MaterialSpec } from '@/lib/formats/metrology-recipe';
import type { ComplexArray } from '@/lib/numerics';
import {
  type DispersionLaw,
  effectiveMedium,
  indexFromPermittivity,
  materialIndex as libraryIndex,
  permittivity,
  refractiveIndex,
} from '@/lib/optics';
import type { Resolved } from './resolve';

/**
 * ñ = n + ik of a material on vacuum wavelengths.
 * @throws AppError of the law, of the table (outside its range) or of the mixing rule.
 */
export function materialIndex(spec: Resolved<MaterialSpec>, wavelengthNm: Float64Array): ComplexArray {
  if (spec.kind === 'library') return libraryIndex(spec.name, wavelengthNm);
  if (spec.kind !== 'mixture') return refractiveIndex(law(spec), wavelengthNm);
  const square = (m: Resolved<MaterialSpec>): ComplexArray => {
    if (m.kind !== 'library' && m.kind !== 'mixture') return permittivity(law(m), wavelengthNm);
    const n = materialIndex(m, wavelengthNm);
    const re = n.re.map((v, i) => v * v - n.im[i]! * n.im[i]!);
    return { re, im: n.im.map((v, i) => 2 * v * n.re[i]!) };
  };
  return indexFromPermittivity(effectiveMedium(spec.rule, square(spec.host), square(spec.guest), spec.fraction));
}

function law(spec: Exclude<Resolved<MaterialSpec>, { kind: 'library' | 'mixture' }>): DispersionLaw {
  if (spec.kind === 'oscillators' && !(spec.epsInf > 0))
    throw new AppError('invalid_input', `epsInf is ${spec.epsInf}; give a positive value`, { field: 'epsInf' });
  return spec as DispersionLaw;
}
