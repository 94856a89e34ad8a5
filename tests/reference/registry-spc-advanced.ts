import {
  cusumArl,
  cusumLimit,
  cusumTwoSidedArl,
  ewmaArl,
  ewmaLimit,
  hotellingBase,
  hotellingLimits,
  hotellingSubgroupBase,
  hotellingT2,
  mewmaArl,
  mewmaChart,
  mewmaLimit,
  NELSON,
  pcaLimits,
  type RunRule,
  ruleArl,
  scorePca,
  trainPca,
  WESTERN_ELECTRIC,
} from '@/lib/spc';
import { arr, flag, has, mat, num, str, strings, vec } from './read';
import type { Input, Registry } from './types';

const RULES_BY_NAME: Record<string, RunRule> = { '2of3': NELSON.N5, '4of5': NELSON.N6, ...NELSON, ...WESTERN_ELECTRIC };

/** `beyond3`: one point beyond 3 sigma; `8run`: eight on one side; `6trend`, `14alternating`, `15within`; `2of3beyond1.5`; or a rule of the presets. */
function ruleByName(name: string): RunRule {
  const beyond = /^beyond([\d.]+)$/.exec(name);
  if (beyond) return { id: name, kind: 'beyond', k: 1, n: 1, sigma: Number(beyond[1]), side: 'any' };
  const zone = /^(\d+)of(\d+)beyond([\d.]+)$/.exec(name);
  if (zone) return { id: name, kind: 'beyond', k: Number(zone[1]), n: Number(zone[2]), sigma: Number(zone[3]), side: 'same' };
  const run = /^(\d+)(run|trend|alternating|within)$/.exec(name);
  const n = Number(run?.[1]);
  if (run?.[2] === 'run') return { id: name, kind: 'beyond', k: n, n, sigma: 0, side: 'same' };
  if (run?.[2] === 'trend') return { id: name, kind: 'trend', n };
  if (run?.[2] === 'alternating') return { id: name, kind: 'alternation', n };
  if (run?.[2] === 'within') return { id: name, kind: 'within', n, sigma: 1 };
  const rule = RULES_BY_NAME[name];
  if (!rule) throw new Error(`unknown rule ${name}`);
  return rule;
}

function rows(v: ArrayLike<number>, p: number): number[][] {
  return Array.from({ length: v.length / p }, (_, i) => Array.from({ length: p }, (_, j) => v[i * p + j]!));
}

const above = (t2: readonly number[], limit: number): number[] => Array.from(t2.keys()).filter((i) => t2[i]! > limit);

// [subgroup][variable][replicate], or [subgroup][replicate][variable] where the file's layout says so
function subgroupArrays(input: Input, key: string): number[][][] {
  const x = arr(input, key) as unknown as number[][][];
  if (!str(input, 'layout', '').includes('[replicate][variable]')) return x;
  return x.map((g) => g[0]!.map((_, j) => g.map((row) => row[j]!)));
}

function pcaMonitoring(input: Input, expected: Input) {
  const x = mat(input, 'x');
  const components = num(input, 'components');
  const m = trainPca(x, components, { scale: flag(input, 'scale'), centre: flag(input, 'center', true) });
  const scores = x.map((r) => scorePca(m, r));
  const levels = Object.keys((expected['limits'] ?? { 0.95: 0, 0.99: 0 }) as Input);
  const first = pcaLimits(m, 0.95);
  const total = m.eigenvalues.reduce((s, l) => s + l, 0);
  return {
    mean: m.mean,
    scaleFactors: m.scale,
    eigenvalues: Array.isArray(expected['eigenvalues']) ? m.eigenvalues.slice(0, expected['eigenvalues'].length) : m.eigenvalues,
    theta: first.theta,
    h0: first.h0,
    t2: scores.map((s) => s.t2),
    q: scores.map((s) => s.q),
    limits: Object.fromEntries(
      levels.map((level) => {
        const l = pcaLimits(m, Number(level));
        return [
          level,
          {
            qLimitJM: l.qJacksonMudholkar,
            qLimitBox: l.qBox,
            qLimitNM: l.qNomikosMacGregor,
            t2LimitF: l.t2F,
            t2LimitFNew: l.t2New,
            t2LimitBeta: l.t2Beta,
            t2LimitChi2: l.t2ChiSquared,
          },
        ];
      }),
    ),
    explained: m.eigenvalues.slice(0, components).reduce((s, l) => s + l, 0) / total,
  };
}

