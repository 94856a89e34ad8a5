import { z } from 'zod';
import { flag, gaps, names, oneOf, rows, share, whole } from '@/lib/formats/compute';
import { requireVariation } from '@/lib/numerics';
import { type PlsModel, plsToOnnx, predictPls, trainPls, type VmPrediction } from '@/lib/vm';
import { base64, checkLengths, define, given, inModelOrder } from '../../define';
import { gpFunctions } from './gp';

const list = z.array(z.number());
const limits = z.strictObject({ p95: z.number(), p99: z.number() });
const plsModelIn = z
  .strictObject({
    kind: z.literal('pls'),
    version: z.literal(1),
    algorithm: z.enum(['nipals', 'simpls']),
    sensors: z.array(z.string()),
    responses: z.array(z.string()),
    components: z.int().min(1),
    n: z.number(),
    nFilled: z.number(),
    xMean: list,
    xScale: list,
    constantSensors: z.array(z.string()),
    yMean: list,
    rotations: list,
    xLoadings: list,
    yLoadings: list,
    scoreSumSquares: list,
    xResidualVariance: list,
    coefficients: list,
    intercept: list,
    vip: list,
    xVariance: list,
    yVariance: list,
    sigmaTrain: list,
    sigmaValidation: list.nullable(),
    limits: z.strictObject({ t2: limits, spe: limits }),
    validation: z
      .strictObject({ rmsep: z.array(z.array(z.number().nullable())), best: z.number(), oneSigma: z.number(), rows: z.number() })
      .nullable(),
  })
  .meta({ description: 'Model of vm/pls-train' });

/** @throws AppError `invalid_input` for a model whose parts do not fit together. */
function modelOf(m: z.output<typeof plsModelIn>): PlsModel {
  const [p, q, a] = [m.sensors.length, m.responses.length, m.components];
  checkLengths('model', {
    xMean: [m.xMean, p],
    xScale: [m.xScale, p],
    yMean: [m.yMean, q],
    rotations: [m.rotations, p * a],
    xLoadings: [m.xLoadings, p * a],
    yLoadings: [m.yLoadings, q * a],
    scoreSumSquares: [m.scoreSumSquares, a],
    xResidualVariance: [m.xResidualVariance, p],
    coefficients: [m.coefficients, p * q],
    intercept: [m.intercept, q],
    sigmaTrain: [m.sigmaTrain, q],
    sigmaValidation: [m.sigmaValidation ?? m.sigmaTrain, q],
  });
  return m as PlsModel;
}

const SENSORS = { rest: { field: 'x', names: 'sensors', text: 'one row a wafer in time order, one numeric column a sensor' } };

/** Sixteen wafers of three sensors; the response is 5 + 2·pressure − flow + small residuals. */
const EXAMPLE = (() => {
  const x = Array.from({ length: 16 }, (_, i) => [
    Math.round(100 * Math.sin(1.3 * i)) / 100,
    Math.round(100 * Math.cos(0.7 * i)) / 100,
    Math.round(100 * Math.sin(0.4 * i + 1)) / 100,
  ]);
  return { x, y: x.map(([a, b], i) => Math.round(1000 * (5 + 2 * a! - b! + 0.01 * (((i * 7) % 5) - 2))) / 1000) };
})();

