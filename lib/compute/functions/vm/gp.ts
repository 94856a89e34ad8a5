import { z } from 'zod';
import { flag, names, numbers, oneOf, rows, whole } from '@/lib/formats/compute';
import { fitGp, type GpJson, gpFromJson, gpToJson, leaveOneOut, predictGp, trainGp } from '@/lib/learning';
import { fromRows, requireVariation, requireVarying } from '@/lib/numerics';
import { checkLengths, define, given, inModelOrder } from '../../define';

const KERNELS = ['rbf', 'matern12', 'matern32', 'matern52'] as const;
const kernelIn = z
  .strictObject({
    kind: z.enum(KERNELS),
    signalVariance: z.number().positive(),
    lengthScale: z.array(z.number().positive()),
    noiseVariance: z.number().min(0),
  })
  .meta({ description: 'Fixed kernel, in units of the normalised response' });
const frame = z.strictObject({
  kind: z.enum(['constant', 'linear', 'quadratic']),
  centre: z.array(z.number()),
  scale: z.array(z.number()),
});
const gpModelIn = z
  .strictObject({
    kind: z.literal('gp'),
    version: z.union([z.literal(1), z.literal(2)]),
    kernel: kernelIn,
    d: z.int().min(1),
    x: z.array(z.number()),
    y: z.array(z.number()),
    yMean: z.number(),
    yScale: z.number(),
    jitter: z.number(),
    mean: frame.optional(),
    inputs: z.array(z.string()).optional(),
  })
  .meta({ description: 'Model of vm/gp-train' });
const inputs = names('Name of each column of x').optional();
const NAMED = { columns: [['x', 'inputs']], distinct: ['inputs'] } as const;
const INPUTS = { rest: { field: 'x', names: 'inputs', text: 'one numeric column an input' } };

/** @throws AppError `invalid_input` for a model whose parts do not fit together. */
function modelOf(m: z.output<typeof gpModelIn>): GpJson {
  checkLengths('model', {
    x: [m.x, m.y.length * m.d],
    'kernel.lengthScale': [m.kernel.lengthScale, m.d],
    ...(m.mean ? { 'mean.centre': [m.mean.centre, m.d], 'mean.scale': [m.mean.scale, m.d] } : {}),
    inputs: [m.inputs ?? m.kernel.lengthScale, m.d],
  });
  return given(m) as GpJson;
}
const X = [[-2], [-1.4], [-0.7], [0], [0.6], [1.3], [2]];
const Y = [-0.9, -0.98, -0.65, 0.02, 0.55, 0.97, 0.92];

const train = define({
  path: 'vm/gp-train',
  title: 'Train a Gaussian process',
  text: 'Hyper-parameters by maximum marginal likelihood with analytic gradient from several starts, one length scale an input; or a fixed kernel. The search works on standardised inputs (length scales from 0.01 to 100 standard deviations), so that their unit does not matter; what ran into a bound is named. Leave-one-out predictions are reported.',
  input: z.strictObject({
    x: rows('Inputs, one row a sample', { minRows: 2 }),
    y: numbers('Response of each sample', { min: 2 }),
    inputs,
    kind: oneOf(KERNELS, 'Kernel; default matern52').optional(),
    ard: flag('One length scale an input; default true').optional(),
    mean: oneOf(
      ['none', 'constant', 'linear', 'quadratic'],
      'Mean function by generalised least squares; default none',
    ).optional(),
    normalizeY: flag('Centre and scale the response; default true').optional(),
    starts: whole(1, 100, 'Starts of the search; default 6').optional(),
    seed: z.int().meta({ description: 'Seed of the starts' }).optional(),
    kernel: kernelIn.optional(),
  }),
  isLong: true,
  relations: {
    ...NAMED,
    sameLength: [['x', 'y']],
    oneOf: ['kind', 'ard', 'starts', 'seed'].map((field) => ({ fields: [field, 'kernel'] })),
  },
  run: ({ x, y, inputs: own, kernel, normalizeY, mean, ...training }) => {
    const shared = given({ normalizeY, mean });
    if (!kernel) {
      requireVarying('x', fromRows(x), own);
      requireVariation('y', y);
    }
    const fit = kernel ? null : trainGp(x, y, { ...given(training), ...shared });
    const model = fit?.model ?? fitGp(x, y, kernel!, shared);
    return {
      model: { ...gpToJson(model), ...given({ inputs: own }) },
      logLikelihood: model.logLikelihood,
      leaveOneOut: leaveOneOut(model),
      search: fit
        ? {
            atBound: fit.atBound,
            boundsReached: fit.boundsReached,
            status: fit.status,
            starts: fit.starts,
            evaluations: fit.evaluations,
          }
        : null,
    };
  },
  table: { columns: [{ name: 'y' }], ...INPUTS },
  example: { x: X, y: Y, kernel: { kind: 'rbf', signalVariance: 1, lengthScale: [1], noiseVariance: 0.01 }, normalizeY: false },
});

const predict = define({
  path: 'vm/gp-predict',
  title: 'Predict by a Gaussian process',
  text: 'Mean, standard uncertainty of the function and of a new observation, and their joint covariance when asked for.',
  input: z.strictObject({
    model: gpModelIn,
    x: rows('Inputs, one row a prediction'),
    inputs,
    covariance: flag('Joint covariance; default false').optional(),
  }),
  relations: NAMED,
  run: (i) =>
    predictGp(
      gpFromJson(modelOf(i.model)),
      inModelOrder(i.x, i.model.inputs, i.inputs, 'inputs'),
      given({ covariance: i.covariance }),
    ),
  table: { ...INPUTS, write: { predictions: (r) => ({ mean: r.mean, uLatent: r.uLatent, uObservation: r.uObservation }) } },
  example: {
    model: {
      kind: 'gp',
      version: 1,
      kernel: { kind: 'rbf', signalVariance: 1, lengthScale: [1], noiseVariance: 0.01 },
      d: 1,
      x: X.flat(),
      y: Y,
      yMean: 0,
      yScale: 1,
      jitter: 0,
    },
    x: [[0.3], [5]],
  },
});

export const gpFunctions = [train, predict];