/** Multivariate charts and run lengths. */
export const spcAdvancedRegistry: Registry = {
  hotelling_t2_individuals: ({ input }) => {
    const x = mat(input, 'x');
    const base = hotellingBase(x);
    const l = hotellingLimits(base, num(input, 'confidence'));
    const t2 = x.map((r) => hotellingT2(base, r).t2);
    const t2New = has(input, 'newX') ? mat(input, 'newX').map((r) => hotellingT2(base, r).t2) : [];
    return {
      center: base.center,
      cov: rows(base.covariance, base.p),
      t2,
      uclPhase1: l.phase1,
      uclPhase2: l.phase2,
      beyondPhase1: above(t2, l.phase1),
      t2New,
      beyondPhase2: above(t2New, l.phase2),
    };
  },
  hotelling_t2_subgroups: ({ input }) => {
    const groups = (key: string) => subgroupArrays(input, key);
    const base = hotellingSubgroupBase(groups('x'));
    const l = hotellingLimits(base, num(input, 'confidence'));
    const t2 = base.means.map((r) => hotellingT2(base, r).t2);
    const later = has(input, 'newX') ? groups('newX') : [];
    const t2New = later.map(
      (g) =>
        hotellingT2(
          base,
          g.map((v) => v.reduce((s, x) => s + x, 0) / v.length),
        ).t2,
    );
    return {
      t2New,
      beyondPhase2: above(t2New, l.phase2),
      center: base.center,
      cov: rows(base.covariance, base.p),
      t2,
      uclPhase1: l.phase1,
      uclPhase2: l.phase2,
      beyondPhase1: above(t2, l.phase1),
    };
  },
  mewma: ({ input }) => {
    const c = mewmaChart(mat(input, 'x'), vec(input, 'mean'), mat(input, 'cov'), num(input, 'lambda'));
    return { t2Exact: c.exact, t2Asymptotic: c.asymptotic };
  },
  arl_mewma: ({ input }) => ({ arl: mewmaArl(num(input, 'lambda'), num(input, 'p'), num(input, 'h4')) }),
  mewma_limit: ({ input }) => ({ h4: mewmaLimit(num(input, 'lambda'), num(input, 'p'), num(input, 'arl0')) }),
  pca_monitoring: ({ input, expected }) => pcaMonitoring(input, expected),
  arl_ewma: ({ input }) => ({ arl: vec(input, 'mu').map((mu) => ewmaArl(num(input, 'lambda'), num(input, 'L'), mu)) }),
  arl_cusum: ({ input }) => {
    const [k, h, mu] = [num(input, 'k'), num(input, 'h'), vec(input, 'mu')];
    return {
      one: mu.map((m) => cusumArl(k, h, m)),
      two: mu.map((m) => cusumTwoSidedArl(k, h, m)),
      fir: mu.map((m) => cusumArl(k, h, m, h / 2)),
    };
  },
  arl_cusum_limit: ({ input }) => ({ h: cusumLimit(num(input, 'k'), num(input, 'arl0OneSided')) }),
  arl_ewma_limit: ({ input }) => ({ L: ewmaLimit(num(input, 'lambda'), num(input, 'arl0')) }),
  arl_run_rules: ({ input }) => {
    const rules = strings(input, 'rules').map(ruleByName);
    return { arl: vec(input, 'mu').map((mu) => ruleArl(rules, mu).arl) };
  },
};
