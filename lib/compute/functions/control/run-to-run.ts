import { z } from 'zod';
import {
  adviseDoubleEwma,
  adviseLambda,
  asymptoticVariance,
  checkRunToRun,
  type Disturbance,
  doubleEwmaDriftOffset,
  doubleEwmaStability,
  doubleEwmaVariance,
  driftOffset,
  fitIma11,
  type Ima11Fit,
  initialDoubleEwma,
  type LambdaAdvice,
  observeDoubleEwma,
  type RunToRunConfig,
  replay,
  stabilityMargin,
} from '@/lib/control';
import { AppError } from '@/lib/errors';
import { gaps, notZero, numbers, oneOf, positive, real, uncertainties, whole } from '@/lib/formats/compute';
import { requireMeasured, requireVariation } from '@/lib/numerics';
import { define } from '../../define';
import { predictiveFunctions } from './mpc';
import { multiFunctions } from './several-knobs';

const lambda = z.number().gt(0).max(1).meta({ description: 'EWMA weight, 0 < λ ≤ 1' });
const gain = notZero('Model gain, output unit per knob unit, not 0', 'a knob without effect cannot control');
const gainRatio = positive('True gain over model gain; default 1').optional();
const target = real('Target of the output');
const xNominal = real('Setpoint that meets the target without a disturbance');
const RUNS = {
  columns: [
    { name: 'xApplied' },
    { name: 'y' },
    { name: 'uY', isOptional: true, unitOf: 'y' },
    { name: 'reliance', isOptional: true },
  ],
} as const;
const history = {
  xApplied: numbers('Setpoint each run really had'),
  y: gaps('Measured output of each run'),
};
const X = [10, 10, 10.2, 10.3, 10.4, 10.5, 10.5, 10.6];
const Y = [99.1, 98.8, 99.4, 99.6, 99.8, 100.1, 99.9, 100.2];

type LoopIn = Pick<RunToRunConfig, 'lambda' | 'gain' | 'target' | 'xNominal'> & {
  readonly [K in 'min' | 'max' | 'maxStep' | 'quantum' | 'deadband' | 'outlierSigma' | 'pmForget']?: number | undefined;
} & { readonly weighByUncertainty?: boolean | undefined };

/** The loop of a request: options that were not given limit nothing. */
const loopOf = (i: LoopIn): RunToRunConfig => ({
  lambda: i.lambda,
  gain: i.gain,
  target: i.target,
  xNominal: i.xNominal,
  min: i.min ?? -Number.MAX_VALUE,
  max: i.max ?? Number.MAX_VALUE,
  maxStep: i.maxStep ?? null,
  quantum: i.quantum ?? null,
  deadband: i.deadband ?? null,
  outlierSigma: i.outlierSigma ?? null,
  pmForget: i.pmForget ?? 1,
  weighByUncertainty: i.weighByUncertainty ?? false,
});

