import { AppError } from '@/lib/errors';
import { normalQuantile, studentT } from '@/lib/numerics';
import { jet } from './arithmetic';
import { checkCorrelation } from './correlation';
import type { MeasurementModel } from './expression';

/** An input quantity with its standard uncertainty and degrees of freedom (infinite when not given). */
export interface Quantity {
  readonly name: string;
  /** In `unit`. */
  readonly value: number;
  /** Standard uncertainty, in the unit of the value. */
  readonly u: number;
  readonly dof?: number;
  readonly unit?: string;
}

/** One line of an uncertainty budget. */
export interface BudgetRow {
  readonly name: string;
  readonly value: number;
  readonly u: number;
  readonly dof: number;
  /** c = ∂f/∂x, unit of y over unit of x. */
  readonly sensitivity: number;
  /** c·u, signed. */
  readonly contribution: number;
  /** Share of the variance, %; with correlations the shares need not add up to 100. */
  readonly share: number;
}

/** Result of the law of propagation. */
export interface GumResult {
  /** Estimate of the measurand. */
  readonly y: number;
  /** Combined standard uncertainty, first order. */
  readonly u: number;
  /** With the second-order terms of GUM 5.1.2 (null for correlated inputs, and where a second derivative is not finite). A clear difference to u asks for Monte Carlo. */
  readonly uSecondOrder: number | null;
  readonly sensitivities: number[];
  readonly contributions: number[];
  /** Welch–Satterthwaite, with the correlations of the inputs; infinite when all inputs are known without limit. */
  readonly dofEffective: number;
  /** Coverage factor at floor(dof) as the GUM takes it, and at the real-valued one. */
  readonly k: number;
  readonly kReal: number;
  /** U = k·u. */
  readonly expanded: number;
  /** Coverage probability. */
  readonly level: number;
  readonly budget: readonly BudgetRow[];
}

/**
 * Law of propagation: u² = Σ_ij c_i c_j u_i u_j r_ij, c_i = ∂f/∂x_i by automatic differentiation.
 * @param correlation - symmetric, positive semi-definite with unit diagonal, in the order of `quantities`.
 * @param quantities - inputs with their standard uncertainties.
 * @param options.level - coverage probability; default 0.95.
 * @returns y, u and U in the unit of y, with the budget.
 * @throws AppError `invalid_input` on a negative uncertainty, a missing or repeated quantity or a bad correlation; `out_of_domain` where f has no
 * value or no finite derivative.
 * @reference JCGM 100:2008, eq. 10, 13, G.2b and note to 5.1.2.
 */
export function propagate(
  model: MeasurementModel,
  quantities: readonly Quantity[],
  options: { readonly correlation?: readonly (readonly number[])[]; readonly level?: number } = {},
): GumResult {
  const n = model.names.length;
  for (const names of [model.names, quantities.map((v) => v.name)]) {
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined)
      throw new AppError('invalid_input', `quantities: "${twice}" is given twice; give every quantity one name of its own`, {
        field: 'quantities',
        name: twice,
      });
  }
  const q = model.names.map((name) => {
    const found = quantities.find((v) => v.name === name);
    if (!found) throw new AppError('invalid_input', `quantity "${name}" has no value; give value and u`, { name });
    if (!Number.isFinite(found.value) || !(found.u >= 0))
      throw new AppError('invalid_input', `quantity "${name}": value ${found.value}, u ${found.u}; u must not be negative`, {
        name,
      });
    if (found.dof !== undefined && !(found.dof > 0))
      throw new AppError('invalid_input', `quantity "${name}": degrees of freedom ${found.dof} must be positive`, { name });
    return found;
  });
  const order = model.names.map((name) => quantities.findIndex((v) => v.name === name));
  if (options.correlation) checkCorrelation(options.correlation, quantities.length);
  const r = options.correlation ? order.map((a) => order.map((b) => options.correlation![a]![b]!)) : null;
  const y = model.evaluate(q.map((v) => v.value));
  if (!Number.isFinite(y)) throw new AppError('out_of_domain', `the model gives ${y} at the values of its quantities`, { y });
  const at = (i: number, j: number) => q.map((v, k) => jet(v.value, k === i ? 1 : 0, k === j ? 1 : 0));
  const sensitivities = q.map((_, i) => model.jet(at(i, -1))[3]!);
  sensitivities.forEach((c, i) => {
    if (!Number.isFinite(c))
      throw new AppError(
        'out_of_domain',
        `quantity "${q[i]!.name}": the model has no finite derivative at ${q[i]!.value}, so the law of propagation does not hold; use Monte Carlo`,
        { field: 'model', name: q[i]!.name },
      );
  });
  const contributions = q.map((v, i) => sensitivities[i]! * v.u);
  let variance = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) variance += contributions[i]! * contributions[j]! * (i === j ? 1 : r ? r[i]![j]! : 0);
  const u = Math.sqrt(Math.max(0, variance));
  const correlated = r?.some((row, i) => row.some((v, j) => i !== j && v !== 0)) ?? false;
  const level = options.level ?? 0.95;
  const dofEffective = welchSatterthwaite(
    u,
    contributions,
    q.map((v) => v.dof ?? Number.POSITIVE_INFINITY),
    r,
  );
  const p = 0.5 + level / 2;
  const factor = (dof: number): number => (Number.isFinite(dof) ? studentT(Math.max(dof, 1e-3)).quantile(p) : normalQuantile(p));
  const k = factor(dofEffective >= 1 && Number.isFinite(dofEffective) ? Math.floor(dofEffective + 1e-9) : dofEffective);
  return {
    y,
    u,
    uSecondOrder: correlated ? null : finiteOr(secondOrder(model, q, at), null),
    sensitivities,
    contributions,
    dofEffective,
    k,
    kReal: factor(dofEffective),
    expanded: k * u,
    level,
    budget: q.map((v, i) => ({
      name: v.name,
      value: v.value,
      u: v.u,
      dof: v.dof ?? Number.POSITIVE_INFINITY,
      sensitivity: sensitivities[i]!,
      contribution: contributions[i]!,
      share: variance > 0 ? (100 * contributions[i]! ** 2) / variance : 0,
    })),
  };
}

