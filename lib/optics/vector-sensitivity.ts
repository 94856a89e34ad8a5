import { type ComplexArray, complexArray, complexMultiply } from '@/lib/numerics';
import { type AdjointRows, adjointRows } from './adjoint-rows';
import { complexBlock, copyOf } from './complex-arithmetic';
import {
  addModalChange,
  addThicknessChange,
  descendAdjoint,
  descendField,
  type LayerSensitivity,
  modeIntegrals,
} from './layer-sensitivity';
import type { LayerModes } from './modal-recursion';
import type { Layout, VectorStackSolution, WaveNumberChange } from './vector-stack';

/** A solved stack: Y₀ above it, k₀d of its layers from the top and the positions of the unit incident components. */
export interface VectorProblem {
  /** Order of the matrices. */
  readonly n: number;
  readonly top: ComplexArray;
  readonly solution: VectorStackSolution;
  /** k₀d of each layer, rad. */
  readonly phases: readonly number[];
  readonly incident: readonly number[];
}

/** Modal changes δQ̂ = V⁻¹δQ W and δP̂ = W⁻¹δP V of a layer; null is no change. */
export interface ModalChange {
  readonly q: ComplexArray | null;
  readonly p: ComplexArray | null;
}

/** What one parameter does: δ(k₀d) and modal changes by layer (from the top), δY above and below. Each is asked for once. */
export interface VectorChange {
  readonly phase: (layer: number) => number;
  readonly modal: (layer: number) => readonly ModalChange[];
  readonly above: ComplexArray | null;
  readonly below: ComplexArray | null;
}

/**
 * Derivatives of chosen entries of the reflected and transmitted fields of a vector stack, by one adjoint pass for all incident components: the conical mount
 * and crossed gratings differ in their changes alone.
 * @param reflected - entries of the reflected field; `transmitted` of the field below.
 * @param changes - one per parameter.
 * @returns [change][incident], the entries in the order asked for.
 * @reference adjoint as in `descend`.
 */
export function vectorSensitivity(
  s: VectorProblem,
  reflected: readonly number[],
  transmitted: readonly number[],
  changes: readonly VectorChange[],
): { readonly reflected: readonly ComplexArray[][]; readonly transmitted: readonly ComplexArray[][] } {
  const { n, solution } = s;
  const sum = copyOf(solution.admittance);
  for (let i = 0; i < n * n; i++) {
    sum.re[i]! += s.top.re[i]!;
    sum.im[i]! += s.top.im[i]!;
  }
  const groups: AdjointRows[] = [adjointRows(solution.steps, sum, n, reflected, 'reflected')];
  if (transmitted.length > 0) groups.push(adjointRows(solution.steps, sum, n, transmitted, 'transmitted'));
  const out = groups.map((g) => changes.map(() => s.incident.map(() => complexArray(g.count))));
  const add = (change: ComplexArray, field: ComplexArray, sign: number, j: number, k: number, incident: number): void => {
    const g = groups[j]!;
    const b = complexMultiply(g.beta, complexMultiply(change, field, n, n, 1), g.count, n, 1);
    const to = out[j]![k]![incident]!;
    for (let m = 0; m < g.count; m++) {
      to.re[m]! += sign * b.re[m]!;
      to.im[m]! += sign * b.im[m]!;
    }
  };
  const outside = (side: 'above' | 'below', fields: readonly ComplexArray[], sign: number): void => {
    for (const [k, c] of changes.entries())
      if (c[side]) for (const j of groups.keys()) for (const [i, u] of fields.entries()) add(c[side], u, sign, j, k, i);
  };
  const withUnit = (sign: number): ComplexArray[] =>
    s.incident.map((at, k) => {
      const u = copyOf(solution.reflected[k]!);
      if (sign < 0) for (let i = 0; i < n; i++) [u.re[i], u.im[i]] = [-u.re[i]!, -u.im[i]!];
      u.re[at]! += 1;
      return u;
    });
  outside('above', withUnit(-1), 1);
  let fields = withUnit(1);
  for (const [layer, step] of solution.steps.entries()) {
    const k0d = s.phases[layer]!;
    const integrals = modeIntegrals(step, k0d);
    const down = fields.map((u) => descendField(step, u));
    const sensitivities = groups.map((g): LayerSensitivity[] => {
      const { p, q, below } = descendAdjoint(step, g.beta, g.count, g.sources[layer] ?? null);
      g.beta = below;
      return down.map(({ a, b }) => ({ n, step, a, b, p, q, outputs: g.count, ...integrals, k0d }));
    });
    for (const [k, c] of changes.entries()) {
      const phase = c.phase(layer);
      const modal = c.modal(layer);
      for (const [j, list] of sensitivities.entries()) {
        for (const [i, sensitivity] of list.entries()) {
          if (phase !== 0) addThicknessChange(sensitivity, phase, out[j]![k]![i]!);
          for (const m of modal) addModalChange(sensitivity, m.q, m.p, out[j]![k]![i]!);
        }
      }
    }
    fields = down.map((d) => d.below);
  }
  outside('below', fields, -1);
  return { reflected: out[0]!, transmitted: out[1] ?? changes.map(() => s.incident.map(() => complexArray(0))) };
}

