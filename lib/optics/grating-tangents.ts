import { AppError } from '@/lib/errors';
import type { Complex } from '@/lib/numerics';
import type { LineGrating } from './line-grating';
import type { GratingTangent } from './line-grating-derivatives';

/**
 * Tangents of a parametrised grating: fourth-order central differences of its thicknesses, edges and indices, which are cheap and smooth; the
 * diffraction itself is differentiated exactly by `lineGratingDerivatives`. Exact to rounding where geometry depends linearly or quadratically on p.
 * @param build - the grating at parameters p; layers and segments must not change in number with p. @param steps - one per parameter.
 * @throws AppError `invalid_input` when the number of layers or segments changes, or a step is 0.
 */
export function gratingTangents(
  build: (p: Float64Array) => LineGrating,
  parameters: Float64Array,
  steps: ArrayLike<number>,
): GratingTangent[] {
  return Array.from(parameters, (_, j) => {
    const h = steps[j]!;
    if (!(h > 0)) throw new AppError('invalid_input', `steps[${j}] is ${h}; give a positive step`, { index: j });
    const at = (k: number): LineGrating => {
      const p = parameters.slice();
      p[j] = p[j]! + k * h;
      return build(p);
    };
    const g = [at(-2), at(-1), at(1), at(2)] as const;
    // differences of pairs, so that what does not move has the slope 0 exactly and costs nothing later
    const slope = (f: (g: LineGrating) => number): number => (8 * (f(g[2]) - f(g[1])) - (f(g[3]) - f(g[0]))) / (12 * h);
    const complexSlope = (f: (g: LineGrating) => Complex): Complex => ({ re: slope((v) => f(v).re), im: slope((v) => f(v).im) });
    const shape = (v: LineGrating): string => v.layers.map((l) => l.segments.length).join();
    if (g.some((v) => shape(v) !== shape(g[0])))
      throw new AppError('invalid_input', `parameter ${j} changes the number of layers or segments; keep it fixed`, { index: j });
    return {
      substrate: complexSlope((v) => v.substrate),
      superstrate: slope((v) => v.superstrate.re),
      periodNm: slope((v) => v.periodNm),
      layers: g[0].layers.map((l, i) => ({
        thicknessNm: slope((v) => v.layers[i]!.thicknessNm),
        background: complexSlope((v) => v.layers[i]!.background),
        segments: l.segments.map((_s, k) => ({
          x0Nm: slope((v) => v.layers[i]!.segments[k]!.x0Nm),
          x1Nm: slope((v) => v.layers[i]!.segments[k]!.x1Nm),
          index: complexSlope((v) => v.layers[i]!.segments[k]!.index),
        })),
      })),
    };
  });
}
