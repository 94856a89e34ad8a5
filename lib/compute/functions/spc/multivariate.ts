import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { flag, names, numbers, real, rows, share, whole } from '@/lib/formats/compute';
import { requireMeasured } from '@/lib/numerics';
import {
  hotellingBase,
  hotellingLimits,
  hotellingT2,
  mewmaChart,
  mewmaLimit,
  type PcaModel,
  pcaLimits,
  scorePca,
  trainPca,
} from '@/lib/spc';
import { checkLengths, define, given, inModelOrder } from '../../define';

const ROWS = { rest: { field: 'x', names: 'variables', text: 'one row a run, one numeric column a variable' } };
const variables = names('Name of each column of x').optional();
const NAMED = { columns: [['x', 'variables']], distinct: ['variables'] } as const;
const confidence = share('Coverage of the limits; default 0.99').optional();
const X = [
  [10.0, 20.7],
  [10.5, 19.9],
  [9.7, 20.0],
  [9.8, 20.2],
  [11.7, 21.5],
  [11.0, 20.9],
  [8.7, 18.8],
  [9.5, 19.3],
  [10.1, 19.4],
  [9.5, 19.6],
];
const nested = (a: Float64Array, p: number): number[][] =>
  Array.from({ length: p }, (_, i) => Array.from(a.subarray(i * p, (i + 1) * p)));

type Row = readonly number[];
const isEmpty = (row: Row): boolean => row.every((v) => Number.isNaN(v));
/** Runs in which something was measured: a row of gaps says nothing about mean and covariance, and does not count as a run. */
const measuredRows = (x: readonly Row[]): readonly Row[] => x.filter((row) => !isEmpty(row));

const hotelling = define({
  path: 'spc/hotelling',
  title: 'Hotelling T² chart',
  text: 'T² of each run with the contributions of its variables; limits for the calibration runs (phase I) and for new ones (phase II). Gaps: mean and covariance by expectation–maximisation, T² and limit of the variables that were measured.',
  input: z.strictObject({
    x: rows('Calibration runs, one row a run', { minRows: 3, nullable: true }),
    variables,
    newRows: rows('Runs judged by the calibration', { nullable: true }).optional(),
    confidence,
  }),
  relations: {
    ...NAMED,
    columns: [
      ['x', 'variables'],
      ['newRows', 'x'],
    ],
  },
  gaps: ['calibration.*.contributions', 'new.*.contributions'],
  run: (i) => {
    const base = hotellingBase(measuredRows(i.x), i.variables);
    const level = i.confidence ?? 0.99;
    const of = (phase: 'phase1' | 'phase2') => (r: Row) => {
      if (isEmpty(r)) return { t2: null, contributions: r, measured: 0, limit: null };
      const point = hotellingT2(base, r);
      return { ...point, limit: hotellingLimits(base, level, point.measured)[phase] };
    };
    return {
      center: base.center,
      covariance: nested(base.covariance, base.p),
      limits: hotellingLimits(base, level),
      calibration: i.x.map(of('phase1')),
      new: (i.newRows ?? []).map(of('phase2')),
    };
  },
  table: {
    ...ROWS,
    write: { calibration: (r) => ({ t2: r.calibration.map((c) => c.t2), limit: r.calibration.map((c) => c.limit) }) },
  },
  example: { x: X, newRows: [[12.5, 18.0]], confidence: 0.99 },
});

const mewma = define({
  path: 'spc/mewma',
  title: 'Multivariate EWMA chart',
  text: 'T² of the exponentially weighted mean vector; mean and covariance from the rows themselves unless given, limit for the wanted run length.',
  input: z.strictObject({
    x: rows('Runs in process order', { minRows: 3, nullable: true }),
    variables,
    lambda: real('Weight of the newest run, 0 < λ ≤ 1; default 0.1').optional(),
    mean: numbers('Mean vector in control').optional(),
    covariance: rows('Covariance in control').optional(),
    arl0: z.number().gt(1).meta({ description: 'Average run length in control; default 200' }).optional(),
  }),
  relations: {
    ...NAMED,
    columns: [
      ['x', 'variables'],
      ['x', 'mean'],
      ['covariance', 'x'],
    ],
  },
  gaps: ['exact', 'asymptotic'],
  run: (i) => {
    const lambda = i.lambda ?? 0.1;
    requireMeasured('x', i.x.flat());
    const base = i.mean && i.covariance ? null : hotellingBase(measuredRows(i.x), i.variables);
    const mean = i.mean ?? Array.from(base!.center);
    const covariance = i.covariance ?? nested(base!.covariance, base!.p);
    return { limit: mewmaLimit(lambda, mean.length, i.arl0 ?? 200), ...mewmaChart(i.x, mean, covariance, lambda) };
  },
  isLong: true,
  table: { ...ROWS, write: { points: (r) => ({ exact: r.exact, asymptotic: r.asymptotic }) } },
  example: {
    x: X,
    lambda: 0.1,
    mean: [10, 20],
    covariance: [
      [1, 0.5],
      [0.5, 1],
    ],
  },
});