const ewma = define({
  path: 'control/ewma',
  title: 'Replay of an EWMA run-to-run loop',
  text: 'What a loop with these settings would have done over recorded runs: disturbance, estimate, setpoint with its limits, output it would have given; sums of both for comparison.',
  input: z.strictObject({
    ...history,
    uY: uncertainties('Standard uncertainty of each output').optional(),
    weighByUncertainty: z
      .boolean()
      .meta({ description: 'Whether uY lowers the weight of a run, as the loop has it; default false' })
      .optional(),
    reliance: numbers('Reliance on each output, 0 to 1', { lowest: 0, highest: 1 }).optional(),
    afterPm: z.array(z.boolean()).meta({ description: 'Whether maintenance went before the run; with pmForget' }).optional(),
    lambda,
    gain,
    target,
    xNominal,
    min: real('Lowest setpoint; default unlimited').optional(),
    max: real('Highest setpoint; default unlimited').optional(),
    maxStep: positive('Largest change from run to run').optional(),
    quantum: positive('Setpoints are multiples of this').optional(),
    deadband: positive('A smaller change is not made').optional(),
    outlierSigma: positive('Sigmas of the innovations beyond which an observation is set aside').optional(),
    pmForget: z.number().min(0).max(1).meta({ description: 'Share of the estimate that a PM leaves' }).optional(),
    delay: whole(0, 1000, 'Runs until the measurement arrives; default 0').optional(),
    gainRatio,
  }),
  relations: {
    sameLength: [['xApplied', 'y', 'uY', 'reliance', 'afterPm']],
    together: [['afterPm', 'pmForget']],
    needs: { weighByUncertainty: 'uY' },
    onlyWith: { uY: { field: 'weighByUncertainty', in: [true], default: false } },
  },
  gaps: ['runs.*.disturbance', 'runs.*.y'],
  run: (i) => {
    requireMeasured('y', i.y);
    const loop = loopOf(i);
    checkRunToRun(loop);
    return replay(
      i.xApplied.map((xApplied, k) => ({
        xApplied,
        y: i.y[k] ?? Number.NaN,
        ...(i.uY ? { uY: i.uY[k]! } : {}),
        ...(i.reliance ? { reliance: i.reliance[k]! } : {}),
        ...(i.afterPm ? { afterPm: i.afterPm[k]! } : {}),
      })),
      loop,
      { delay: i.delay ?? 0, gainRatio: i.gainRatio ?? 1 },
    );
  },
  table: {
    ...RUNS,
    write: {
      runs: ({ runs }) => ({
        disturbance: runs.map((r) => r.disturbance),
        estimate: runs.map((r) => r.estimate),
        setpoint: runs.map((r) => r.setpoint),
        y: runs.map((r) => r.y),
        clipped: runs.map((r) => r.clipped),
      }),
    },
  },
  example: { xApplied: X, y: Y, lambda: 0.4, gain: 2, target: 100, xNominal: 10, min: 5, max: 15 },
});

const doubleEwma = define({
  path: 'control/double-ewma',
  title: 'Double EWMA (predictor–corrector) over recorded runs',
  text: 'Level and drift of the disturbance after each recorded run, and the setpoint advised for the next.',
  input: z.strictObject({
    xApplied: history.xApplied,
    y: numbers('Measured output of each run'),
    lambda1: lambda,
    lambda2: z.number().min(0).max(1).meta({ description: 'Weight of the drift, 0 ≤ λ2 ≤ 1' }),
    gain,
    target,
    xNominal,
    level: real('Level to start from; default 0').optional(),
    drift: real('Drift to start from; default 0').optional(),
  }),
  relations: { sameLength: [['xApplied', 'y']] },
  run: (i) => {
    let state = initialDoubleEwma(i.level, i.drift);
    const out = { level: [] as number[], drift: [] as number[], setpoint: [] as number[] };
    i.y.forEach((y, k) => {
      state = observeDoubleEwma(state, y, i.xApplied[k] ?? Number.NaN, i);
      out.level.push(state.level);
      out.drift.push(state.drift);
      out.setpoint.push(adviseDoubleEwma(state, i));
    });
    return { ...out, state };
  },
  table: { columns: RUNS.columns.slice(0, 2) },
  example: { xApplied: X, y: Y, lambda1: 0.4, lambda2: 0.2, gain: 2, target: 100, xNominal: 10 },
});

const stability = define({
  path: 'control/stability',
  title: 'Stability of an EWMA loop',
  text: 'Exact stability region with metrology delay and gain error: largest gain ratio, gain margin, spectral radius; with lambda2 the characteristic polynomial of the double EWMA.',
  input: z.strictObject({
    lambda,
    lambda2: z.number().min(0).max(1).meta({ description: 'Weight of the drift of a double EWMA (without delay)' }).optional(),
    delay: whole(0, 1000, 'Runs until the measurement arrives; default 0').optional(),
    gainRatio,
    form: oneOf(['filter', 'integral'], 'Form of the controller; default filter').optional(),
  }),
  relations: {
    oneOf: [{ fields: ['delay', 'lambda2'] }, { fields: ['form', 'lambda2'] }],
  },
  run: (i) =>
    i.lambda2 === undefined
      ? stabilityMargin(i.lambda, i.delay ?? 0, i.gainRatio ?? 1, i.form)
      : doubleEwmaStability(i.lambda, i.lambda2, i.gainRatio ?? 1),
  example: { lambda: 0.3, delay: 1, gainRatio: 1 },
});

