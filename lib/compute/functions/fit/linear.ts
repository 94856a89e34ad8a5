import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { numbers, oneOf, rows, whole } from '@/lib/formats/compute';
import {
  chooseWeight,
  type LinearProblem,
  lasso,
  type PenalisedSolution,
  type PenalisedSolver,
  tikhonov,
  totalVariation,
  weightGrid,
} from '@/lib/inversion';
import { fromRows } from '@/lib/numerics';
import { define, given } from '../../define';

const linear = define({
  path: 'fit/linear',
  title: 'Ill-posed linear problem with a penalty',
  text: 'A·x ≈ b with a Tikhonov, L1 or total-variation penalty on the values, differences or bending of x; the weight as given, or by the L-curve, generalised or plain cross-validation, or the discrepancy principle, with the whole path of weights.',
  input: z.strictObject({
    A: rows('One row a datum, one column an unknown'),
    b: numbers('Data'),
    sigma: numbers('Standard deviation of each datum; default 1', { lowest: 0 }).optional(),
    penalty: oneOf(['tikhonov', 'l1', 'total-variation'], 'Default tikhonov').optional(),
    order: z
      .union([z.literal(0), z.literal(1), z.literal(2)])
      .meta({
        description: 'Of tikhonov and total variation: 0 values, 1 differences, 2 bending; default 0, or 1 for total variation',
      })
      .optional(),
    weight: z.number().positive().meta({ description: 'Weight; without it the rule chooses' }).optional(),
    rule: oneOf(['l-curve', 'gcv', 'cross-validation', 'discrepancy'], 'Default gcv; the L-curve needs tikhonov').optional(),
    lowest: z.number().positive().meta({ description: 'Smallest weight tried; default 1e-6' }).optional(),
    highest: z.number().positive().meta({ description: 'Largest weight tried; default 1e6' }).optional(),
    weights: whole(3, 500, 'Number of weights tried; default 40').optional(),
    folds: whole(2, 100, 'Folds of the cross-validation; default 5').optional(),
    seed: z.int().meta({ description: 'Seed of the folds' }).optional(),
  }),
  relations: {
    sameLength: [['A', 'b', 'sigma']],
    // a given weight leaves nothing to choose
    oneOf: ['rule', 'lowest', 'highest', 'weights', 'folds', 'seed'].map((choice) => ({ fields: ['weight', choice] })),
    onlyWith: {
      order: { field: 'penalty', in: ['tikhonov', 'total-variation'], default: 'tikhonov' },
      folds: { field: 'rule', in: ['cross-validation'], default: 'gcv' },
      seed: { field: 'rule', in: ['cross-validation'], default: 'gcv' },
    },
  },
  isLong: true,
  run: (i) => {
    const w = i.b.map((_, k) => 1 / (i.sigma?.[k] ?? 1));
    const zero = w.findIndex((v) => !Number.isFinite(v));
    if (zero >= 0)
      throw new AppError('invalid_input', `sigma: value ${zero} is 0; give positive standard deviations`, { field: 'sigma' });
    const problem: LinearProblem = { a: fromRows(i.A.map((r, k) => r.map((v) => v * w[k]!))), b: i.b.map((v, k) => v * w[k]!) };
    const order = i.order;
    if (i.penalty === 'total-variation' && order === 0)
      throw new AppError('invalid_input', 'order: total variation is of differences; give 1 or 2, or penalty l1 for the values', {
        field: 'order',
      });
    if ((i.lowest ?? 1e-6) >= (i.highest ?? 1e6))
      throw new AppError('invalid_input', `lowest: ${i.lowest ?? 1e-6} is not below highest, ${i.highest ?? 1e6}`, {
        field: 'lowest',
      });
    const solver: PenalisedSolver<PenalisedSolution> = (p) => {
      if (i.penalty === 'l1') return (weight: number) => lasso(p, weight);
      if (i.penalty === 'total-variation') return (weight: number) => totalVariation(p, weight, order === 2 ? 2 : 1);
      return tikhonov(p, order ?? 0);
    };
    if (i.weight !== undefined) return { solution: solver(problem)(i.weight), choice: null };
    const choice = chooseWeight(problem, solver, {
      weights: weightGrid(i.lowest ?? 1e-6, i.highest ?? 1e6, i.weights ?? 40),
      rule: i.rule ?? 'gcv',
      ...given({ folds: i.folds, seed: i.seed }),
    });
    return {
      solution: choice.best,
      choice: {
        isInside: choice.isInside,
        weight: choice.path.map((s) => s.weight),
        misfit: choice.path.map((s) => s.misfit),
        penalty: choice.path.map((s) => s.penalty),
        score: choice.score,
      },
    };
  },
  table: {
    columns: [{ name: 'b' }, { name: 'sigma', isOptional: true }],
    rest: { field: 'A', text: 'the other columns are those of A' },
    write: { solution: (r) => ({ x: r.solution.x }) },
  },
  example: {
    A: [
      [1, 0.9, 0.7],
      [0.9, 1, 0.9],
      [0.7, 0.9, 1],
      [0.5, 0.7, 0.9],
    ],
    b: [2.6, 2.8, 2.61, 2.1],
    sigma: [0.01, 0.01, 0.01, 0.01],
  },
});

export const linearFunctions = [linear];
