import { AppError } from '@/lib/errors';
import { fromRows, matrix, numericalRank, svd } from '@/lib/numerics';
import { type InnovationRecord, isOutlier, noInnovations, withInnovation } from '../innovation-gate';
import { quantise } from '../run-to-run';
import type { MimoConfig } from './mimo-config';
import { boxed } from './mimo-program';

/** State after the last observation, (ny,) each: level in output units, drift in output units per run. Plain JSON. */
export interface MimoState {
  readonly level: readonly number[];
  readonly drift: readonly number[];
  readonly n: number;
  readonly lastX: readonly number[] | null;
  /** Noise and set-aside count of each output. */
  readonly innovations: readonly InnovationRecord[];
}

/** State before the first observation. */
export const initialMimo = (outputs: number): MimoState => ({
  level: new Array<number>(outputs).fill(0),
  drift: new Array<number>(outputs).fill(0),
  n: 0,
  lastX: null,
  innovations: new Array<InnovationRecord>(outputs).fill(noInnovations),
});

/**
 * A PM or reset: levels keep the share `keep` (0 to 1), drifts end, outliers are judged anew; setpoints stay known. @throws AppError `invalid_input`.
 */
export function forgetMimo(s: MimoState, keep: number): MimoState {
  if (!(keep >= 0 && keep <= 1)) throw new AppError('invalid_input', `keep is ${keep}; it must lie in [0, 1]`, { field: 'keep' });
  return {
    ...s,
    level: s.level.map((v) => keep * v),
    drift: s.drift.map(() => 0),
    n: 0,
    innovations: s.innovations.map((r) => ({ ...r, n: 0, setAside: 0 })),
  };
}

/** A weight per output. */
export const perOutput = (v: number | readonly number[] | undefined, ny: number): readonly number[] =>
  typeof v === 'object' ? v : new Array<number>(ny).fill(v ?? 0);

const gates = (c: MimoConfig, ny: number): readonly (number | null)[] =>
  typeof c.outlierSigma === 'object' && c.outlierSigma !== null
    ? c.outlierSigma
    : new Array<number | null>(ny).fill(c.outlierSigma ?? null);

/** Refuses a configuration that cannot work; the numbers of outputs and knobs. @throws AppError `invalid_input` naming the field. */
export function checkMimo(c: MimoConfig): { readonly ny: number; readonly nu: number } {
  const [ny, nu] = [c.target.length, c.xNominal.length];
  const bad = (field: string, what: string): never => {
    throw new AppError('invalid_input', `${field}: ${what}`, { field });
  };
  if (ny === 0 || nu === 0) bad('target', 'a loop needs an output and a knob');
  if (c.gain.length !== ny || c.gain.some((r) => r.length !== nu || r.some((v) => !Number.isFinite(v))))
    bad('gain', `needs ${ny} rows of ${nu} finite numbers`);
  if (c.gain.some((r) => r.every((v) => v === 0))) bad('gain', 'an output that no knob moves cannot be controlled; leave it out');
  const list = (field: string, v: readonly unknown[] | undefined, n: number, ok: (x: number) => boolean, what: string): void => {
    if (v && (v.length !== n || v.some((x) => x !== null && !ok(x as number)))) bad(field, `needs ${n} values, ${what}`);
  };
  list('target', c.target, ny, Number.isFinite, 'finite');
  list('xNominal', c.xNominal, nu, Number.isFinite, 'finite');
  list('lambda', perOutput(c.lambda, ny), ny, (x) => x > 0 && x <= 1, 'each in (0, 1]');
  list('lambda2', perOutput(c.lambda2, ny), ny, (x) => x >= 0 && x <= 1, 'each in [0, 1]');
  list('outputWeight', c.outputWeight, ny, (x) => x > 0 && Number.isFinite(x), 'each positive');
  list('moveWeight', c.moveWeight, nu, (x) => x >= 0 && Number.isFinite(x), 'none negative');
  list('knobScale', c.knobScale, nu, (x) => x > 0 && Number.isFinite(x), 'each positive');
  list('maxStep', c.maxStep, nu, (x) => x > 0, 'each positive or null');
  list('quantum', c.quantum, nu, (x) => x > 0, 'each positive or null');
  list('deadband', c.deadband, nu, (x) => x >= 0, 'none negative, or null');
  list('outlierSigma', gates(c, ny), ny, (x) => x > 0, 'each positive or null');
  list('min', c.min, nu, (x) => !Number.isNaN(x), 'numbers');
  list('max', c.max, nu, (x) => !Number.isNaN(x), 'numbers');
  c.min?.forEach((lo, j) => {
    if (c.max && !(lo <= c.max[j]!)) bad('min', `knob ${j}: min ${lo} lies above max ${c.max[j]}`);
  });
  return { ny, nu };
}

