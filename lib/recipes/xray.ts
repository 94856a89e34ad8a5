import type { SampleSpec } from '@/lib/formats/metrology-recipe';
import { radians } from '@/lib/optics';
import { cdSaxs, cdSaxsDerivatives, reflectivityDerivativesFromSld, reflectivityFromSld } from '@/lib/xray';
import type { Forward, ForwardJacobian, Lookup } from './forward';
import { type Resolved, resolve } from './resolve';

type XrrSample = Extract<SampleSpec, { kind: 'xrr' }>;
type SaxsSample = Extract<SampleSpec, { kind: 'saxs-lines' }>;

/** Every channel reads the same curve. */
function repeated(curve: Float64Array, channels: number): Float64Array {
  if (channels === 1) return curve;
  const out = new Float64Array(curve.length * channels);
  for (let k = 0; k < channels; k++) out.set(curve, k * curve.length);
  return out;
}

/** Derivatives by the sample's quantities, gathered into the columns of the parameters that stand in their places. */
class Columns {
  private readonly out: Float64Array;
  private readonly place: ReadonlyMap<string, number>;
  constructor(
    private readonly names: readonly string[],
    moved: readonly number[],
    private readonly points: number,
    private readonly channels: number,
  ) {
    this.out = new Float64Array(points * channels * names.length);
    this.place = new Map(moved.map((j) => [names[j]!, j]));
  }

  add(quantity: number | string, derivative: Float64Array, factor = 1): void {
    const j = typeof quantity === 'string' ? this.place.get(quantity) : undefined;
    if (j === undefined) return;
    for (let k = 0; k < this.channels; k++)
      for (let i = 0; i < this.points; i++) this.out[(k * this.points + i) * this.names.length + j]! += factor * derivative[i]!;
  }

  get jacobian(): Float64Array {
    return this.out;
  }
}

const lookupIn =
  (names: readonly string[], values: Float64Array): Lookup =>
  (name) =>
    values[names.indexOf(name)]!;

/** X-ray reflectivity of slabs. */
export function xrrForward(
  sample: XrrSample,
  channels: number,
  qPerA: Float64Array,
  names: readonly string[],
): { forward: Forward; jacobian: ForwardJacobian } {
  const sigmaPerA = qPerA.map((q) => (q * sample.resolutionPercent) / 100);
  const instrument = (s: Resolved<XrrSample>) => ({
    scale: s.scale,
    background: s.background,
    ...(sample.resolutionPercent > 0 ? { resolution: { sigmaPerA } } : {}),
  });
  return {
    forward: (lookup) => {
      const s = resolve(sample, lookup);
      return repeated(reflectivityFromSld(s.slabs, qPerA, instrument(s)), channels);
    },
    jacobian: (values, moved) => {
      const s = resolve(sample, lookupIn(names, values));
      const d = reflectivityDerivativesFromSld(s.slabs, qPerA, instrument(s));
      const columns = new Columns(names, moved, qPerA.length, channels);
      for (const [i, slab] of sample.slabs.entries()) {
        columns.add(slab.thicknessA, d.thickness[i]!);
        columns.add(slab.sld, d.real[i]!);
        columns.add(slab.isld, d.imaginary[i]!);
        columns.add(slab.roughnessTopA, d.roughness[i]!);
      }
      columns.add(sample.scale, d.scale);
      columns.add(sample.background, d.background);
      return columns.jacobian;
    },
  };
}

/** Small-angle scattering of a line cross-section. */
export function saxsForward(
  sample: SaxsSample,
  channels: number,
  qxPerNm: Float64Array,
  qzPerNm: Float64Array,
  names: readonly string[],
): { forward: Forward; jacobian: ForwardJacobian } {
  const lineOf = (s: Resolved<SaxsSample>) => ({
    bottomCdNm: s.bottomCdNm,
    trapezoids: s.trapezoids.map((t) => ({
      heightNm: t.heightNm,
      leftAngleRad: radians(t.leftAngleDeg),
      rightAngleRad: radians(t.rightAngleDeg),
      contrast: t.contrast,
    })),
  });
  const options = (s: Resolved<SaxsSample>) => ({
    i0: s.scale,
    background: s.background,
    sigmaXNm: s.sigmaXNm,
    sigmaZNm: s.sigmaZNm,
  });
  return {
    forward: (lookup) => {
      const s = resolve(sample, lookup);
      return repeated(cdSaxs(lineOf(s), qxPerNm, qzPerNm, options(s)), channels);
    },
    jacobian: (values, moved) => {
      const s = resolve(sample, lookupIn(names, values));
      const d = cdSaxsDerivatives(lineOf(s), qxPerNm, qzPerNm, options(s));
      const columns = new Columns(names, moved, qxPerNm.length, channels);
      columns.add(sample.bottomCdNm, d.bottomCd);
      for (const [i, t] of sample.trapezoids.entries()) {
        columns.add(t.heightNm, d.height[i]!);
        columns.add(t.leftAngleDeg, d.leftAngle[i]!, radians(1));
        columns.add(t.rightAngleDeg, d.rightAngle[i]!, radians(1));
        columns.add(t.contrast, d.contrast[i]!);
      }
      columns.add(sample.scale, d.i0);
      columns.add(sample.background, d.background);
      columns.add(sample.sigmaXNm, d.sigmaX);
      columns.add(sample.sigmaZNm, d.sigmaZ);
      return columns.jacobian;
    },
  };
}
