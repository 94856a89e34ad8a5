import { AppError } from '@/lib/errors';
import type { ChannelSpec, SampleSpec } from '@/lib/formats/metrology-recipe';
import { type Complex, type ComplexArray, complexArray } from '@/lib/numerics';
import {
  type GratingLayer,
  type GratingTangent,
  gratingTangents,
  type LineGrating,
  type LineShape,
  lineGratingDerivatives,
  type ModeCache,
  outlineOf,
  type ProfileOutline,
  radians,
  sliceShape,
  solveLineGrating,
} from '@/lib/optics';
import { jacobianOfChannels, type Reflection, type ReflectionDerivatives, stackChannels } from './channels';
import type { Forward, ForwardJacobian, Lookup } from './compile';
import { indexOf, quantityOf } from './film';

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
        const angle = radians(value(s.sidewallAngleDeg));
        return { heightNm: value(s.heightNm), leftAngleRad: angle, rightAngleRad: angle, material: String(i) };
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

/** Zero order of a line grating in the classical mount (plane of incidence across the lines): TE is s, TM is p. */
export function gratingForward(
  sample: GratingSample,
  channels: readonly ChannelSpec[],
  wavelengthNm: Float64Array,
  names: readonly string[],
  certified: number | null,
): { forward: Forward; jacobian: ForwardJacobian } {
  const truncation = sample.truncation ?? certified;
  if (truncation === null)
    throw new AppError('invalid_input', 'the recipe leaves the truncation to its certificate; make the certificate first', {
      field: 'sample.truncation',
    });
  const build = gratingSample(sample, wavelengthNm);
  const angles = new Set(channels.map((c) => c.angleDeg)).size;
  const points = wavelengthNm.length;
  // Modes of the last few geometries: a change of height or of a film needs no new eigenproblem.
  const limit = 4 * points * angles * 2 * (sample.slices + sample.films.length);
  const cache: ModeCache = new Map();
  const forward: Forward = (lookup) => {
    const gratingAt = build(lookup);
    if (cache.size > limit) cache.clear();
    return stackChannels(channels, points, (angle): Reflection => {
      const [rs, rp] = [complexArray(points), complexArray(points)];
      for (let i = 0; i < points; i++) {
        const grating = gratingAt(i);
        const s = solveLineGrating(grating, wavelengthNm[i]!, radians(angle), 'TE', truncation, cache);
        const p = solveLineGrating(grating, wavelengthNm[i]!, radians(angle), 'TM', truncation, cache);
        put(rs, i, s.r, truncation);
        put(rp, i, p.r, truncation);
      }
      return { rs, rp };
    });
  };
  const jacobian: ForwardJacobian = (values, moved) => {
    if (cache.size > limit) cache.clear();
    const tangentsAt = tangentsOf(build, values, names, moved, points);
    return jacobianOfChannels(channels, points, names.length, moved, (angle): ReflectionDerivatives => {
      const r: ReflectionDerivatives = {
        rs: complexArray(points),
        rp: complexArray(points),
        drs: moved.map(() => complexArray(points)),
        drp: moved.map(() => complexArray(points)),
      };
      for (let i = 0; i < points; i++) {
        const { grating, tangents } = tangentsAt(i);
        const solve = (polarisation: 'TE' | 'TM') =>
          lineGratingDerivatives(grating, wavelengthNm[i]!, radians(angle), polarisation, truncation, tangents, {
            cache,
            orders: [0],
          });
        const [s, p] = [solve('TE'), solve('TM')];
        put(r.rs, i, s.r, truncation);
        put(r.rp, i, p.r, truncation);
        for (let k = 0; k < moved.length; k++) {
          put(r.drs[k]!, i, s.derivatives[k]!, 0);
          put(r.drp[k]!, i, p.derivatives[k]!, 0);
        }
      }
      return r;
    });
  };
  return { forward, jacobian };
}

function put(to: ComplexArray, i: number, from: ComplexArray, j: number): void {
  to.re[i] = from.re[j]!;
  to.im[i] = from.im[j]!;
}

/** The grating and how it moves with each of the moved parameters, wavelength by wavelength; each geometry is built once for all of them. */
function tangentsOf(
  build: (lookup: Lookup) => GratingAt,
  values: Float64Array,
  names: readonly string[],
  moved: readonly number[],
  points: number,
): (i: number) => { grating: LineGrating; tangents: GratingTangent[] } {
  const built = new Map<string, GratingAt>();
  const at = (p: Float64Array): GratingAt => {
    const key = p.join();
    let g = built.get(key);
    if (!g) {
      const all = values.slice();
      for (const [k, j] of moved.entries()) all[j] = p[k]!;
      const index = new Map(names.map((name, i) => [name, all[i]!]));
      g = build((name) => index.get(name)!);
      built.set(key, g);
    }
    return g;
  };
  const here = Float64Array.from(moved, (j) => values[j]!);
  const steps = here.map((v) => 1e-4 * Math.max(1, Math.abs(v)));
  return (i) => {
    if (i < 0 || i >= points) throw new AppError('dimension_mismatch', `wavelength ${i} of ${points}`);
    return {
      grating: at(here)(i),
      tangents: gratingTangents((p) => at(p)(i), here, steps).map(withoutZeros),
    };
  };
}

const isMoving = (z: Complex | undefined): boolean => z !== undefined && (z.re !== 0 || z.im !== 0);

/** Leaves out what does not move: a layer without a tangent costs nothing. */
function withoutZeros(t: GratingTangent): GratingTangent {
  const layers = (t.layers ?? []).map((l) => {
    if (!l) return null;
    const segments = l.segments?.map((s) => (s && (s.x0Nm || s.x1Nm || isMoving(s.index)) ? s : null));
    const moves = segments?.some((s) => s !== null) ?? false;
    const kept = {
      ...(l.thicknessNm ? { thicknessNm: l.thicknessNm } : {}),
      ...(isMoving(l.background) && l.background ? { background: l.background } : {}),
      ...(moves && segments ? { segments } : {}),
    };
    return Object.keys(kept).length > 0 ? kept : null;
  });
  return { layers, ...(isMoving(t.substrate) && t.substrate ? { substrate: t.substrate } : {}) };
}
