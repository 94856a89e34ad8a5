import { AppError } from '@/lib/errors';
import type { ChannelSpec, SampleSpec } from '@/lib/formats/metrology-recipe';
import { type Complex, complexArray } from '@/lib/numerics';
import { type GratingLayer, type LineGrating, type ModeCache, radians, solveLineGrating } from '@/lib/optics';
import { type Reflection, stackChannels } from './channels';
import type { Forward, Lookup } from './compile';
import { indexOf, quantityOf } from './film';

type GratingSample = Extract<SampleSpec, { kind: 'line-grating' }>;

/** A line's trapezoid: width at half height and sidewall angle, from top to bottom of a stack. */
export interface LineShape {
  readonly heightNm: number;
  readonly cdNm: number;
  readonly sidewallAngleDeg: number;
}

/** Width at a depth below the top, nm. */
export const widthAt = (line: LineShape, depthNm: number): number =>
  line.cdNm + (2 * (depthNm - line.heightNm / 2)) / Math.tan(radians(line.sidewallAngleDeg));

/** Grating of a recipe at one wavelength. */
export type GratingAt = (wavelength: number) => LineGrating;

/** The parts of a grating sample that depend on the parameters, ready for many wavelengths. */
export function gratingSample(sample: GratingSample, wavelengthNm: Float64Array): (lookup: Lookup) => GratingAt {
  const pitch = quantityOf(sample.pitchNm);
  const ambient = indexOf(sample.ambient, wavelengthNm);
  const substrate = indexOf(sample.substrate, wavelengthNm);
  const lines = sample.lines.map((l) => ({
    name: l.name,
    height: quantityOf(l.heightNm),
    cd: quantityOf(l.cdNm),
    angle: quantityOf(l.sidewallAngleDeg),
    index: indexOf(l.material, wavelengthNm),
  }));
  const films = sample.films.map((f) => ({
    thickness: quantityOf(f.thicknessNm),
    index: indexOf(f.material, wavelengthNm),
  }));
  return (lookup) => {
    const periodNm = pitch(lookup);
    const shapes = lines.map((l) => ({
      name: l.name,
      shape: { heightNm: l.height(lookup), cdNm: l.cd(lookup), sidewallAngleDeg: l.angle(lookup) },
      index: l.index(lookup),
    }));
    for (const { name, shape } of shapes) checkShape(name, shape, periodNm);
    const below = films.map((f) => ({ thicknessNm: f.thickness(lookup), index: f.index(lookup) }));
    const [n0, ns] = [ambient(lookup), substrate(lookup)];
    return (i) => {
      const at = (a: { re: Float64Array; im: Float64Array }): Complex => ({ re: a.re[i]!, im: a.im[i]! });
      const superstrate = at(n0);
      const layers: GratingLayer[] = shapes.flatMap(({ shape, index }) =>
        Array.from({ length: sample.slicesPerLine }, (_, k): GratingLayer => {
          const thicknessNm = shape.heightNm / sample.slicesPerLine;
          const half = widthAt(shape, (k + 0.5) * thicknessNm) / 2;
          return { thicknessNm, background: superstrate, segments: [{ x0Nm: -half, x1Nm: half, index: at(index) }] };
        }),
      );
      for (const f of below) layers.push({ thicknessNm: f.thicknessNm, background: at(f.index), segments: [] });
      return { periodNm, superstrate, substrate: at(ns), layers };
    };
  };
}

/** @throws AppError `out_of_domain` when a line does not fit its period or closes. */
function checkShape(name: string, s: LineShape, periodNm: number): void {
  const [top, bottom] = [widthAt(s, 0), widthAt(s, s.heightNm)];
  if (!(Math.min(top, bottom) > 0) || !(Math.max(top, bottom) < periodNm))
    throw new AppError(
      'out_of_domain',
      `line "${name}" is ${top.toFixed(2)} nm wide at the top and ${bottom.toFixed(2)} nm at the bottom in a pitch of ${periodNm} nm; narrow the bounds of CD and sidewall angle`,
      { field: 'sample.lines' },
    );
}

/** Zero order of a line grating in the classical mount (plane of incidence across the lines): TE is s, TM is p. */
export function gratingForward(
  sample: GratingSample,
  channels: readonly ChannelSpec[],
  wavelengthNm: Float64Array,
  certified: number | null,
): Forward {
  const truncation = sample.truncation ?? certified;
  if (truncation === null)
    throw new AppError('invalid_input', 'the recipe leaves the truncation to its certificate; make the certificate first', {
      field: 'sample.truncation',
    });
  const build = gratingSample(sample, wavelengthNm);
  const angles = new Set(channels.map((c) => c.angleDeg)).size;
  // Modes of the last few geometries: a change of height or of a film needs no new eigenproblem.
  const limit = 6 * wavelengthNm.length * angles * 2 * (sample.lines.length * sample.slicesPerLine + sample.films.length);
  const cache: ModeCache = new Map();
  return (lookup) => {
    const gratingAt = build(lookup);
    if (cache.size > limit) cache.clear();
    return stackChannels(channels, wavelengthNm.length, (angle): Reflection => {
      const rs = complexArray(wavelengthNm.length);
      const rp = complexArray(wavelengthNm.length);
      for (let i = 0; i < wavelengthNm.length; i++) {
        const grating = gratingAt(i);
        const s = solveLineGrating(grating, wavelengthNm[i]!, radians(angle), 'TE', truncation, cache);
        const p = solveLineGrating(grating, wavelengthNm[i]!, radians(angle), 'TM', truncation, cache);
        rs.re[i] = s.r.re[truncation]!;
        rs.im[i] = s.r.im[truncation]!;
        rp.re[i] = p.r.re[truncation]!;
        rp.im[i] = p.r.im[truncation]!;
      }
      return { rs, rp };
    });
  };
}
