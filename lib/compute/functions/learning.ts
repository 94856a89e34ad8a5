import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { names, oneOf, rows, whole } from '@/lib/formats/compute';
import {
  type AutoencoderModel,
  networkFromOnnx,
  networkToOnnx,
  runNetwork,
  scoreAutoencoder,
  trainAutoencoder,
} from '@/lib/learning';
import { base64, checkLengths, define, fromBase64, given, inModelOrder } from '../define';

const ROWS = { rest: { field: 'x', text: 'one row a run, one numeric column a variable' } };
const NAMED_ROWS = { rest: { ...ROWS.rest, names: 'variables' } };
const variables = names('Name of each column of x').optional();
const NAMED = { columns: [['x', 'variables']], distinct: ['variables'] } as const;
const ACTIVATIONS = ['linear', 'relu', 'leakyRelu', 'elu', 'tanh', 'sigmoid', 'gelu', 'softplus', 'sin'] as const;
const tensorIn = z.strictObject({ shape: z.array(z.int().min(1)), data: z.array(z.number()) });
const networkIn = z.strictObject({
  kind: z.literal('network'),
  version: z.literal(1),
  input: z.array(z.int().min(1)).min(1),
  layers: z
    .array(z.strictObject({ type: z.literal('dense'), units: z.int().min(1), activation: z.enum(ACTIVATIONS).optional() }))
    .min(1),
  parameters: z.array(z.array(tensorIn)),
  running: z.array(z.strictObject({ mean: z.array(z.number()), variance: z.array(z.number()) }).nullable()),
});
const autoencoderIn = z
  .strictObject({
    kind: z.literal('autoencoder'),
    version: z.literal(1),
    variables: z.array(z.string()).optional(),
    network: networkIn,
    mean: z.array(z.number()),
    scale: z.array(z.number().positive()),
    limits: z.strictObject({ p95: z.number(), p99: z.number() }),
    explained: z.number(),
  })
  .meta({ description: 'Model of learning/autoencoder-train' });

/** @throws AppError `invalid_input` for a model whose parts do not fit together. */
function modelOf(m: z.output<typeof autoencoderIn>): AutoencoderModel {
  const { network } = m;
  const width = network.input.reduce((a, b) => a * b, 1);
  checkLengths('model', { mean: [m.mean, width], scale: [m.scale, width], variables: [m.variables ?? m.mean, width] });
  checkLengths('model.network', {
    parameters: [network.parameters, network.layers.length],
    running: [network.running, network.layers.length],
  });
  let inputs = width;
  for (const [k, layer] of network.layers.entries()) {
    const of = network.parameters[k]!;
    checkLengths('model.network.parameters', { [k]: [of, 2] });
    checkLengths(`model.network.parameters.${k}`, { 0: [of[0]!.data, inputs * layer.units], 1: [of[1]!.data, layer.units] });
    inputs = layer.units;
  }
  return m as unknown as AutoencoderModel;
}

/** Runs on a line in three variables. */
const RUNS = Array.from({ length: 60 }, (_, i) => {
  const t = Math.sin(0.9 * i);
  const e = ((i * 7) % 11) / 110 - 0.05;
  return [t, 2 * t + e, -t + e / 2].map((v) => Math.round(v * 1e4) / 1e4);
});

const train = define({
  path: 'learning/autoencoder-train',
  title: 'Train an autoencoder for fault detection',
  text: 'A network that squeezes normal runs through a narrow code; limits of its reconstruction score from the last runs, which are held back. Gaps are filled by conditional means of a linear model.',
  input: z.strictObject({
    x: rows('Normal runs in time order', { minRows: 8, nullable: true }),
    variables,
    code: whole(1, 200, 'Values in the narrow middle'),
    hidden: z.array(z.int().min(1).max(2000)).meta({ description: 'Widths between input and code' }).optional(),
    activation: oneOf(ACTIVATIONS, 'Activation of the hidden layers').optional(),
    holdBack: z.number().gt(0).lt(0.9).meta({ description: 'Share of the runs held back; default 0.25' }).optional(),
    epochs: whole(1, 100_000, 'Most passes over the runs').optional(),
    batch: whole(1, 100_000, 'Runs a step').optional(),
    patience: whole(1, 100_000, 'Epochs without improvement before it stops').optional(),
    seed: z.int().meta({ description: 'Seed of the weights and the order' }).optional(),
  }),
  isLong: true,
  relations: NAMED,
  run: ({ x, ...options }) => {
    const { model, training } = trainAutoencoder(x, given(options));
    return { model, epochs: training.loss.length, bestEpoch: training.bestEpoch, validationLoss: training.validationLoss };
  },
  table: NAMED_ROWS,
  example: { x: RUNS, code: 1, epochs: 20, holdBack: 0.35, seed: 1 },
});

const trained = () => trainAutoencoder(RUNS, { code: 1, epochs: 5, holdBack: 0.35, seed: 1 }).model;

const score = define({
  path: 'learning/autoencoder-score',
  title: 'Reconstruction score of runs',
  text: 'Sum of squared standardised residuals of each run, the residuals, and the limits it is judged by. Columns are matched by name where model and runs have names. What was not measured is replaced by its own reconstruction, in turn, and takes no part in the score.',
  input: z.strictObject({ model: autoencoderIn, x: rows('Runs', { nullable: true }), variables }),
  relations: NAMED,
  gaps: ['residual'],
  run: (i) => {
    const model = modelOf(i.model);
    return { limits: model.limits, ...scoreAutoencoder(model, inModelOrder(i.x, model.variables, i.variables, 'variables')) };
  },
  table: { ...NAMED_ROWS, write: { scores: (r) => ({ score: r.score }) } },
  get example() {
    return {
      model: JSON.parse(JSON.stringify(trained())),
      x: [
        [0.5, 1, -0.5],
        [0.5, -1, 0.5],
      ],
    };
  },
});

const run = define({
  path: 'learning/onnx-run',
  title: 'Run an ONNX network',
  text: 'Outputs of a feed-forward network (chains of dense, convolution, normalisation, activation and pooling layers) for each row.',
  input: z.strictObject({
    onnx: z.base64().min(4).meta({ description: 'The model file, base64' }),
    x: rows('Inputs, one row a sample, flattened'),
  }),
  run: (i) => {
    const { network, ...about } = networkFromOnnx(fromBase64(i.onnx));
    const width = network.input.reduce((a, b) => a * b, 1);
    if (i.x[0]!.length !== width)
      throw new AppError('invalid_input', `x: has ${i.x[0]!.length} values a row, the network takes ${width}`, { field: 'x' });
    const out = runNetwork(network, Float64Array.from(i.x.flat()));
    const k = out.data.length / i.x.length;
    return { ...about, outputs: i.x.map((_, n) => Array.from(out.data.subarray(n * k, (n + 1) * k))) };
  },
  table: { ...ROWS },
  get example() {
    return { onnx: base64(networkToOnnx(trained().network)), x: [[0.5, 1, -0.5]] };
  },
});

export const functions = [train, score, run];
