import { createRng, normalQuantile } from '@/lib/numerics';
import {
  calibrationLine,
  expressionModel,
  type InputDistribution,
  monteCarlo,
  oneWayAnova,
  pooledSd,
  propagate,
  propagateMany,
  simultaneous,
  typeA,
} from '@/lib/uncertainty';
import { has, mat, num, obj, objects, str, vec } from './read';
import type { Input, Registry } from './types';

const TRIALS = 4_000_000; // the ends of a shortest interval scatter by 0.2 % of u

function quantities(input: Input) {
  return objects(input, 'quantities').map((q) => ({
    name: str(q, 'name'),
    value: num(q, 'value'),
    u: num(q, 'u'),
    ...(has(q, 'dof') ? { dof: num(q, 'dof') } : {}),
    dist: has(q, 'dist') ? obj(q, 'dist') : null,
  }));
}

function distribution(q: ReturnType<typeof quantities>[number]): InputDistribution {
  const d = q.dist;
  const kind = d ? str(d, 'kind') : 'normal';
  switch (kind) {
    case 'normal':
      return { kind, mean: q.value, sd: q.u };
    case 't':
      return { kind, mean: q.value, scale: q.u, dof: q.dof ?? Number.POSITIVE_INFINITY };
    case 'uniform':
    case 'arcsine':
    case 'triangular':
      return { kind, a: num(d!, 'a'), b: num(d!, 'b') };
    case 'ctrap':
      return { kind, a: num(d!, 'a'), b: num(d!, 'b'), d: num(d!, 'd') };
    default:
      throw new Error(`unknown distribution ${kind}`);
  }
}

function gum(input: Input, expected: Input) {
  const q = quantities(input);
  const model = expressionModel(
    str(input, 'model'),
    q.map((v) => v.name),
  );
  const level = num(input, 'level', 0.95);
  const correlation = has(input, 'correlation') ? { correlation: mat(input, 'correlation') } : {};
  const r = propagate(model, q, { level, ...correlation });
  const out: Record<string, unknown> = {
    y: r.y,
    u: r.u,
    sensitivities: r.sensitivities,
    contributions: r.contributions,
    dofEff: Number.isFinite(r.dofEffective) ? r.dofEffective : null, // as in the input, null is infinite
    kReal: r.kReal,
    kFloor: r.k,
    kNormal: normalQuantile(0.5 + level / 2),
    U: r.expanded,
    uSecondOrder: r.uSecondOrder,
  };
  if (has(expected, 'montecarlo')) {
    const mc = monteCarlo(model, q.map(distribution), createRng(1, 'reference'), { trials: TRIALS, level, ...correlation });
    out['montecarlo'] = {
      mean: mc.mean,
      sd: mc.u,
      symmetric: mc.symmetric,
      shortest: mc.shortest,
      method: str(obj(expected, 'montecarlo'), 'method', ''),
    };
  }
  return out;
}

export const uncertaintyRegistry: Registry = {
  gum: ({ input, expected }) => gum(input, expected),
  gum_multivariate: ({ input }) => {
    const o = obj(input, 'observations');
    const names = Object.keys(o);
    const s = simultaneous(names.map((n) => vec(o, n)));
    const texts = obj(input, 'model');
    const r = propagateMany(
      Object.keys(texts).map((k) => expressionModel(str(texts, k), names)),
      s.means,
      s.covariance,
    );
    return {
      means: s.means,
      u: s.u,
      inputCorrelation: s.correlation,
      y: r.y,
      uY: r.u,
      correlationY: r.correlation,
      covarianceY: r.covariance,
    };
  },
  calibration_line: ({ input }) => {
    const c = calibrationLine(vec(input, 'x'), vec(input, 'y'), num(input, 'x0'));
    const p = c.predict(num(input, 'xPredict'));
    return {
      y1: c.y1,
      y2: c.y2,
      uY1: c.uY1,
      uY2: c.uY2,
      r: c.r,
      s: c.s,
      dof: c.dof,
      predicted: p.value,
      uPredicted: p.u,
      uPredictedUncorrelated: p.uUncorrelated,
    };
  },
  gum_anova: ({ input }) => {
    const a = oneWayAnova(vec(input, 'dayMeans'), vec(input, 'dayStd'), num(input, 'perDay'));
    return {
      mean: a.mean,
      stdOfDayMeans: a.stdOfMeans,
      sa: a.sBetween,
      sb: a.sWithin,
      F: a.F,
      dofA: a.dofBetween,
      dofB: a.dofWithin,
      pValue: a.pValue,
      uMeanFromDays: a.uMean,
      betweenDayStd: a.effectSd,
    };
  },
  type_a: ({ input }) => {
    const groups = mat(input, 'groups');
    const each = groups.map((g) => typeA(g));
    const pooled = pooledSd(groups);
    return {
      means: each.map((t) => t.mean),
      std: each.map((t) => t.sd),
      uMean: each.map((t) => t.u),
      pooledStd: pooled.sd,
      pooledDof: pooled.dof,
    };
  },
};
