import { AppError } from '@/lib/errors';
import type { Loads, ProcessSpec } from './spec';

/** Sparse rows of loads: entries start[s]..start[s+1] of sensor s. */
export interface SparseRows {
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly value: Float64Array;
}

/** A process with names resolved to indices, so that the generators run on flat arrays. */
export interface Compiled {
  readonly spec: ProcessSpec;
  readonly sensors: number;
  readonly steps: number;
  /** (sensor, step) activity. */
  readonly activity: Float64Array;
  readonly isTotal: Uint8Array;
  readonly off: Float64Array;
  readonly nominal: Float64Array;
  readonly noise: Float64Array;
  /** Factor by which a transient fades per sample. */
  readonly decay: Float64Array;
  readonly scale: Float64Array;
  readonly slope: Float64Array;
  readonly loads: SparseRows;
  readonly knobs: SparseRows;
  readonly slopes: SparseRows;
  readonly weakness: number;
}

function sparse(rows: readonly Loads[], names: readonly string[], what: string): SparseRows {
  const start = new Int32Array(rows.length + 1);
  const index: number[] = [];
  const value: number[] = [];
  rows.forEach((row, r) => {
    for (const [name, v] of Object.entries(row)) {
      const i = names.indexOf(name);
      if (i < 0) throw new AppError('internal', `${what} '${name}' is not one of ${names.join(', ')}`);
      index.push(i);
      value.push(v);
    }
    start[r + 1] = index.length;
  });
  return { start, index: Int32Array.from(index), value: Float64Array.from(value) };
}

/** Resolve a specification. @throws AppError `internal` when a sensor names an unknown latent or knob: correct the table. */
export function compileProcess(spec: ProcessSpec): Compiled {
  const { sensors } = spec;
  const steps = spec.steps.length;
  const latents = spec.latents.map((l) => l.name);
  const knobs = spec.knobs.map((k) => k.name);
  const activity = new Float64Array(sensors.length * steps).fill(1);
  sensors.forEach((s, i) => {
    if (s.activity.length > 0) activity.set(s.activity, i * steps);
  });
  return {
    spec,
    sensors: sensors.length,
    steps,
    activity,
    isTotal: Uint8Array.from(sensors, (s) => (s.kind === 'total' ? 1 : 0)),
    off: Float64Array.from(sensors, (s) => s.off),
    nominal: Float64Array.from(sensors, (s) => s.nominal),
    noise: Float64Array.from(sensors, (s) => 0.3 * s.noise),
    decay: Float64Array.from(sensors, (s) => Math.exp(-spec.dt / s.tau)),
    scale: Float64Array.from(sensors, (s) => 10 ** s.digits),
    slope: Float64Array.from(sensors, (s) => s.slope),
    loads: sparse(
      sensors.map((s) => s.loads),
      latents,
      'latent',
    ),
    knobs: sparse(
      sensors.map((s) => s.knobs),
      knobs,
      'knob',
    ),
    slopes: sparse(
      sensors.map((s) => s.slopeLoads),
      latents,
      'latent',
    ),
    weakness: latents.indexOf(spec.weakness.latent),
  };
}
