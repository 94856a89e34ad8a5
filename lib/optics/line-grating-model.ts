import type { Complex, ComplexArray } from '@/lib/numerics';
import type { Segment } from './fourier';

/** A slice of a line grating: segments in a background. */
export interface GratingLayer {
  readonly thicknessNm: number;
  readonly background: Complex;
  readonly segments: readonly Segment[];
}

/** A line grating at one wavelength; layers from top to bottom, ñ = n + ik, the superstrate transparent. */
export interface LineGrating {
  readonly periodNm: number;
  readonly superstrate: Complex;
  readonly substrate: Complex;
  readonly layers: readonly GratingLayer[];
}

/** Orders of a line grating in one polarisation. */
export interface Diffraction {
  /** Order of entry i is i − M. */
  readonly truncation: number;
  /** Amplitude ratios to the incident wave: E_y in TE, H_y in TM. */
  readonly r: ComplexArray;
  /** Computed when first read, as `transmitted` is: a fit of reflection does not pay for the pass down through the layers. */
  readonly t: ComplexArray;
  /** Power of each order over incident power; NaN where the order is evanescent or, for T, the substrate absorbs. */
  readonly reflected: Float64Array;
  readonly transmitted: Float64Array;
}

/** E along the lines (TE) or H along the lines (TM). */
export type Polarisation = 'TE' | 'TM';
