import type { Incidence } from './far-field';
import type { LayerTangent } from './fourier-tangent';
import type { GratingLayer } from './line-grating-model';

/** How the illumination moves with one parameter p: every entry is ∂/∂p. Indices are held unless their own tangents say how they follow the wavelength. */
export interface IlluminationTangent {
  readonly angleRad?: number;
  readonly azimuthRad?: number;
  readonly wavelengthNm?: number;
  /** ∂n of the transparent superstrate. */
  readonly superstrate?: number;
}

/**
 * δ(k_x, k_y)/k₀ of order zero.
 * @param n0 - index of the superstrate.
 * @returns δ(n₀ sin θ cos φ) and δ(n₀ sin θ sin φ), per unit of the parameter.
 * @reference grating equation: Born & Wolf, Principles of Optics, 7th ed. (1999), §8.6.1.
 */
export function tangentialChange(
  n0: number,
  { angleRad, azimuthRad }: Incidence,
  t: IlluminationTangent,
): { x: number; y: number } {
  const sin = Math.sin(angleRad);
  const along = n0 * Math.cos(angleRad) * (t.angleRad ?? 0) + sin * (t.superstrate ?? 0);
  const turn = n0 * sin * (t.azimuthRad ?? 0);
  const [c, s] = [Math.cos(azimuthRad), Math.sin(azimuthRad)];
  return { x: along * c - turn * s, y: along * s + turn * c };
}

/** δ(λ/Λ): how far the step of k/k₀ from order to order moves. @param periodTangent - ∂Λ, nm. @returns per unit of the parameter. */
export const orderStepChange = (wavelengthNm: number, periodNm: number, t: IlluminationTangent, periodTangent: number): number =>
  ((t.wavelengthNm ?? 0) - (wavelengthNm / periodNm) * periodTangent) / periodNm;

/** δ(k₀d) of a layer. @param k0 - 2π/λ, 1/nm. @param thickness - ∂d, nm. @returns k₀(∂d − d ∂λ/λ), rad per unit of the parameter. */
export const phaseChange = (
  k0: number,
  wavelengthNm: number,
  thicknessNm: number,
  t: IlluminationTangent,
  thickness = 0,
): number => k0 * (thickness - (thicknessNm / wavelengthNm) * (t.wavelengthNm ?? 0));

/**
 * The tangent of a layer with the positions of its edges in periods: with the period growing by δΛ an edge at x falls back by x δΛ/Λ.
 * @param periodNm - Λ, nm.
 * @param periodTangent - ∂Λ, nm.
 * @returns edges in units of the period; null where nothing moves.
 */
export function inPeriods(
  layer: GratingLayer,
  tangent: LayerTangent | null,
  periodNm: number,
  periodTangent: number,
): LayerTangent | null {
  if (periodTangent === 0) return tangent;
  const rate = periodTangent / periodNm;
  return {
    ...tangent,
    segments: layer.segments.map((s, i) => {
      const t = tangent?.segments?.[i];
      return { ...t, x0Nm: (t?.x0Nm ?? 0) - rate * s.x0Nm, x1Nm: (t?.x1Nm ?? 0) - rate * s.x1Nm };
    }),
  };
}