/**
 * One run: w = (y − T) − B(x_applied − x_nominal), per output a′ = λ1 w + (1 − λ1)a, D′ = λ2(w − a) + (1 − λ2)D. An output that was not measured
 * (NaN), or that the outlier gate sets aside, keeps its level and drift; the third outlier in a row is a step of the process and is used.
 * @param y - measured outputs, (ny,), NaN = not measured.
 * @param xApplied - setpoints of the run, (nu,).
 * @throws AppError `invalid_input` when a length is wrong or a setpoint is not finite.
 * @reference Tseng, Chou & Lee, IIE Trans. 34 (2002) 541; Del Castillo & Rajagopal, IIE Trans. 34 (2002) 1095 (double EWMA).
 */
export function observeMimo(s: MimoState, y: readonly number[], xApplied: readonly number[], c: MimoConfig): MimoState {
  const { ny, nu } = checkMimo(c);
  if (y.length !== ny || s.level.length !== ny || s.drift.length !== ny)
    throw new AppError('invalid_input', `y needs ${ny} values, got ${y.length}; the state has ${s.level.length}`, { field: 'y' });
  if (xApplied.length !== nu || xApplied.some((v) => !Number.isFinite(v)))
    throw new AppError('invalid_input', `xApplied needs ${nu} finite values, got ${xApplied.join(', ')}`, { field: 'xApplied' });
  const l1 = perOutput(c.lambda, ny);
  const l2 = perOutput(c.lambda2, ny);
  const level = [...s.level];
  const drift = [...s.drift];
  const innovations = [...s.innovations];
  const gate = gates(c, ny);
  for (let i = 0; i < ny; i++) {
    if (Number.isNaN(y[i]!)) continue;
    if (!Number.isFinite(y[i]!)) throw new AppError('invalid_input', `y[${i}] is ${y[i]}`, { field: 'y', index: i });
    const w = y[i]! - c.target[i]! - xApplied.reduce((sum, v, j) => sum + c.gain[i]![j]! * (v - c.xNominal[j]!), 0);
    const innovation = w - s.level[i]! - s.drift[i]!;
    const record = s.innovations[i] ?? noInnovations;
    if (isOutlier(record, innovation, gate[i]!)) {
      innovations[i] = { ...record, setAside: record.setAside + 1 };
      continue;
    }
    innovations[i] = withInnovation(record, innovation);
    level[i] = l1[i]! * w + (1 - l1[i]!) * s.level[i]!;
    drift[i] = l2[i]! * (w - s.level[i]!) + (1 - l2[i]!) * s.drift[i]!;
  }
  return { level, drift, n: s.n + 1, lastX: [...xApplied], innovations };
}

/** Move without limits as two linear maps: u = G p + F u_last, u = x − x_nominal, p = level + drift. Row-major (nu, ny) and (nu, nu). */
export interface MimoMove {
  readonly g: Float64Array;
  readonly f: Float64Array;
  /** Rank of B: outputs that the knobs can move independently. */
  readonly rank: number;
  /** Largest over smallest singular value of the weighted design, without the directions that are not followed: how far an error of B is multiplied. */
  readonly conditionNumber: number;
  /** Weighted design [√Q B S; √R S], (ny + nu, nu), S the knob scales. */
  readonly design: Float64Array;
}

/** Singular values below this share of the largest are no direction that a knob can be asked to follow. */
const RANK_TOLERANCE = 1e-9;

/**
 * The least-squares move: min ‖√Q(Bu + p)‖² + ‖√R(u − u_last)‖²; where that leaves freedom (more knobs than outputs, no move weight), the u of least
 * norm in units of the knob scales.
 * @returns g in knob unit per output unit.
 * @reference Golub & Van Loan (2013), §5.5.1 (minimum-norm solution by singular values).
 */
