import { AppError } from '@/lib/errors';
import type { CrossedGrating } from './crossed';
import type { CrossedTangent } from './crossed-derivatives';
import type { GratingTangent } from './line-grating-derivatives';
import type { LineGrating } from './line-grating-model';

/**
 * Tangents of a parametrised grating: fourth-order central differences of its thicknesses, edges and indices, which are cheap and smooth; the
 * diffraction itself is differentiated exactly by `lineGratingDerivatives`. Exact to rounding where geometry depends linearly or quadratically on p.
 * @param build - the grating at parameters p; layers and segments must not change in number with p.
 * @param parameters - p, (m,), in the units that `build` takes.
 * @param steps - one per parameter.
 * @returns one tangent per parameter.
 * @throws AppError `invalid_input` when the number of layers or segments changes, or a step is 0.
 * @reference central difference of fourth order: Abramowitz & Stegun (1964), Table 25.2.
 */
export function gratingTangents(
  build: (p: Float64Array) => LineGrating,
  parameters: Float64Array,
  steps: ArrayLike<number>,
): GratingTangent[] {
  return slopes(build, parameters, steps).map((g) => ({ ...g, superstrate: g.superstrate.re }));
}

/**
 * The same for crossed gratings and `crossedDerivatives`.
 * @param build - the grating at parameters p.
 * @param parameters - p, (m,).
 * @param steps - one per parameter, in its unit.
 * @throws as {@link gratingTangents}.
 */
export function crossedTangents(
  build: (p: Float64Array) => CrossedGrating,
  parameters: Float64Array,
  steps: ArrayLike<number>,
): CrossedTangent[] {
  return slopes(build, parameters, steps).map((g) => ({ ...g, superstrate: g.superstrate.re }));
}

// ∂/∂p of every number of a structure, in the structure's own form.
function slopes<T>(build: (p: Float64Array) => T, parameters: Float64Array, steps: ArrayLike<number>): T[] {
  return Array.from(parameters, (_, j) => {
    const h = steps[j]!;
    if (!(h > 0)) throw new AppError('invalid_input', `steps[${j}] is ${h}; give a positive step`, { index: j });
    const at = (k: number): T => {
      const p = parameters.slice();
      p[j] = p[j]! + k * h;
      return build(p);
    };
    return slope([at(-2), at(-1), at(1), at(2)], h, j) as T;
  });
}

type Four = readonly [unknown, unknown, unknown, unknown];

function slope(v: Four, h: number, parameter: number): unknown {
  const [a, b, c, d] = v;
  // differences of pairs, so that what does not move has the slope 0 exactly and costs nothing later
  if (typeof a === 'number') return (8 * ((c as number) - (b as number)) - ((d as number) - a)) / (12 * h);
  const entries = v.map((o) => Object.keys(o as object).join());
  if (entries.some((k) => k !== entries[0]))
    throw new AppError(
      'invalid_input',
      `parameter ${parameter} changes the number of layers or of parts in a layer; keep it fixed`,
      {
        index: parameter,
      },
    );
  const part = (k: string | number): unknown =>
    slope(v.map((o) => (o as Record<string | number, unknown>)[k]) as unknown as Four, h, parameter);
  if (Array.isArray(a)) return a.map((_, k) => part(k));
  return Object.fromEntries(Object.keys(a as object).map((k) => [k, part(k)]));
}
