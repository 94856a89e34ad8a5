import { z } from 'zod';
import {
  adviseMimo,
  initialMimo,
  initialOffsets,
  type MimoConfig,
  mimoStability,
  observeMimo,
  observeOffsets,
  predictOffsets,
} from '@/lib/control';
import { gaps, numbers, positive, real, rows, whole } from '@/lib/formats/compute';
import { requireMeasured } from '@/lib/numerics';
import { define, given } from '../../define';

const perOutput = z.union([z.number(), z.array(z.number())]);
const limit = z.array(z.number().nullable());
const mimoIn = {
  gain: rows('B, one row an output, one column a knob: output unit per knob unit'),
  target: numbers('Target of each output'),
  xNominal: numbers('Setpoint of each knob that meets the targets without a disturbance'),
  lambda: perOutput.meta({ description: 'EWMA weight of the level, (0, 1], one for all outputs or one each' }),
  lambda2: perOutput.meta({ description: 'EWMA weight of the drift; default 0' }).optional(),
  outputWeight: numbers('Price of a squared deviation of each output; default 1', { lowest: 0 }).optional(),
  moveWeight: numbers('Price of a squared change of each knob; default 0', { lowest: 0 }).optional(),
  knobScale: numbers('Change of each knob that counts as one; default 1', { lowest: 0 }).optional(),
  min: numbers('Lowest setpoint of each knob').optional(),
  max: numbers('Highest setpoint of each knob').optional(),
  maxStep: limit.meta({ description: 'Largest change of each knob, null for none' }).optional(),
  quantum: limit.meta({ description: 'Each setpoint is a multiple of this, null for any' }).optional(),
  deadband: limit.meta({ description: 'A smaller change of a knob is not made; the others are solved for again' }).optional(),
  outlierSigma: z
    .union([z.number().positive(), limit])
    .meta({ description: 'Outputs further than this many sigma of their innovations are set aside; one for all or one each' })
    .optional(),
};
const config = (i: z.output<z.ZodObject<typeof mimoIn>>): MimoConfig => given(i);
const MIMO = {
  gain: [
    [2, 0.5],
    [0.3, 1.5],
  ],
  target: [100, 50],
  xNominal: [10, 20],
  lambda: 0.4,
};

const mimo = define({
  path: 'control/mimo',
  title: 'Run-to-run control of several outputs by several knobs',
  text: 'Multivariable EWMA or double EWMA over recorded runs: disturbance of each output, then the setpoints that bring the weighted deviations to a minimum within limits, steps and quanta (a convex QP where limits bind).',
  input: z.strictObject({
    ...mimoIn,
    y: rows('Measured outputs, one row a run', { nullable: true }),
    xApplied: rows('Setpoints each run really had, one row a run'),
  }),
  relations: { sameLength: [['y', 'xApplied']] },
  run: ({ y, xApplied, ...i }) => {
    requireMeasured('y', y.flat());
    const c = config(i);
    let state = initialMimo(c.target.length);
    const advice = y.map((outputs, k) => {
      state = observeMimo(state, outputs, xApplied[k]!, c);
      return adviseMimo(state, c);
    });
    return { advice, state };
  },
  example: {
    ...MIMO,
    y: [
      [101, 50.4],
      [100.6, 50.1],
    ],
    xApplied: [
      [10, 20],
      [9.8, 19.9],
    ],
  },
});

const stability = define({
  path: 'control/mimo-stability',
  title: 'Stability of a multivariable loop',
  text: 'Eigenvalues of the closed loop for a true gain matrix that differs from the model, with metrology delay.',
  input: z.strictObject({
    ...mimoIn,
    trueGain: rows('True gain matrix'),
    delay: whole(0, 100, 'Runs until the measurement arrives; default 0').optional(),
  }),
  run: ({ trueGain, delay, ...i }) => mimoStability(config(i), trueGain, delay),
  example: {
    ...MIMO,
    trueGain: [
      [2.2, 0.4],
      [0.2, 1.7],
    ],
    delay: 1,
  },
});

const offsets = define({
  path: 'control/shared-offsets',
  title: 'Shared context offsets by a Kalman filter',
  text: 'Disturbance as a sum of offsets of tool, product and other contexts, estimated together over recorded runs, predicted with uncertainty for any combination, also one not run yet.',
  input: z.strictObject({
    contexts: z
      .array(z.record(z.string(), z.string()))
      .min(1)
      .meta({ description: 'Context of each run, such as {"tool": "A", "product": "K"}' }),
    y: gaps('Measured output of each run'),
    xApplied: numbers('Setpoint each run really had'),
    uY: numbers('Standard uncertainty of each output', { lowest: 0 }).optional(),
    gain: real('Model gain'),
    target: real('Target'),
    xNominal: real('Nominal setpoint'),
    noiseVariance: positive('Run-to-run variance of the output'),
    processVariance: z
      .record(z.string(), z.number().min(0))
      .meta({ description: 'Variance an offset gains per run, by context kind' }),
    initialVariance: z
      .record(z.string(), z.number().positive())
      .meta({ description: 'Variance of an offset not seen before, by context kind' }),
    predict: z.array(z.record(z.string(), z.string())).meta({ description: 'Contexts to predict' }),
  }),
  relations: { sameLength: [['contexts', 'y', 'xApplied', 'uY']] },
  run: (i) => {
    requireMeasured('y', i.y);
    let state = initialOffsets();
    i.contexts.forEach((context, k) => {
      const y = i.y[k] ?? Number.NaN;
      if (!Number.isNaN(y)) state = observeOffsets(state, context, y, i.xApplied[k] ?? Number.NaN, i, i.uY?.[k]);
    });
    return {
      offsets: Object.fromEntries(state.keys.map((key, k) => [key, state.mean[k]])),
      predictions: i.predict.map((context) => ({ context, ...predictOffsets(state, context, i) })),
    };
  },
  example: {
    contexts: [
      { tool: 'A', product: 'K' },
      { tool: 'B', product: 'K' },
      { tool: 'A', product: 'L' },
    ],
    y: [101, 99.5, 101.8],
    xApplied: [10, 10, 10],
    gain: 2,
    target: 100,
    xNominal: 10,
    noiseVariance: 0.1,
    processVariance: { tool: 0.01, product: 0.001 },
    initialVariance: { tool: 4, product: 4 },
    predict: [{ tool: 'B', product: 'L' }],
  },
});

export const multiFunctions = [mimo, stability, offsets];
