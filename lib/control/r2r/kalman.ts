import { AppError } from '@/lib/errors';

/**
 * Shared context offsets: the disturbance of a run is the sum of offsets of its contexts (tool, chamber, product, layer, reticle …), each a random
 * walk. A product that runs for the first time on a tool already knows the tool, unlike a thread of its own.
 */
export interface OffsetConfig {
  /** Model gain, output unit per knob unit, not 0. */
  readonly gain: number;
  /** Output unit. */
  readonly target: number;
  /** Knob unit. */
  readonly xNominal: number;
  /** Run-to-run variance of y, output unit squared. */
  readonly noiseVariance: number;
  /** Variance each offset gains per run in which its context takes part, by context kind (`tool`, `product` …). */
  readonly processVariance: Readonly<Record<string, number>>;
  /** Variance of an offset not seen before, by context kind. */
  readonly initialVariance: Readonly<Record<string, number>>;
}

/** Kalman state over all offsets seen so far, keyed `kind:value`; covariance row-major. Plain JSON. */
export interface OffsetState {
  readonly keys: readonly string[];
  /** Offsets, output unit. */
  readonly mean: readonly number[];
  /** (keys, keys), output unit squared. */
  readonly covariance: readonly number[];
  readonly n: number;
}

/** Contexts of a run: kind to value. */
export type Context = Readonly<Record<string, string>>;

/** State before the first observation. */
export const initialOffsets = (): OffsetState => ({ keys: [], mean: [], covariance: [], n: 0 });

function checkOffsets(c: OffsetConfig): void {
  if (!Number.isFinite(c.gain) || c.gain === 0)
    throw new AppError('invalid_input', `gain must be finite and not 0, got ${c.gain}`, { field: 'gain' });
  if (!(c.noiseVariance > 0))
    throw new AppError('invalid_input', `noiseVariance must be positive, got ${c.noiseVariance}`, { field: 'noiseVariance' });
}

const variance = (table: Readonly<Record<string, number>>, kind: string, field: string): number => {
  const v = Object.hasOwn(table, kind) ? table[kind] : undefined;
  if (v === undefined || !(v >= 0))
    throw new AppError('invalid_input', `${field} has no value for context kind "${kind}"`, { field, kind });
  return v;
};

// State with every offset of the context present, new ones at mean 0 with their initial variance.
function grow(s: OffsetState, context: Context, c: OffsetConfig): { state: OffsetState; active: number[]; kinds: string[] } {
  const keys = [...s.keys];
  const mean = [...s.mean];
  const fresh: number[] = [];
  const kinds = Object.keys(context);
  const active = kinds.map((kind) => {
    const key = `${kind}:${context[kind]}`;
    const at = keys.indexOf(key);
    if (at >= 0) return at;
    keys.push(key);
    mean.push(0);
    fresh.push(variance(c.initialVariance, kind, 'initialVariance'));
    return keys.length - 1;
  });
  const old = s.keys.length;
  const n = keys.length;
  const covariance = new Array<number>(n * n).fill(0);
  for (let i = 0; i < old; i++) for (let j = 0; j < old; j++) covariance[i * n + j] = s.covariance[i * old + j]!;
  for (const [k, v] of fresh.entries()) covariance[(old + k) * (n + 1)] = v;
  return { state: { keys, mean, covariance, n: s.n }, active, kinds };
}

/**
 * One observation of a run with this context: Kalman update of w = Σ offsets + noise, w = (y − target) − gain (xApplied − xNominal).
 * @param y - measured output, output unit.
 * @param xApplied - setpoint of the run, knob unit.
 * @param uY - standard uncertainty of y, added to the noise.
 * @throws AppError `invalid_input` on values that are not finite or a context kind the configuration does not know.
 * @complexity O(offsets²).
 * @reference Kalman, J. Basic Eng. 82 (1960) 35; Firth, Campbell, Toprac & Edgar, IEEE Trans. Semicond. Manuf. 19 (2006) 271 (just-in-time adaptive
 * disturbance estimation).
 */
export function observeOffsets(
  s: OffsetState,
  context: Context,
  y: number,
  xApplied: number,
  c: OffsetConfig,
  uY = 0,
): OffsetState {
  checkOffsets(c);
  if (!Number.isFinite(y) || !Number.isFinite(xApplied))
    throw new AppError('invalid_input', `y = ${y}, xApplied = ${xApplied}; both must be finite`, { field: 'y' });
  const { state, active, kinds } = grow(s, context, c);
  const n = state.keys.length;
  const p = [...state.covariance];
  for (const [k, i] of active.entries()) p[i * (n + 1)]! += variance(c.processVariance, kinds[k]!, 'processVariance');
  const ph = Array.from({ length: n }, (_, i) => active.reduce((sum, j) => sum + p[i * n + j]!, 0));
  const innovationVariance = active.reduce((sum, i) => sum + ph[i]!, 0) + c.noiseVariance + uY * uY;
  const w = y - c.target - c.gain * (xApplied - c.xNominal);
  const innovation = w - active.reduce((sum, i) => sum + state.mean[i]!, 0);
  const mean = state.mean.map((m, i) => m + (ph[i]! / innovationVariance) * innovation);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) p[i * n + j]! -= (ph[i]! * ph[j]!) / innovationVariance;
  return { keys: state.keys, mean, covariance: p, n: state.n + 1 };
}

/**
 * Expected disturbance of a context and its standard uncertainty; contexts never seen enter with mean 0 and their initial variance.
 * @returns output unit.
 * @throws AppError `invalid_input` for a context kind the configuration does not know.
 * @reference as {@link observeOffsets}.
 */
export function predictOffsets(
  s: OffsetState,
  context: Context,
  c: OffsetConfig,
): { readonly disturbance: number; readonly u: number; readonly unseen: readonly string[] } {
  checkOffsets(c);
  const { state, active } = grow(s, context, c);
  const n = state.keys.length;
  let v = 0;
  for (const i of active) for (const j of active) v += state.covariance[i * n + j]!;
  return {
    disturbance: active.reduce((sum, i) => sum + state.mean[i]!, 0),
    u: Math.sqrt(Math.max(0, v)),
    unseen: active.filter((i) => i >= s.keys.length).map((i) => state.keys[i]!),
  };
}

/** Raw setpoint for a run of this context: xNominal − disturbance/gain. @returns knob unit. */
export function adviseOffsets(s: OffsetState, context: Context, c: OffsetConfig): number {
  return c.xNominal - predictOffsets(s, context, c).disturbance / c.gain;
}
