import { differenceJacobian, type ForwardModel } from './jacobian';
import type { Parameterisation, ParameterisedProblem } from './parameterisation-types';

/**
 * Derivatives of the model by every held parameter, what is tied to it following: (m,) each, in the order of `p.propagated`.
 * @param full - all parameters of the model.
 * @param modelled - the model there.
 * @returns unit of the data over unit of the held parameter.
 * @throws AppError `out_of_domain` when the model is not finite beside the point.
 */
export function heldDerivatives(
  problem: ParameterisedProblem,
  p: Parameterisation,
  full: Float64Array,
  modelled: Float64Array,
): Float64Array[] {
  if (p.propagated.length === 0) return [];
  const whole = problem.jacobian?.(full);
  return p.propagated.map((held) =>
    whole ? columnAlong(whole, held.effect, modelled.length) : byDifference(problem, full, held, modelled),
  );
}

function columnAlong(jacobian: Float64Array, direction: Float64Array, m: number): Float64Array {
  const size = direction.length;
  const out = new Float64Array(m);
  for (let i = 0; i < m; i++) for (let a = 0; a < size; a++) out[i]! += jacobian[i * size + a]! * direction[a]!;
  return out;
}

// along the held parameter, in units of its own uncertainty
function byDifference(
  problem: ParameterisedProblem,
  full: Float64Array,
  held: Parameterisation['propagated'][number],
  base: Float64Array,
): Float64Array {
  const u = held.standardUncertainty;
  const along: ForwardModel = (t) => problem.model(full.map((v, a) => v + held.effect[a]! * u * t[0]!));
  const options = problem.periodic360 ? { periodic360: problem.periodic360 } : {};
  return differenceJacobian(along, Float64Array.of(0), base, { relativeStep: 1, ...options }).map((v) => v / u);
}
