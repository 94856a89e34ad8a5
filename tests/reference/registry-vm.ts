import { fitGp, type GpModel, gpGradient, type KernelKind, leaveOneOut, predictGp, trainGp } from '@/lib/learning';
import { fromRows, type Matrix } from '@/lib/numerics';
import {
  applyScaling,
  type CrossValidation,
  columnScaling,
  crossValidatePls,
  explained,
  interleavedFolds,
  originalUnits,
  type PlsAlgorithm,
  type PlsFactors,
  plsFactors,
  vip,
} from '@/lib/vm';
import { arr, flag, has, mat, num, obj, str, vec } from './read';
import type { Input, Registry } from './types';

function nested(m: Matrix, cols = m.cols): number[][] {
  return Array.from({ length: m.rows }, (_, i) => Array.from(m.data.subarray(i * m.cols, i * m.cols + cols)));
}

/** One column a response; a single response may come as a plain list. */
const responses = (input: Input, key: string): number[][] =>
  Array.isArray(arr(input, key)[0]) ? mat(input, key) : vec(input, key).map((v) => [v]);

function pls(input: Input, expected: Input, algorithm: PlsAlgorithm) {
  const x = fromRows(mat(input, 'x'));
  const y = fromRows(responses(input, 'y'));
  const scale = flag(input, 'scale');
  const components = num(input, 'components');
  const sx = columnScaling(x, scale);
  const sy = columnScaling(y, false);
  const xs = applyScaling(x, sx);
  const ys = applyScaling(y, sy);
  const f = plsFactors(xs, ys, components, algorithm);
  const xTest = has(input, 'xTest') ? mat(input, 'xTest') : [];
  const yTest = has(input, 'yTest') ? responses(input, 'yTest') : [];
  const q = y.cols;
  const model = (k: number) => originalUnits(f, sx, sy.mean, k);
  const predict = (rows: readonly number[][], k: number) => {
    const { coefficients, intercept } =
      k === 0 ? { coefficients: new Array<number>(x.cols * q).fill(0), intercept: sy.mean } : model(k);
    return rows.map((row) => intercept.map((b, c) => row.reduce((s, v, j) => s + v * coefficients[j * q + c]!, b)));
  };
  const rmse = (rows: readonly number[][], target: readonly number[][], k: number) => {
    const got = predict(rows, k);
    const ss = got.reduce((s, row, i) => s + row.reduce((t, v, c) => t + (v - target[i]![c]!) ** 2, 0), 0);
    return Math.sqrt(ss / (target.length * q));
  };
  const range = (from: number) => Array.from({ length: components + 1 - from }, (_, k) => k + from);
  const options = { maxComponents: components, scale, algorithm };
  const cv = crossValidatePls(x, y, interleavedFolds(x.rows, num(input, 'folds', 10)), options);
  const loo = crossValidatePls(x, y, interleavedFolds(x.rows, x.rows), options);
  const wanted = (expected[algorithm] ?? {}) as Input;
  const columns = Array.isArray(wanted['scores']) ? (wanted['scores'] as number[][])[0]!.length : components;
  const keyed = <T>(of: (k: number) => T) => Object.fromEntries(range(1).map((k) => [k, of(k)]));
  return {
    predictions: keyed((k) => predict(xTest, k)),
    coefficients: keyed((k) => {
      const { coefficients, intercept } = model(k);
      return { intercept, B: Array.from({ length: x.cols }, (_, j) => coefficients.slice(j * q, (j + 1) * q)) };
    }),
    ...explained(f, xs, ys),
    ...(yTest.length > 0 ? { testRmse: range(0).map((k) => rmse(xTest, yTest, k)) } : {}),
    rmseTrain: range(1).map((k) => rmse(mat(input, 'x'), responses(input, 'y'), k)),
    cvRmsep: cv.rmsep,
    looRmsep: loo.rmsep,
    selection: selection(cv, loo),
    vip: keyed((k) => vip(f, k)),
    ...shapes(f, columns),
  };
}

function selection(cv: CrossValidation, loo: CrossValidation) {
  return { min: { cv: cv.best, loo: loo.best }, oneSigma: { cv: cv.oneSigma, loo: loo.oneSigma } };
}

function shapes(f: PlsFactors, columns: number) {
  return {
    scores: nested(f.scores, columns),
    weights: nested(f.weights, columns),
    xLoadings: nested(f.xLoadings, columns),
    yLoadings: nested(f.yLoadings, columns),
    scoreSumSquares: f.scoreSumSquares,
  };
}

function gpOut(m: GpModel, input: Input) {
  const p = predictGp(m, has(input, 'xTest') ? mat(input, 'xTest') : mat(input, 'x'), { covariance: true });
  const g = gpGradient(m);
  const w = p.mean.length;
  const shared = !Array.isArray(input['lengthScale']);
  const loo = leaveOneOut(m);
  return {
    lml: m.logLikelihood,
    lmlGradient: {
      signalVariance: g.signalVariance,
      lengthScale: shared ? [g.lengthScale.reduce((s, v) => s + v, 0)] : g.lengthScale,
      noiseVariance: g.noiseVariance,
    },
    mean: p.mean,
    stdLatent: p.uLatent,
    stdObservation: p.uObservation,
    alpha: m.alpha,
    loo,
    covLatent: Array.from({ length: w }, (_, i) => Array.from(p.covariance!.subarray(i * w, (i + 1) * w))),
  };
}

function gpFixed(input: Input) {
  const d = mat(input, 'x')[0]!.length;
  const lengthScale = Array.isArray(input['lengthScale'])
    ? vec(input, 'lengthScale')
    : new Array<number>(d).fill(num(input, 'lengthScale'));
  const kernel = {
    kind: str(input, 'kernel') as KernelKind,
    signalVariance: num(input, 'signalVariance'),
    lengthScale,
    noiseVariance: num(input, 'noiseVariance'),
  };
  return gpOut(
    fitGp(mat(input, 'x'), vec(input, 'y'), kernel, { jitter: num(input, 'jitter', 0), normalizeY: flag(input, 'normalizeY') }),
    input,
  );
}

function gpOptimised(input: Input) {
  const b = obj(input, 'bounds');
  const range = (key: string) => vec(b, key) as [number, number];
  const f = trainGp(mat(input, 'x'), vec(input, 'y'), {
    kind: str(input, 'kernel') as KernelKind,
    ard: flag(input, 'ard', true),
    normalizeX: false, // the bounds of the case are in the units of its inputs
    normalizeY: flag(input, 'normalizeY'),
    bounds: { signalVariance: range('signalVariance'), lengthScale: range('lengthScale'), noiseVariance: range('noiseVariance') },
    starts: 12,
  });
  const p = predictGp(f.model, mat(input, 'xTest'));
  const k = f.model.kernel;
  return {
    lml: f.model.logLikelihood,
    signalVariance: k.signalVariance,
    lengthScale: flag(input, 'ard', true) ? k.lengthScale : [k.lengthScale[0]],
    noiseVariance: k.noiseVariance,
    atBound: f.atBound,
    mean: p.mean,
    stdObservation: p.uObservation,
  };
}

export const vmRegistry: Registry = {
  gpr_fixed: ({ input }) => gpFixed(input),
  gpr_optimised: ({ input }) => gpOptimised(input),
  pls: ({ input, expected }) => ({
    ...(has(expected, 'nipals') ? { nipals: pls(input, expected, 'nipals') } : {}),
    ...(has(expected, 'simpls') ? { simpls: pls(input, expected, 'simpls') } : {}),
  }),
};
