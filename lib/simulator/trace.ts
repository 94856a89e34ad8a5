import type { Rng } from '@/lib/numerics';
import type { Compiled, SparseRows } from './compile';
import { keyed } from './random';

export interface SimulatedTrace {
  t: number[];
  steps: { name: string; start: number; end: number }[];
  sensors: { name: string; unit: string; values: (number | null)[] }[];
}

/** Samples lost on some sensors: from `from` to `to` (seconds) nothing was recorded. */
export interface Dropout {
  readonly sensors: ReadonlySet<number>;
  readonly from: number;
  readonly to: number;
}

const BANK_SIZE = 1 << 16;
/** Deviations build up while the main step heats and loads the chamber: from 85 % to 115 % of their mean. */
const BUILD_UP = 0.3;

/**
 * Standard normal numbers drawn once per seed. Each sensor of each run reads them from its own place with its own odd
 * stride (the stride visits every entry of a power-of-two table), which costs a tenth of drawing them anew.
 */
export function noiseBank(seed: number): Float64Array {
  const rng = keyed(seed, 'noise-bank');
  return Float64Array.from({ length: BANK_SIZE }, () => rng.normal());
}

function dot(rows: SparseRows, s: number, v: Float64Array): number {
  let sum = 0;
  for (let i = rows.start[s]!; i < rows.start[s + 1]!; i++) sum += rows.value[i]! * v[rows.index[i]!]!;
  return sum;
}

/** Start of each step and end of the last one, s. The main step lasts as long as the setpoints ask. */
export function stepTimes(c: Compiled, x: Float64Array): Float64Array {
  const { spec } = c;
  const edges = new Float64Array(c.steps + 1);
  for (let k = 0; k < c.steps; k++) {
    const seconds = k === spec.mainStep && spec.mainSeconds ? spec.mainSeconds(x) : spec.steps[k]![1];
    edges[k + 1] = edges[k]! + seconds;
  }
  return edges;
}

/** First sample, s: steps begin on a 0.05 s grid, so that no sample ever lies on the edge of two steps. */
const PHASE = 0.02;

const round3 = (v: number): number => Math.round(v * 1000) / 1000;
const timeCache = new Map<number, number[]>();

function sampleTimes(dt: number, n: number): number[] {
  const id = dt * 1e6 + n;
  const known = timeCache.get(id);
  if (known) return known;
  const t = Array.from({ length: n }, (_, i) => round3(PHASE + i * dt));
  timeCache.set(id, t);
  return t;
}

export interface TraceInputs {
  readonly bank: Float64Array;
  readonly rng: Rng;
  /** Setpoints, their deviation from the base recipe, latents; calibration offset of each sensor. */
  readonly x: Float64Array;
  readonly dx: Float64Array;
  readonly z: Float64Array;
  readonly calibration: Float64Array;
  readonly dropout?: Dropout;
}

/**
 * All sensors of one run. In step k a level sensor goes to off + a_k·(nominal − off + loads·z + knobs·dx) with a first-order
 * response and a ramp in the main step; a totaliser integrates its rate over the main step and holds. White noise is added,
 * values are rounded to the sensor's resolution.
 */
export function simulateTrace(c: Compiled, q: TraceInputs): SimulatedTrace {
  const { spec } = c;
  const { bank, rng, x, dx, z, calibration, dropout } = q;
  const edges = stepTimes(c, x);
  const end = edges[c.steps]!;
  const { dt } = spec;
  const n = Math.floor((end - PHASE) / dt) + 1;
  const t = sampleTimes(dt, n);
  const mainStart = edges[spec.mainStep]!;
  const mainEnd = edges[spec.mainStep + 1]!;
  const mask = bank.length - 1;
  const sensors: SimulatedTrace['sensors'] = new Array(c.sensors);
  for (let s = 0; s < c.sensors; s++) {
    const values: (number | null)[] = new Array(n);
    const word = rng.uint32();
    let at = word & mask;
    const stride = ((word >>> 15) & mask) | 1;
    const noise = c.noise[s]!;
    const scale = c.scale[s]!;
    const fromLatents = dot(c.loads, s, z);
    const deviation = fromLatents + dot(c.knobs, s, dx);
    if (c.isTotal[s] === 1) {
      const rate = c.nominal[s]! * (1 + deviation);
      for (let i = 0; i < n; i++) {
        const u = t[i]!;
        const on = u <= mainStart ? 0 : u >= mainEnd ? mainEnd - mainStart : u - mainStart;
        values[i] = Math.round((rate * on + noise * bank[at]!) * scale) / scale;
        at = (at + stride) & mask;
      }
    } else {
      const off = c.off[s]!;
      const span = c.nominal[s]! + calibration[s]! - off + deviation;
      const swing = BUILD_UP * fromLatents * c.activity[s * c.steps + spec.mainStep]!;
      const ramp = c.slope[s]! + dot(c.slopes, s, z) + swing / (mainEnd - mainStart);
      const decay = c.decay[s]!;
      let i = 0;
      let last = off + c.activity[s * c.steps]! * span;
      for (let k = 0; k < c.steps; k++) {
        const level = off + c.activity[s * c.steps + k]! * span - (k === spec.mainStep ? swing / 2 : 0);
        const stop = edges[k + 1]!;
        const slope = k === spec.mainStep ? ramp : 0;
        const start = edges[k]!;
        let transient = last - level;
        last = level;
        for (; i < n && (t[i]! < stop || k === c.steps - 1); i++) {
          values[i] = Math.round((level + transient + slope * (t[i]! - start) + noise * bank[at]!) * scale) / scale;
          transient *= decay;
          at = (at + stride) & mask;
        }
        last += transient + slope * (stop - start);
      }
    }
    if (dropout?.sensors.has(s)) for (let i = 0; i < n; i++) if (t[i]! >= dropout.from && t[i]! < dropout.to) values[i] = null;
    const d = spec.sensors[s]!;
    sensors[s] = { name: d.name, unit: d.unit, values };
  }
  const steps = spec.steps.map(([name], k) => ({ name, start: round3(edges[k]!), end: round3(edges[k + 1]!) }));
  return { t, steps, sensors };
}