export function mimoMove(c: MimoConfig): MimoMove {
  const { ny, nu } = checkMimo(c);
  const scale = c.knobScale ?? new Array<number>(nu).fill(1);
  const q = Array.from({ length: ny }, (_, i) => Math.sqrt(c.outputWeight?.[i] ?? 1));
  const r = Array.from({ length: nu }, (_, j) => Math.sqrt(c.moveWeight?.[j] ?? 0));
  const m = ny + nu;
  const design = new Float64Array(m * nu);
  for (let i = 0; i < ny; i++) for (let j = 0; j < nu; j++) design[i * nu + j] = q[i]! * c.gain[i]![j]! * scale[j]!;
  for (let j = 0; j < nu; j++) design[(ny + j) * nu + j] = r[j]! * scale[j]!;
  const d = svd(matrix(m, nu, design));
  const rank = numericalRank(d.s, RANK_TOLERANCE);
  const inverse = new Float64Array(nu * m);
  for (let k = 0; k < rank; k++)
    for (let j = 0; j < nu; j++)
      for (let i = 0; i < m; i++) inverse[j * m + i]! += (d.v.data[j * d.v.cols + k]! * d.u.data[i * d.u.cols + k]!) / d.s[k]!;
  const g = new Float64Array(nu * ny);
  const f = new Float64Array(nu * nu);
  for (let j = 0; j < nu; j++) {
    for (let i = 0; i < ny; i++) g[j * ny + i] = -scale[j]! * inverse[j * m + i]! * q[i]!;
    for (let k = 0; k < nu; k++) f[j * nu + k] = scale[j]! * inverse[j * m + ny + k]! * r[k]!;
  }
  return {
    g,
    f,
    rank: numericalRank(svd(fromRows(c.gain)).s, RANK_TOLERANCE),
    conditionNumber: d.s[0]! / d.s[rank - 1]!,
    design,
  };
}

/** Setpoints for the next run, (nu,), knob units, with what limits them. */
export interface MimoAdvice {
  readonly setpoint: readonly number[];
  /** Setpoint without limits and rounding. */
  readonly raw: readonly number[];
  /** Deviation from target that the model expects with this setpoint; not 0 where limits, weights or too few knobs forbid it. */
  readonly predictedDeviation: readonly number[];
  /** Knobs left where they were because their change would lie within the deadband. */
  readonly held: readonly number[];
  /** Knobs that stand at a limit. */
  readonly limited: readonly { readonly knob: number; readonly side: 'min' | 'max' }[];
  /** `converged` also where no limit was met and the closed form was taken. */
  readonly status: 'converged' | 'infeasible' | 'max_iterations';
  /** Residual of the optimality conditions; 0 for the closed form. */
  readonly kktResidual: number;
  /** Rank and condition of the gain, as in {@link MimoMove}. */
  readonly rank: number;
  readonly conditionNumber: number;
  /** What the setpoint must not be trusted for: outputs that cannot be moved apart, a gain that is nearly singular. */
  readonly warnings: readonly string[];
}

/** A gain is known to a percent or so: beyond this its error is as large as the move. */
const ILL_CONDITIONED = 100;

function gainWarnings(move: MimoMove, ny: number, nu: number): string[] {
  const out: string[] = [];
  if (move.rank < Math.min(ny, nu))
    out.push(
      `gain: has rank ${move.rank}, ${ny} outputs and ${nu} knobs are there: outputs depend on each other, and of all setpoints that do equally well those of least norm are given`,
    );
  if (move.conditionNumber > ILL_CONDITIONED)
    out.push(
      `gain: is nearly singular (condition number ${move.conditionNumber.toPrecision(3)}), so that an error of 1 % of the gain changes the move by as much as itself; give moveWeight, knobScale, or fewer outputs`,
    );
  return out;
}

/**
 * Setpoints for the next run: the move of `mimoMove`, or with limits (absolute, step) in its way the quadratic program over the box; then deadbands and
 * quantum. A knob whose last setpoint lies outside its absolute limits comes back inside, even by more than one step.
 * @param lastApplied - setpoints in use; without them steps and moves are counted from the nominal ones.
 * @returns setpoints in knob units.
 * @throws AppError `invalid_input`. Look at `status`.
 */