const disturbanceIn = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('white') }),
    z.strictObject({ kind: z.literal('ima'), theta: z.number() }),
    z.strictObject({ kind: z.literal('ar1'), phi: z.number() }),
    z.strictObject({ kind: z.literal('random_walk') }),
  ])
  .meta({ description: 'Disturbance with innovations of variance 1' });

const variance = define({
  path: 'control/variance',
  title: 'Asymptotic variance of a loop',
  text: 'Output variance in units of the innovation variance, and offset under a drift, of an EWMA or double EWMA loop.',
  input: z.strictObject({
    lambda,
    lambda2: z.number().gt(0).max(1).meta({ description: 'Weight of the drift of a double EWMA' }).optional(),
    gainRatio,
    disturbance: disturbanceIn,
    slope: real('Drift per run; default 0').optional(),
  }),
  run: (i) => {
    const ratio = i.gainRatio ?? 1;
    const slope = i.slope ?? 0;
    const d: Disturbance = i.disturbance;
    if (i.lambda2 === undefined)
      return { variance: asymptoticVariance(i.lambda, ratio, d), offset: driftOffset(i.lambda, ratio, slope) };
    if (d.kind === 'ar1')
      throw new AppError(
        'invalid_input',
        'disturbance: the variance of a double EWMA under AR(1) has no closed form here; leave lambda2 out',
        {
          field: 'disturbance',
        },
      );
    const theta = d.kind === 'ima' ? d.theta : d.kind === 'random_walk' ? 0 : null;
    return {
      variance: doubleEwmaVariance(i.lambda, i.lambda2, ratio, theta),
      offset: doubleEwmaDriftOffset(i.lambda, i.lambda2, ratio, slope),
    };
  },
  example: { lambda: 0.3, disturbance: { kind: 'ima', theta: 0.7 } },
});

/** What an engineer must know before the weight is used. */
function lambdaWarnings(fit: Ima11Fit | null, advice: LambdaAdvice): string[] {
  const out: string[] = [];
  if (fit?.drift.isSignificant)
    out.push(
      `disturbance: drifts by ${fit.drift.perRun.toPrecision(3)} a run, and a single EWMA stays ${(advice.offset * fit.sigma).toPrecision(3)} behind with the λ of least mean square; use control/double-ewma. θ is that of the noise around the drift`,
    );
  if (advice.unlimited > 1)
    out.push(
      `lambda: the least variance lies at ${advice.unlimited.toPrecision(3)}, beyond what an EWMA can weigh; 1 is given with its variance${advice.variance === null ? ', but the loop is not stable' : ''}`,
    );
  return out;
}

const design = define({
  path: 'control/lambda',
  title: 'EWMA weight from data',
  text: 'IMA(1,1) fitted to a disturbance series by maximum likelihood; λ = 1 − θ is optimal for it, corrected for a gain error and held within (0, 1], with the variance that it costs. A significant drift is named, taken out of the fit, and weighed with the variance.',
  input: z.strictObject({
    disturbance: numbers('Disturbance of each run: (y − target) − gain·(x − xNominal)', { min: 5 }).optional(),
    theta: z.number().gt(-1).lt(1).meta({ description: 'θ of the IMA(1,1), where it is known' }).optional(),
    gainRatio,
  }),
  relations: { oneOf: [{ fields: ['disturbance', 'theta'], needed: true }] },
  run: (i) => {
    if (i.disturbance) requireVariation('disturbance', i.disturbance);
    const fit = i.disturbance ? fitIma11(i.disturbance) : null;
    const theta = fit?.theta ?? i.theta!;
    const advice = adviseLambda(theta, i.gainRatio, fit?.drift.isSignificant ? fit.drift.perRun / fit.sigma : 0);
    return { fit, theta, ...advice, warnings: lambdaWarnings(fit, advice) };
  },
  table: { columns: [{ name: 'disturbance' }] },
  example: { theta: 0.6 },
});

export const functions = [ewma, doubleEwma, stability, variance, design, ...multiFunctions, ...predictiveFunctions];
