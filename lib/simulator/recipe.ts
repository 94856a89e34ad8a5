import { AppError } from '@/lib/errors';
import { keyed } from './random';
import type { KnobSpec, ProcessSpec } from './spec';

/** Round to a grid without leaving binary dust: 0.15, not 0.15000000000000002. */
export function toGrid(v: number, quantum: number): number {
  const perUnit = 1 / quantum;
  return perUnit > 1 ? Math.round(v * perUnit) / Math.round(perUnit) : Math.round(v / quantum) * quantum;
}

/** What the tool does with an asked setpoint: clip to its capability, then to its resolution. */
export function applySetpoint(k: KnobSpec, asked: number): number {
  return toGrid(Math.min(k.max, Math.max(k.min, asked)), k.quantum);
}

const solved = new WeakMap<ProcessSpec, Float64Array[]>();

/**
 * Nominal setpoints of a product (0 or 1): the base recipe with knob 0 chosen so that the undisturbed process meets the
 * target, by bisection over the tool's range to far below the knob's resolution.
 * @throws AppError `out_of_domain` when the range does not reach the target: correct the process table.
 */
export function nominalSetpoints(spec: ProcessSpec, product: number): Float64Array {
  const known = solved.get(spec)?.[product];
  if (known) return Float64Array.from(known);
  const x = Float64Array.from(spec.baseRecipe);
  const z = new Float64Array(spec.latents.length);
  const k = spec.knobs[0]!;
  const target = spec.targets[product]!;
  const at = (v: number): number => {
    x[0] = v;
    return spec.output(x, z, product) - target;
  };
  let lo = k.min;
  let hi = k.max;
  const rising = at(hi) > at(lo);
  if (at(lo) * at(hi) > 0)
    throw new AppError('out_of_domain', `${spec.operation}: ${k.name} in [${lo}, ${hi}] does not reach ${target} ${spec.unit}`);
  for (let i = 0; i < 60; i++) {
    const mid = (lo + hi) / 2;
    if (at(mid) > 0 === rising) hi = mid;
    else lo = mid;
  }
  x[0] = toGrid((lo + hi) / 2, spec.loop.quantum);
  const list = solved.get(spec) ?? [];
  list[product] = x;
  solved.set(spec, list);
  return Float64Array.from(x);
}

/** True gain of the controlled output at nominal, output unit per knob unit (central difference of 1e-4 relative). */
export function trueGain(spec: ProcessSpec, product: number): number {
  const x = nominalSetpoints(spec, product);
  const z = new Float64Array(spec.latents.length);
  const x0 = x[0]!;
  const h = 1e-4 * x0;
  x[0] = x0 + h;
  const up = spec.output(x, z, product);
  x[0] = x0 - h;
  return (up - spec.output(x, z, product)) / (2 * h);
}

/** The gain an engineer has in the loop: within 12 % of the true one, three significant digits. */
export function believedGain(seed: number, spec: ProcessSpec, product: number): number {
  const mismatch = 1 + 0.24 * (keyed(seed, 'gain', spec.operation).uniform() - 0.5);
  return Number((trueGain(spec, product) * mismatch).toPrecision(3));
}