const numberList = z.array(z.number());
const pcaModelIn = z
  .strictObject({
    kind: z.literal('pca'),
    variables: z.array(z.string()).optional(),
    components: z.int().min(1),
    n: z.int().min(2),
    mean: numberList,
    scale: z.array(z.number().positive()),
    eigenvalues: z.array(z.number().min(0)),
    loadings: numberList,
    qMean: z.number(),
    qVariance: z.number(),
  })
  .meta({ description: 'Model of spc/pca-train' });

/** @throws AppError `invalid_input` for a model whose parts do not fit together. */
function modelOf(m: z.output<typeof pcaModelIn>): PcaModel {
  const p = m.mean.length;
  checkLengths('model', {
    scale: [m.scale, p],
    eigenvalues: [m.eigenvalues, p],
    loadings: [m.loadings, p * m.components],
    variables: [m.variables ?? m.mean, p],
  });
  if (!(m.eigenvalues[m.components - 1]! > 0))
    throw new AppError('invalid_input', `model.components: ${m.components} components need as many eigenvalues above 0`, {
      field: 'model.components',
    });
  return given(m) as PcaModel;
}

/** The empty result of a row of gaps. */
const unscored = (row: Row, components: number) => ({
  t2: null,
  q: null,
  scores: new Array<null>(components).fill(null),
  residual: row,
  t2Contributions: row.map(() => null),
  missing: [...row.keys()],
});

const pcaTrain = define({
  path: 'spc/pca-train',
  title: 'PCA model for monitoring',
  text: 'Principal components of runs in control, with the limits of T² and of the residual Q (SPE), which are null where the components span all that varies. Gaps are filled by their means under the components, in turn with these.',
  input: z.strictObject({
    x: rows('Runs in control', { minRows: 3, nullable: true }),
    variables,
    components: whole(1, 500, 'Number of components'),
    scale: flag('Divide by the standard deviations; default true').optional(),
    confidence,
  }),
  relations: NAMED,
  run: (i) => {
    const model = trainPca(measuredRows(i.x), i.components, given({ scale: i.scale ?? true, variables: i.variables }));
    return { model, limits: pcaLimits(model, i.confidence ?? 0.99) };
  },
  table: ROWS,
  example: { x: X, components: 1 },
});

const pcaScore = define({
  path: 'spc/pca-score',
  title: 'T² and SPE of runs by a PCA model',
  text: 'Scores, T², Q and the contribution of each variable to both. Columns are matched by name where model and runs have names. A variable that was not measured is replaced by its mean under the components and takes no part in Q.',
  input: z.strictObject({ model: pcaModelIn, x: rows('Runs', { nullable: true }), variables, confidence }),
  relations: NAMED,
  gaps: ['scores.*.residual'],
  run: (i) => {
    const model = modelOf(i.model);
    requireMeasured('x', i.x.flat());
    const x = inModelOrder(i.x, model.variables, i.variables, 'variables');
    return {
      limits: pcaLimits(model, i.confidence ?? 0.99),
      scores: x.map((r) => (isEmpty(r) ? unscored(r, model.components) : scorePca(model, r))),
    };
  },
  table: { ...ROWS, write: { scores: (r) => ({ t2: r.scores.map((s) => s.t2), q: r.scores.map((s) => s.q) }) } },
  example: {
    model: {
      kind: 'pca',
      components: 1,
      n: 10,
      mean: [10, 20],
      scale: [1, 1],
      eigenvalues: [1.6, 0.4],
      loadings: [Math.SQRT1_2, Math.SQRT1_2],
      qMean: 0.36,
      qVariance: 0.2,
    },
    x: [
      [11, 21],
      [11, 19],
    ],
  },
});

export const multivariateFunctions = [hotelling, mewma, pcaTrain, pcaScore];
