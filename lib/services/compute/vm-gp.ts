import { z } from 'zod';
import { flag, numbers, oneOf, rows, whole } from '@/lib/formats/compute';
import { fitGp, type GpJson, gpFromJson, gpToJson, leaveOneOut, predictGp, trainGp } from '@/lib/vm';
import { define, given } from './define';

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
  })
  .meta({ description: 'Model of vm/gp-train' });
const INPUTS = { rest: { field: 'x', text: 'one numeric column an input' } };
const X = [[-2], [-1.4], [-0.7], [0], [0.6], [1.3], [2]];
const Y = [-0.9, -0.98, -0.65, 0.02, 0.55, 0.97, 0.92];

const train = define({
  path: 'vm/gp-train',
  title: 'Train a Gaussian process',
  text: 'Hyper-parameters by maximum marginal likelihood with analytic gradient from several starts, one length scale an input; or a fixed kernel. Leave-one-out predictions and the parameters at a bound are reported.',
  input: z.strictObject({
    x: rows('Inputs, one row a sample', { minRows: 2 }),
    y: numbers('Response of each sample', { min: 2 }),
    kind: oneOf(KERNELS, 'Kernel; default that of the part, rbf').optional(),
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
  run: ({ x, y, kernel, normalizeY, mean, ...training }) => {
    const shared = given({ normalizeY, mean });
    const fit = kernel ? null : trainGp(x, y, { ...given(training), ...shared });
    const model = fit?.model ?? fitGp(x, y, kernel!, shared);
    return {
      model: gpToJson(model),
      logLikelihood: model.logLikelihood,
      leaveOneOut: leaveOneOut(model),
      search: fit ? { atBound: fit.atBound, status: fit.status, starts: fit.starts, evaluations: fit.evaluations } : null,
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
    covariance: flag('Joint covariance; default false').optional(),
  }),
  run: (i) => predictGp(gpFromJson(given(i.model) as GpJson), i.x, given({ covariance: i.covariance })),
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
