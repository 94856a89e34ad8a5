import { z } from 'zod';
import { flag, numbers, real, rows, share, whole } from '@/lib/formats/compute';
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
import { checkLengths, define } from './define';

const ROWS = { rest: { field: 'x', text: 'one row a run, one numeric column a variable' } };
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

const hotelling = define({
  path: 'spc/hotelling',
  title: 'Hotelling T² chart',
  text: 'T² of each run with the contributions of its variables; limits for the calibration runs (phase I) and for new ones (phase II).',
  input: z.strictObject({
    x: rows('Calibration runs, one row a run', { minRows: 3 }),
    newRows: rows('Runs judged by the calibration').optional(),
    confidence,
  }),
  run: (i) => {
    const base = hotellingBase(i.x);
    const of = (r: readonly number[]) => hotellingT2(base, r);
    return {
      center: base.center,
      covariance: nested(base.covariance, base.p),
      limits: hotellingLimits(base, i.confidence ?? 0.99),
      calibration: i.x.map(of),
      new: (i.newRows ?? []).map(of),
    };
  },
  table: { ...ROWS, write: { calibration: (r) => ({ t2: r.calibration.map((c) => c.t2) }) } },
  example: { x: X, newRows: [[12.5, 18.0]], confidence: 0.99 },
});

const mewma = define({
  path: 'spc/mewma',
  title: 'Multivariate EWMA chart',
  text: 'T² of the exponentially weighted mean vector; mean and covariance from the rows themselves unless given, limit for the wanted run length.',
  input: z.strictObject({
    x: rows('Runs in process order', { minRows: 3 }),
    lambda: real('Weight of the newest run, 0 < λ ≤ 1; default 0.1').optional(),
    mean: numbers('Mean vector in control').optional(),
    covariance: rows('Covariance in control').optional(),
    arl0: z.number().gt(1).meta({ description: 'Average run length in control; default 200' }).optional(),
  }),
  run: (i) => {
    const lambda = i.lambda ?? 0.1;
    const base = i.mean && i.covariance ? null : hotellingBase(i.x);
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
    components: z.int().min(1),
    n: z.int().min(2),
    mean: numberList,
    scale: numberList,
    eigenvalues: numberList,
    loadings: numberList,
    qMean: z.number(),
    qVariance: z.number(),
  })
  .meta({ description: 'Model of spc/pca-train' });

/** @throws AppError `invalid_input` for a model whose parts do not fit together. */
function modelOf(m: z.output<typeof pcaModelIn>): PcaModel {
  const p = m.mean.length;
  checkLengths('model', { scale: [m.scale, p], loadings: [m.loadings, p * m.components] });
  return m;
}

const pcaTrain = define({
  path: 'spc/pca-train',
  title: 'PCA model for monitoring',
  text: 'Principal components of runs in control, with the limits of T² and of the residual Q (SPE).',
  input: z.strictObject({
    x: rows('Runs in control', { minRows: 3 }),
    components: whole(1, 500, 'Number of components'),
    scale: flag('Divide by the standard deviations; default true').optional(),
    confidence,
  }),
  run: (i) => {
    const model = trainPca(i.x, i.components, { scale: i.scale ?? true });
    return { model, limits: pcaLimits(model, i.confidence ?? 0.99) };
  },
  table: ROWS,
  example: { x: X, components: 1 },
});

const pcaScore = define({
  path: 'spc/pca-score',
  title: 'T² and SPE of runs by a PCA model',
  text: 'Scores, T², Q and the contribution of each variable to both.',
  input: z.strictObject({ model: pcaModelIn, x: rows('Runs'), confidence }),
  run: (i) => {
    const model = modelOf(i.model);
    return { limits: pcaLimits(model, i.confidence ?? 0.99), scores: i.x.map((r) => scorePca(model, r)) };
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
