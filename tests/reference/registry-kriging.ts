import {
  type CovarianceKind,
  type CovarianceModel,
  covariance,
  covarianceLogLikelihood,
  covarianceMatrixOf,
  type Drift,
  empiricalVariogram,
  fitCovariance,
  fitKriging,
  fitVariogram,
  krige,
  krigeNearest,
  semivariance,
  simulateField,
} from '@/lib/spatial';
import { has, num, obj, objects, str, vec } from './read';
import type { Input, Registry } from './types';

const kind = (input: Input) => str(input, 'model') as CovarianceKind;
const nu = (input: Input) => (has(input, 'nu') ? { nu: num(input, 'nu') } : {});

const anisotropy = (o: Input) => ({ angleDeg: num(o, 'angleDeg'), ratio: num(o, 'ratio') });

function model(input: Input): CovarianceModel {
  return {
    kind: kind(input),
    sigma2: num(input, 'sigma2'),
    phi: num(input, 'phi'),
    nugget: num(input, 'nugget', 0),
    ...nu(input),
    ...(has(input, 'anisotropy') ? { anisotropy: anisotropy(obj(input, 'anisotropy')) } : {}),
  };
}

const drift = (input: Input) => str(input, 'drift', 'constant') as Drift;
const rows = (v: Float64Array, n: number) => Array.from({ length: n }, (_, i) => Array.from(v.subarray(i * n, (i + 1) * n)));

function kriging(input: Input) {
  const [x, y, z] = [vec(input, 'x'), vec(input, 'y'), vec(input, 'z')];
  const [xNew, yNew] = [vec(input, 'xNew'), vec(input, 'yNew')];
  const options = has(input, 'mean') ? { mean: num(input, 'mean') } : { drift: drift(input) };
  if (has(input, 'nearest')) {
    const r = krigeNearest(x, y, z, model(input), xNew, yNew, num(input, 'nearest'), options);
    return { pred: r.prediction, variance: r.variance };
  }
  const k = fitKriging(x, y, z, model(input), options);
  const value = krige(k, xNew, yNew, { covariance: true });
  const signal = krige(k, xNew, yNew, { target: 'signal' });
  return {
    pred: value.prediction,
    variance: value.variance,
    predSignal: signal.prediction,
    varianceSignal: signal.variance,
    covariance: rows(value.covariance!, xNew.length),
  };
}

function likelihoods(input: Input, expected: Input) {
  const one = (likelihood: 'ml' | 'reml') => {
    const f = fitCovariance(vec(input, 'x'), vec(input, 'y'), vec(input, 'z'), kind(input), {
      drift: drift(input),
      likelihood,
      ...nu(input),
    });
    return { sigma2: f.model.sigma2, phi: f.model.phi, nugget: f.model.nugget, loglik: f.logLikelihood };
  };
  return { ...(has(expected, 'ml') ? { ml: one('ml') } : {}), ...(has(expected, 'reml') ? { reml: one('reml') } : {}) };
}

export const krigingRegistry: Registry = {
  kriging: ({ input }) => kriging(input),
  covariance: ({ input }) => {
    const m = model(input);
    const h = vec(input, 'h');
    return { covariance: h.map((v) => covariance(m, v)), semivariance: h.map((v) => semivariance(m, v)) };
  },
  empirical_variogram: ({ input }) => {
    const v = empiricalVariogram(vec(input, 'x'), vec(input, 'y'), vec(input, 'z'), {
      cutoff: num(input, 'cutoff'),
      width: num(input, 'width'),
      estimator: str(input, 'estimator', 'matheron') as 'matheron' | 'cressie',
      drift: str(input, 'drift', 'none') as Drift,
    });
    return { count: v.count, dist: v.distance, gamma: v.gamma };
  },
  variogram_fit: ({ input }) => {
    const v = {
      count: Float64Array.from(vec(input, 'count')),
      distance: Float64Array.from(vec(input, 'dist')),
      gamma: Float64Array.from(vec(input, 'gamma')),
    };
    const f = fitVariogram(v, kind(input), num(input, 'nu', 0.5));
    return { nugget: f.model.nugget, sigma2: f.model.sigma2, phi: f.model.phi, weightedSse: f.weightedSse };
  },
  covariance_ml: ({ input, expected }) => likelihoods(input, expected),
  covariance_loglik: ({ input }) => {
    const at = (likelihood: 'ml' | 'reml') =>
      objects(input, 'at').map((o) =>
        covarianceLogLikelihood(
          vec(input, 'x'),
          vec(input, 'y'),
          vec(input, 'z'),
          { kind: kind(input), sigma2: num(o, 'sigma2'), phi: num(o, 'phi'), nugget: num(o, 'nugget'), ...nu(input) },
          drift(input),
          likelihood,
        ),
      );
    return { ml: at('ml'), reml: at('reml') };
  },
  grf_cholesky: ({ input }) => {
    const [x, y] = [vec(input, 'x'), vec(input, 'y')];
    return {
      field: simulateField(model(input), x, y, vec(input, 'standardNormals'), num(input, 'mean', 0)),
      covariance: rows(covarianceMatrixOf(model(input), x, y), x.length),
    };
  },
  conditional_simulation: ({ input, expected }) => {
    const [x, y, z, xNew, yNew] = ['x', 'y', 'z', 'xNew', 'yNew'].map((k) => vec(input, k)) as [
      number[],
      number[],
      number[],
      number[],
      number[],
    ];
    const conditional = (options: { mean?: number; drift?: Drift }) => {
      const r = krige(fitKriging(x, y, z, model(input), options), xNew, yNew, { covariance: true });
      return { mean: r.prediction, covariance: rows(r.covariance!, xNew.length) };
    };
    // the known mean of a simple-kriging block is in its name, e.g. simpleMean51
    const known = Object.keys(expected).filter((k) => /^simpleMean-?[\d.]+$/.test(k));
    return {
      ordinary: conditional({ drift: drift(input) }),
      ...Object.fromEntries(known.map((k) => [k, conditional({ mean: Number(k.slice('simpleMean'.length)) })])),
    };
  },
};