export function adviseMimo(s: MimoState, c: MimoConfig, lastApplied: readonly number[] | null = s.lastX): MimoAdvice {
  const { ny, nu } = checkMimo(c);
  const move = mimoMove(c);
  const last = Float64Array.from({ length: nu }, (_, j) => (lastApplied ? lastApplied[j]! - c.xNominal[j]! : 0));
  const p = Float64Array.from({ length: ny }, (_, i) => s.level[i]! + s.drift[i]!);
  const u = new Float64Array(nu);
  for (let j = 0; j < nu; j++) {
    for (let i = 0; i < ny; i++) u[j]! += move.g[j * ny + i]! * p[i]!;
    for (let k = 0; k < nu; k++) u[j]! += move.f[j * nu + k]! * last[k]!;
  }
  const raw = Array.from(u, (v, j) => c.xNominal[j]! + v);
  const lo = new Float64Array(nu);
  const hi = new Float64Array(nu);
  for (let j = 0; j < nu; j++) {
    const x0 = c.xNominal[j]!;
    const [a, b] = [(c.min?.[j] ?? Number.NEGATIVE_INFINITY) - x0, (c.max?.[j] ?? Number.POSITIVE_INFINITY) - x0];
    const step = c.maxStep?.[j] ?? Number.POSITIVE_INFINITY;
    lo[j] = Math.max(a, last[j]! - step);
    hi[j] = Math.min(b, last[j]! + step);
    if (lo[j]! > hi[j]!) lo[j] = hi[j] = Math.min(b, Math.max(a, last[j]!));
  }
  let status: MimoAdvice['status'] = 'converged';
  let kktResidual = 0;
  const solve = (): void => {
    const solved = boxed(c, move.design, p, last, lo, hi);
    ({ status, kktResidual } = solved);
    for (let j = 0; j < nu; j++) u[j] = Math.min(hi[j]!, Math.max(lo[j]!, solved.u[j]!));
  };
  if (u.some((v, j) => v < lo[j]! || v > hi[j]!)) solve();
  const held: number[] = [];
  for (;;) {
    const small = Array.from(u.keys()).filter(
      (j) => !held.includes(j) && lo[j]! <= last[j]! && last[j]! <= hi[j]! && Math.abs(u[j]! - last[j]!) < (c.deadband?.[j] ?? 0),
    );
    if (small.length === 0) break;
    for (const j of small) {
      held.push(j);
      lo[j] = hi[j] = u[j] = last[j]!;
    }
    if (held.length < nu) solve();
  }
  const limited: { knob: number; side: 'min' | 'max' }[] = [];
  const setpoint = Array.from(u, (v, j) => {
    const x0 = c.xNominal[j]!;
    if (!held.includes(j) && (v === lo[j]! || v === hi[j]!)) limited.push({ knob: j, side: v === hi[j]! ? 'max' : 'min' });
    const [least, most] = [c.min?.[j] ?? Number.NEGATIVE_INFINITY, c.max?.[j] ?? Number.POSITIVE_INFINITY];
    const x = bounded(x0 + v, least, most, v === least - x0, v === most - x0);
    const quantum = c.quantum?.[j] ?? null;
    if (quantum === null || held.includes(j)) return x;
    const rounded = quantise(x, quantum, least, most, c.maxStep?.[j] ?? null, x0 + last[j]!);
    const now = x0 + last[j]!;
    if (rounded === now || Math.abs(rounded - now) >= (c.deadband?.[j] ?? 0) || now < least || now > most) return rounded;
    held.push(j);
    return now;
  });
  const predictedDeviation = Array.from(p, (v, i) =>
    setpoint.reduce((sum, x, j) => sum + c.gain[i]![j]! * (x - c.xNominal[j]!), v),
  );
  const { rank, conditionNumber } = move;
  const warnings = gainWarnings(move, ny, nu);
  return { setpoint, raw, predictedDeviation, held, limited, status, kktResidual, rank, conditionNumber, warnings };
}

/** x inside its absolute limits; on one of them to the bit where the programme put it there. */
const bounded = (x: number, least: number, most: number, atLeast: boolean, atMost: boolean): number =>
  atLeast ? least : atMost ? most : Math.min(most, Math.max(least, x));
