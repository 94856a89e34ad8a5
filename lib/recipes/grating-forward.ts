import { AppError } from '@/lib/errors';
import type { ChannelSpec } from '@/lib/formats/metrology-recipe';
import { type Complex, type ComplexArray, complexArray } from '@/lib/numerics';
import {
  conicalDerivatives,
  type GratingTangent,
  gratingTangents,
  type Incidence,
  type Jones,
  type LineGrating,
  lineGratingDerivatives,
  type ModeCache,
  radians,
  solveConical,
  solveLineGrating,
} from '@/lib/optics';
import { type ChannelIncidence, incidencesOf, jacobianOfChannels, stackChannels } from './channels';
import type { Forward, ForwardJacobian, Lookup } from './forward';
import { type GratingAt, type GratingSample, gratingSample } from './grating';
import type { Reflection, ReflectionDerivatives } from './reflection';

/**
 * Whether the plane of incidence lies across the lines, where s and p keep apart. From the other side (180°) the zero order is the same by reciprocity.
 */
export const isClassical = ({ azimuthDeg }: ChannelIncidence): boolean => azimuthDeg % 180 === 0;

/** Direction of a channel in radians. */
export const incidenceRad = ({ angleDeg, azimuthDeg }: ChannelIncidence): Incidence => ({
  angleRad: radians(angleDeg),
  azimuthRad: radians(azimuthDeg),
});

/**
 * Zero order of a line grating. In the classical mount (plane of incidence across the lines) TE is s and TM is p, two scalar problems; at any other azimuth the
 * Jones matrix of the conical mount.
 */
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
  const points = wavelengthNm.length;
  // Modes of the last few geometries: a change of height or of a film needs no new eigenproblem.
  const limit = 4 * points * incidencesOf(channels).length * 2 * (sample.slices + sample.films.length);
  const cache: ModeCache = new Map();
  const forward: Forward = (lookup) => {
    const gratingAt = build(lookup);
    if (cache.size > limit) cache.clear();
    return stackChannels(channels, points, (at): Reflection => {
      const r = blank(points, !isClassical(at));
      const incidence = incidenceRad(at);
      for (let i = 0; i < points; i++) {
        const grating = gratingAt(i);
        if (!isClassical(at)) {
          putJones(r, i, solveConical(grating, wavelengthNm[i]!, incidence, truncation).jones);
          continue;
        }
        const s = solveLineGrating(grating, wavelengthNm[i]!, incidence.angleRad, 'TE', truncation, cache);
        const p = solveLineGrating(grating, wavelengthNm[i]!, incidence.angleRad, 'TM', truncation, cache);
        put(r.rs, i, s.r, truncation);
        put(r.rp, i, p.r, truncation);
      }
      return r;
    });
  };
  const jacobian: ForwardJacobian = (values, moved) => {
    if (cache.size > limit) cache.clear();
    const tangentsAt = tangentsOf(build, values, names, moved, points);
    return jacobianOfChannels(channels, points, names.length, moved, (at): ReflectionDerivatives => {
      const r = blank(points, !isClassical(at));
      const derivatives = moved.map(() => blank(points, !isClassical(at)));
      const incidence = incidenceRad(at);
      for (let i = 0; i < points; i++) {
        const { grating, tangents } = tangentsAt(i);
        if (!isClassical(at)) {
          const c = conicalDerivatives(grating, wavelengthNm[i]!, incidence, truncation, tangents);
          putJones(r, i, c.jones);
          for (const [k, d] of derivatives.entries()) putJones(d, i, c.derivatives[k]!);
          continue;
        }
        const solve = (polarisation: 'TE' | 'TM') =>
          lineGratingDerivatives(grating, wavelengthNm[i]!, incidence.angleRad, polarisation, truncation, tangents, {
            cache,
            orders: [0],
          });
        const [s, p] = [solve('TE'), solve('TM')];
        put(r.rs, i, s.r, truncation);
        put(r.rp, i, p.r, truncation);
        for (const [k, d] of derivatives.entries()) {
          put(d.rs, i, s.derivatives[k]!, 0);
          put(d.rp, i, p.derivatives[k]!, 0);
        }
      }
      return { ...r, derivatives };
    });
  };
  return { forward, jacobian };
}

const blank = (points: number, isTurning: boolean): Reflection => ({
  rs: complexArray(points),
  rp: complexArray(points),
  ...(isTurning ? { turned: { ps: complexArray(points), sp: complexArray(points) } } : {}),
});

function put(to: ComplexArray, i: number, from: ComplexArray, j: number): void {
  to.re[i] = from.re[j]!;
  to.im[i] = from.im[j]!;
}

function putJones(to: Reflection, i: number, j: Jones): void {
  const one = (a: ComplexArray, z: Complex): void => {
    a.re[i] = z.re;
    a.im[i] = z.im;
  };
  one(to.rs, j.ss);
  one(to.rp, j.pp);
  if (to.turned) {
    one(to.turned.ps, j.ps);
    one(to.turned.sp, j.sp);
  }
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
  return {
    layers,
    ...(isMoving(t.substrate) && t.substrate ? { substrate: t.substrate } : {}),
    ...(t.superstrate ? { superstrate: t.superstrate } : {}),
    ...(t.periodNm ? { periodNm: t.periodNm } : {}),
  };
}