const finiteOr = <T>(v: number, other: T): number | T => (Number.isFinite(v) ? v : other);

// u² + Σ_ij (f_ij²/2 + f_i f_ijj) u_i² u_j²
function secondOrder(model: MeasurementModel, q: readonly Quantity[], at: (i: number, j: number) => Float64Array[]): number {
  let s = 0;
  q.forEach((a, i) => {
    if (a.u === 0) return;
    s += (model.jet(at(i, -1))[3]! * a.u) ** 2;
    q.forEach((b, j) => {
      if (b.u === 0) return;
      let [fi, fij, fijj] = [0, 0, 0];
      if (i === j) {
        // one variable: seed both directions with it; x = x0 + a + b
        const x = at(i, i);
        const t = model.jet(x);
        fi = t[3]!;
        fij = t[4]!; // coefficient of ab in f(x0 + a + b) is f″
        fijj = 2 * t[5]!; // of ab² is f‴/2
      } else {
        const t = model.jet(at(i, j));
        fi = t[3]!;
        fij = t[4]!;
        fijj = 2 * t[5]!;
      }
      s += (fij * fij * 0.5 + fi * fijj) * a.u ** 2 * b.u ** 2;
    });
  });
  return Math.sqrt(Math.max(0, s));
}

/**
 * Effective degrees of freedom u⁴/Σ_B u_B⁴/ν_B over sets B of quantities that are correlated with each other (a set of one for an uncorrelated quantity:
 * the formula of Welch and Satterthwaite). u_B is what the set contributes with its correlations; quantities observed together share their
 * degrees of freedom, of unequal ones the smallest counts. A set that is one quantity under several names (r = 1) has those of that quantity.
 * @param u - combined standard uncertainty.
 * @param contributions - c_i u_i, in the unit of u.
 * @param dof - degrees of freedom of each input; Infinity where known without limit.
 * @param correlation - of the inputs, as rows; null for none.
 * @returns effective degrees of freedom.
 * @reference JCGM 100:2008, G.2b; correlated sets: Willink, Metrologia 44 (2007) 340.
 */
export function welchSatterthwaite(
  u: number,
  contributions: readonly number[],
  dof: readonly number[],
  correlation: readonly (readonly number[])[] | null = null,
): number {
  let s = 0;
  for (const set of correlatedSets(contributions.length, correlation)) {
    let variance = 0;
    for (const i of set)
      for (const j of set) variance += contributions[i]! * contributions[j]! * (i === j ? 1 : correlation![i]![j]!);
    const nu = Math.min(...set.filter((i) => contributions[i] !== 0).map((i) => dof[i]!));
    if (Number.isFinite(nu)) s += Math.max(0, variance) ** 2 / nu;
  }
  // what is nothing but rounding beside u limits nothing
  return s > 1e-15 * u ** 4 ? u ** 4 / s : Number.POSITIVE_INFINITY;
}

/** Quantities linked by correlations, directly or through others. */
function correlatedSets(n: number, correlation: readonly (readonly number[])[] | null): number[][] {
  const set = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      if (!correlation || correlation[i]![j] === 0 || set[i] === set[j]) continue;
      const [from, to] = [set[i]!, set[j]!];
      for (let k = 0; k < n; k++) if (set[k] === from) set[k] = to;
    }
  return [...new Set(set)].map((id) => Array.from({ length: n }, (_, i) => i).filter((i) => set[i] === id));
}

/** Several outputs of the same inputs. */
export interface GumMultivariate {
  readonly y: number[];
  /** Standard uncertainties, in the units of the outputs. */
  readonly u: number[];
  /** Covariance and correlation of the outputs, as rows. */
  readonly covariance: number[][];
  readonly correlation: number[][];
}

/**
 * Several outputs of the same inputs: C_y = J C_x Jᵀ.
 * @param values - of the inputs, in their units.
 * @param covariance - of the inputs, as rows, in the order of the models' names.
 * @returns outputs with standard uncertainties, covariance and correlation as rows.
 * @reference JCGM 102:2011, 6.2.1; JCGM 100:2008, H.2.
 */
export function propagateMany(
  models: readonly MeasurementModel[],
  values: readonly number[],
  covariance: readonly (readonly number[])[],
): GumMultivariate {
  const jacobian = models.map((m) => values.map((_, i) => m.jet(values.map((v, k) => jet(v, k === i ? 1 : 0)))[3]!));
  const c = jacobian.map((a) =>
    jacobian.map((b) => a.reduce((s, ai, i) => s + b.reduce((t, bj, j) => t + ai * covariance[i]![j]! * bj, 0), 0)),
  );
  const u = c.map((row, i) => Math.sqrt(row[i]!));
  return {
    y: models.map((m) => m.evaluate(values)),
    u,
    covariance: c,
    correlation: c.map((row, i) => row.map((v, j) => v / (u[i]! * u[j]!))),
  };
}