const train = define({
  path: 'vm/pls-train',
  title: 'Train a PLS model for virtual metrology',
  text: 'Partial least squares (NIPALS or SIMPLS); components by time-ordered, context-grouped validation (one-standard-error rule) unless fixed; VIP, explained variance, limits of T² and SPE; missing sensors by conditional means.',
  input: z.strictObject({
    x: rows('Sensor features, one row a wafer in time order', { nullable: true, minRows: 4 }),
    y: gaps('Measured response of each wafer').optional(),
    responsesRows: rows('Several responses, one row a wafer', { nullable: true }).optional(),
    sensors: names('Name of each sensor feature').optional(),
    responses: names('Name of each response').optional(),
    components: whole(1, 100, 'Fixed number of components').optional(),
    maxComponents: whole(1, 100, 'Most components that are tried').optional(),
    scale: flag('Divide by the standard deviations; default true').optional(),
    algorithm: oneOf(['nipals', 'simpls'], 'Default nipals').optional(),
    validation: oneOf(['time', 'none'], 'Default time: forward in time').optional(),
    folds: whole(1, 50, 'Test blocks; default 5').optional(),
    warmUp: share('Share of the rows that only trains; default 0.4').optional(),
    groups: names('Context of each row (lot, PM cycle): a context in a test block never trains for it').optional(),
  }),
  isLong: true,
  relations: {
    oneOf: [{ fields: ['y', 'responsesRows'], needed: true }, { fields: ['components', 'maxComponents'] }],
    sameLength: [['x', 'y', 'responsesRows', 'groups']],
    columns: [
      ['x', 'sensors'],
      ['responsesRows', 'responses'],
    ],
    distinct: ['sensors', 'responses'],
    onlyWith: Object.fromEntries(
      ['folds', 'warmUp', 'groups'].map((f) => [f, { field: 'validation', in: ['time'], default: 'time' }]),
    ),
  },
  run: ({ x, y, responsesRows, sensors, responses, ...options }) => {
    const measured = responsesRows ?? Array.from(y!, (v) => [v]);
    measured[0]!.forEach((_, c) => {
      requireVariation(
        y ? 'y' : `responsesRows (${responses?.[c] ?? `column ${c + 1}`})`,
        measured.map((row) => row[c]!),
      );
    });
    const model = trainPls({ x, y: measured, ...given({ sensors, responses }) }, given(options));
    const { components } = options;
    const warnings =
      components !== undefined && model.components < components
        ? [
            `components: ${components} asked for, ${model.components} ${model.components === 1 ? 'is' : 'are'} there: the sensors have no further direction that varies with the response`,
          ]
        : [];
    return { model, warnings };
  },
  table: {
    columns: [
      { name: 'y', isOptional: true },
      { name: 'groups', kind: 'text', isOptional: true },
    ],
    ...SENSORS,
    write: { vip: ({ model: m }) => ({ sensor: m.sensors, vip: m.vip, coefficient: m.coefficients.slice(0, m.sensors.length) }) },
  },
  example: { ...EXAMPLE, components: 2, validation: 'none' },
});

const trained = () =>
  JSON.parse(JSON.stringify(trainPls({ x: EXAMPLE.x, y: EXAMPLE.y.map((v) => [v]) }, { components: 1, validation: 'none' })));

const predict = define({
  path: 'vm/pls-predict',
  title: 'Predict by a PLS model',
  text: 'Prediction with standard uncertainty and interval, T² and SPE with contributions, applicability, and the loss of accuracy by missing sensors.',
  input: z.strictObject({
    model: plsModelIn,
    x: rows('Sensor features, one row a wafer; in the order of the model’s sensors where their names are not given', {
      nullable: true,
    }),
    sensors: names('Name of each column of x: columns are matched by name').optional(),
    level: share('Coverage of the interval; default 0.95').optional(),
    limit: oneOf(['p95', 'p99'], 'Limits of T² and SPE; default p99').optional(),
  }),
  relations: { columns: [['x', 'sensors']], distinct: ['sensors'] },
  run: ({ model, x, sensors, ...options }) => {
    const m = modelOf(model);
    return { predictions: inModelOrder(x, m.sensors, sensors, 'sensors').map((row) => predictPls(m, row, given(options))) };
  },
  table: {
    rest: { field: 'x', names: 'sensors', text: 'one row a wafer, one numeric column a sensor, matched by name' },
    write: {
      predictions: ({ predictions: p }) => ({
        ...responseColumns(p),
        t2: p.map((v) => v.t2),
        spe: p.map((v) => v.spe),
        applicability: p.map((v) => v.applicability),
      }),
    },
  },
  get example() {
    return { model: trained(), x: [[0.5, 0.2, -0.1]] };
  },
});

/** Prediction of each response; with several, under its name. */
function responseColumns(p: readonly VmPrediction[]): Record<string, number[]> {
  const several = (p[0]?.responses.length ?? 0) > 1;
  return Object.fromEntries(
    (p[0]?.responses ?? []).flatMap(({ response }, r) =>
      (['value', 'u', 'low', 'high'] as const).map((k) => [several ? `${response} ${k}` : k, p.map((v) => v.responses[r]![k])]),
    ),
  );
}

const onnx = define({
  path: 'vm/pls-onnx',
  title: 'PLS model as ONNX',
  text: 'One Gemm, raw sensors in, responses out, base64.',
  input: z.strictObject({ model: plsModelIn, precision: oneOf(['float32', 'float64'], 'Default float32').optional() }),
  run: ({ model, precision }) => ({ onnx: base64(plsToOnnx(modelOf(model), given({ precision }))) }),
  get example() {
    return { model: trained() };
  },
});

export const functions = [train, predict, onnx, ...gpFunctions];
