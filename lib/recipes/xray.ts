import type { SampleSpec } from '@/lib/formats/metrology-recipe';
import { radians } from '@/lib/optics';
import { cdSaxs, reflectivityFromSld } from '@/lib/xray';
import type { Forward } from './compile';
import { resolve } from './resolve';

type XrrSample = Extract<SampleSpec, { kind: 'xrr' }>;
type SaxsSample = Extract<SampleSpec, { kind: 'saxs-lines' }>;

const repeated = (curve: Float64Array, channels: number): Float64Array => {
  if (channels === 1) return curve;
  const out = new Float64Array(curve.length * channels);
  for (let k = 0; k < channels; k++) out.set(curve, k * curve.length);
  return out;
};

/** X-ray reflectivity of slabs; every channel reads the same curve. */
export function xrrForward(sample: XrrSample, channels: number, qPerA: Float64Array): Forward {
  const sigmaPerA = qPerA.map((q) => (q * sample.resolutionPercent) / 100);
  return (lookup) => {
    const s = resolve(sample, lookup);
    const instrument = {
      scale: s.scale,
      background: s.background,
      ...(sample.resolutionPercent > 0 ? { resolution: { sigmaPerA } } : {}),
    };
    return repeated(reflectivityFromSld(s.slabs, qPerA, instrument), channels);
  };
}

/** Small-angle scattering of a line cross-section. */
export function saxsForward(sample: SaxsSample, channels: number, qxPerNm: Float64Array, qzPerNm: Float64Array): Forward {
  return (lookup) => {
    const s = resolve(sample, lookup);
    const line = {
      bottomCdNm: s.bottomCdNm,
      trapezoids: s.trapezoids.map((t) => ({
        heightNm: t.heightNm,
        leftAngleRad: radians(t.leftAngleDeg),
        rightAngleRad: radians(t.rightAngleDeg),
        contrast: t.contrast,
      })),
    };
    const options = { i0: s.scale, background: s.background, sigmaXNm: s.sigmaXNm, sigmaZNm: s.sigmaZNm };
    return repeated(cdSaxs(line, qxPerNm, qzPerNm, options), channels);
  };
}
