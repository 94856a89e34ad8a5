import { AppError } from '@/lib/errors';

/** h·c in eV·nm from the exact SI constants (2019). A rounded 1239.84 moves Tauc–Lorentz values in the fifth digit. */
export const HC_EV_NM = 1239.8419843320025;

/** Photon energy (eV) of a vacuum wavelength (nm), element by element; the relation is its own inverse. */
export function energyFromWavelength(wavelengthNm: ArrayLike<number>): Float64Array {
  return Float64Array.from(wavelengthNm, (w, i) => {
    if (!(w > 0))
      throw new AppError('invalid_input', `wavelengthNm[${i}] is ${w}; give a positive vacuum wavelength`, { index: i });
    return HC_EV_NM / w;
  });
}

export const degrees = (radians: number): number => (radians * 180) / Math.PI;
export const radians = (degrees: number): number => (degrees * Math.PI) / 180;
