import { differenceJacobian, fisherInformation, fitModel } from '@/lib/inversion';
import { mat, num, obj, strings, vec } from '../read';
import type { Mismatch, ReferenceCase, ReferenceMethod } from '../types';
import { parametricModel } from './models';
import { Checker } from './read';

/** (n, n) against nested rows, relative to √(a_ii a_jj): an entry of a correlated matrix may be close to 0. */
function checkMatrix(out: Checker, path: string, got: Float64Array, want: number[][], rel: number): void {
  const n = want.length;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      out.value(`${path}.${i}.${j}`, got[i * n + j], want[i]![j], rel * Math.sqrt(want[i]![i]! * want[j]![j]!));
}

function checkFisher({ input, expected, tolerance }: ReferenceCase): Mismatch[] {
  const out = new Checker();
  const names = strings(input, 'parameters');
  const n = names.length;
  const { model, periodic } = parametricModel(input);
  const p = Float64Array.from(vec(input, 'values'));
  const base = model(p);
  const want = vec(expected, 'model');
  for (const [i, v] of want.entries()) out.value(`model[${i}]`, base[i], v, 1e-7 * Math.max(1, Math.abs(v)));
  const j = differenceJacobian(model, p, base, periodic ? { periodic360: periodic } : {});
  const columns = obj(expected, 'jacobian_by_parameter');
  for (const [k, name] of names.entries()) {
    const column = vec(columns, name);
    const limit = (tolerance['jacobian_rel_to_column_max'] as number) * Math.max(...column.map(Math.abs));
    for (const [i, v] of column.entries()) out.value(`jacobian.${name}[${i}]`, j[i * n + k], v, limit);
  }
  const f = fisherInformation(j, vec(input, 'sigma'), n);
  const crlb = tolerance['crlb_rel'] as number;
  checkMatrix(out, 'fisher', f.fisher, mat(expected, 'fisher'), tolerance['fisher_rel'] as number);
  checkMatrix(out, 'crlb_covariance', f.covariance, mat(expected, 'crlb_covariance'), crlb);
  checkMatrix(out, 'correlation', f.correlation, mat(expected, 'correlation'), crlb);
  for (const [k, v] of vec(expected, 'crlb_std').entries()) out.value(`crlb_std[${k}]`, f.standardErrors[k], v, crlb * v);
  return out.out;
}

function checkFit({ input, expected, tolerance }: ReferenceCase): Mismatch[] {
  const out = new Checker();
  const { model, periodic } = parametricModel(input);
  const r = fitModel({
    names: strings(input, 'parameters'),
    model,
    data: vec(input, 'data'),
    sigma: vec(input, 'sigma'),
    start: vec(input, 'start'),
    ...(periodic ? { periodic360: periodic } : {}),
  });
  if (r.status !== 'converged') out.fail('status', r.status, 'converged', 0);
  const std = vec(expected, 'std');
  const rel = tolerance['std_rel'] as number;
  for (const [k, v] of vec(expected, 'parameters').entries())
    out.value(`parameters[${k}]`, r.parameters[k], v, (tolerance['parameters_in_std'] as number) * std[k]!);
  for (const [k, v] of std.entries()) out.value(`std[${k}]`, r.standardErrors[k], v, rel * v);
  checkMatrix(out, 'covariance', r.covariance, mat(expected, 'covariance'), 2 * rel);
  checkMatrix(out, 'correlation', r.correlation, mat(expected, 'correlation'), 2 * rel);
  out.value('chi2', r.chi2, num(expected, 'chi2'), (tolerance['chi2_rel'] as number) * num(expected, 'chi2'));
  out.value('dof', r.degreesOfFreedom, num(expected, 'dof'), 0);
  return out.out;
}

export const fisherMethod: ReferenceMethod = { compute: () => null, compare: (_, c) => checkFisher(c) };
export const inversionMethod: ReferenceMethod = { compute: () => null, compare: (_, c) => checkFit(c) };