/** For entries of E_x and of E_y the entry of E_z with the same wave, −1 where there is none; `size` of E_z. */
export interface NormalSpace {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly size: number;
}

/** Factors of δP = −a E⁻¹δE E⁻¹b + δa E⁻¹b + a E⁻¹δb with a = (k_x; k_y), b = (−k_x, k_y): W⁻¹aE⁻¹, (n, c), and E⁻¹bV, (c, n). */
export interface NormalFactors {
  readonly left: ComplexArray;
  readonly right: ComplexArray;
}

/** The factors of the normal component of a layer. @param eInverse - E⁻¹, (c, c). */
export function normalFactors(modes: LayerModes, layout: Layout, z: NormalSpace, eInverse: ComplexArray): NormalFactors {
  const { n } = modes;
  return {
    left: complexMultiply(timesColumns(modes.wInverse, layout, layout, z), eInverse, n, z.size, z.size),
    right: complexMultiply(eInverse, rowsTimes(modes.v, layout, layout, z), z.size, z.size, n),
  };
}

/**
 * Modal change of moved wave numbers in P and in Q = [[D_x − k_y², k_xk_y], [−k_xk_y, k_x² − D_y]].
 * @param dk - δk_x, δk_y (over k₀) of every entry.
 */
export function waveNumberModalChange(
  modes: LayerModes,
  layout: Layout,
  z: NormalSpace,
  f: NormalFactors,
  dk: WaveNumberChange,
): ModalChange {
  const { n, w, vInverse, wInverse, v } = modes;
  const a = layout.x.length;
  const [moved] = complexBlock(n * n) as [ComplexArray];
  const row = (to: number, from: number, by: number): void => {
    if (by === 0) return;
    for (let j = 0; j < n; j++) {
      moved.re[to * n + j]! += by * w.re[from * n + j]!;
      moved.im[to * n + j]! += by * w.im[from * n + j]!;
    }
  };
  for (const [i, k] of layout.x.entries()) {
    const d = dk.x[i]!;
    row(i, i, -2 * k.ky * d.ky);
    const partner = layout.partner[i]!;
    if (partner < 0) continue;
    const cross = d.kx * k.ky + k.kx * d.ky;
    row(i, a + partner, cross);
    row(a + partner, i, -cross);
  }
  for (const [i, k] of layout.y.entries()) row(a + i, a + i, 2 * k.kx * dk.y[i]!.kx);
  const p = complexMultiply(timesColumns(wInverse, layout, dk, z), f.right, n, z.size, n);
  const other = complexMultiply(f.left, rowsTimes(v, layout, dk, z), n, z.size, n);
  for (let i = 0; i < n * n; i++) {
    p.re[i]! += other.re[i]!;
    p.im[i]! += other.im[i]!;
  }
  return { q: complexMultiply(vInverse, moved, n, n, n), p };
}

// A·a for (n, n) A: column c collects k_x times the E_x column and k_y times the E_y column of the same wave.
function timesColumns(m: ComplexArray, layout: Layout, k: WaveNumberChange, z: NormalSpace): ComplexArray {
  const a = layout.x.length;
  const n = a + layout.y.length;
  const out = complexArray(n * z.size);
  const column = (from: number, to: number, by: number): void => {
    if (to < 0 || by === 0) return;
    for (let i = 0; i < n; i++) {
      out.re[i * z.size + to]! += by * m.re[i * n + from]!;
      out.im[i * z.size + to]! += by * m.im[i * n + from]!;
    }
  };
  for (const [i, w] of k.x.entries()) column(i, z.x[i]!, w.kx);
  for (const [i, w] of k.y.entries()) column(a + i, z.y[i]!, w.ky);
  return out;
}

// b·A for (n, n) A: row c collects −k_x times the E_x row and k_y times the E_y row.
function rowsTimes(m: ComplexArray, layout: Layout, k: WaveNumberChange, z: NormalSpace): ComplexArray {
  const a = layout.x.length;
  const n = a + layout.y.length;
  const out = complexArray(z.size * n);
  const row = (from: number, to: number, by: number): void => {
    if (to < 0 || by === 0) return;
    for (let j = 0; j < n; j++) {
      out.re[to * n + j]! += by * m.re[from * n + j]!;
      out.im[to * n + j]! += by * m.im[from * n + j]!;
    }
  };
  for (const [i, w] of k.x.entries()) row(i, z.x[i]!, -w.kx);
  for (const [i, w] of k.y.entries()) row(a + i, z.y[i]!, w.ky);
  return out;
}
