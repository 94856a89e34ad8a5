import { AppError } from '@/lib/errors';
import type { SampleSpec } from '@/lib/formats/metrology-recipe';
import type { Complex, ComplexArray } from '@/lib/numerics';
import {
  type GratingLayer,
  type LineGrating,
  type LineShape,
  outlineOf,
  type ProfileOutline,
  radians,
  sliceShape,
} from '@/lib/optics';
import { indexOf, quantityOf } from './film';
import type { Lookup } from './forward';

export type GratingSample = Extract<SampleSpec, { kind: 'line-grating' }>;

/** The line's cross-section at given parameters; materials are named by their place, bottom first as shapes are. */
export function lineShape(sample: GratingSample, lookup: Lookup): LineShape {
  const value = (q: number | string): number => quantityOf(q)(lookup);
  const { line } = sample;
  return {
    cdNm: value(line.cdNm),
    cdAt: line.cdAt,
    topRoundingNm: value(line.topRoundingNm),
    footingNm: value(line.footingNm),
    sections: line.sections
      .map((s, i) => {
        const angle = value(s.sidewallAngleDeg);
        const tilt = value(s.tiltDeg ?? 0);
        const [leftAngleRad, rightAngleRad] = [radians(angle - tilt), radians(angle + tilt)];
        return { heightNm: value(s.heightNm), leftAngleRad, rightAngleRad, material: String(i) };
      })
      .reverse(),
  };
}

/** Outline of the line for a drawing; section k of the outline is the recipe's section `sections − 1 − k`. */
export const lineOutline = (sample: GratingSample, lookup: Lookup): ProfileOutline => outlineOf(lineShape(sample, lookup));

/** A grating for each wavelength of a list. */
export type GratingAt = (wavelength: number) => LineGrating;

/** The grating of a sample as a function of its parameters. Materials without parameters are looked up once. */
export function gratingSample(sample: GratingSample, wavelengthNm: Float64Array): (lookup: Lookup) => GratingAt {
  const pitch = quantityOf(sample.pitchNm);
  const ambient = indexOf(sample.ambient, wavelengthNm);
  const substrate = indexOf(sample.substrate, wavelengthNm);
  const sections = sample.line.sections.map((s) => indexOf(s.material, wavelengthNm));
  const films = sample.films.map((f) => ({
    thickness: quantityOf(f.thicknessNm),
    index: indexOf(f.material, wavelengthNm),
  }));
  return (lookup) => {
    const periodNm = pitch(lookup);
    const shape = lineShape(sample, lookup);
    const slices = sliceShape(shape, sample.slices).toReversed();
    checkWidth(slices, periodNm);
    const indices = sections.map((index) => index(lookup));
    const below = films.map((f) => ({ thicknessNm: f.thickness(lookup), index: f.index(lookup) }));
    const [n0, ns] = [ambient(lookup), substrate(lookup)];
    return (i) => {
      const at = (a: ComplexArray): Complex => ({ re: a.re[i]!, im: a.im[i]! });
      const superstrate = at(n0);
      const layers: GratingLayer[] = slices.map((s) => ({
        thicknessNm: s.thicknessNm,
        background: superstrate,
        segments: [{ x0Nm: s.leftNm, x1Nm: s.rightNm, index: at(indices[Number(shape.sections[s.section]!.material)]!) }],
      }));
      for (const f of below) layers.push({ thicknessNm: f.thicknessNm, background: at(f.index), segments: [] });
      return { periodNm, superstrate, substrate: at(ns), layers };
    };
  };
}

function checkWidth(slices: readonly { leftNm: number; rightNm: number }[], periodNm: number): void {
  const widest = Math.max(...slices.map((s) => s.rightNm - s.leftNm));
  if (!(widest < periodNm))
    throw new AppError(
      'out_of_domain',
      `the line is ${widest.toFixed(2)} nm wide in a pitch of ${periodNm} nm; narrow the bounds of CD and sidewall angle`,
      { field: 'sample.line' },
    );
}
