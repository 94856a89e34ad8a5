import { rangeLimits, sdLimits, xbarLimits } from '../charts';
import type { ControlLimits } from '../run-rules';
import { type SubgroupStatistics, withinSigma } from '../sigma';
import { fixedDispersionLimits, fixedLimits, type KindOfChart, plainWalk } from './kind';
import { asStored, type BaselineLimits, type Phase, type RawPoint, type StoredLimits } from './phase';

/** What distinguishes Xbar-R from Xbar-S. */
interface Dispersion {
  readonly label: string;
  readonly name: string;
  readonly method: 'range' | 'sd';
  readonly sigmaFrom: 'rbar' | 'sbar';
  readonly limits: (sigma: number, n: number) => ControlLimits;
}

const RANGE: Dispersion = { label: 'Xbar-R', name: 'range', method: 'range', sigmaFrom: 'rbar', limits: rangeLimits };
const SD: Dispersion = { label: 'Xbar-S', name: 'standard deviation', method: 'sd', sigmaFrom: 'sbar', limits: sdLimits };

/**
 * Limits of a subgroup's mean. Given limits are used as entered, whatever the subgroup size; those of a study follow it: cl ∓ 3 σ_within/√n.
 * @reference Montgomery, 7th ed. (2013), eq. 6.4 with σ/√n in place of A2·R.
 */
function locationLimits(p: Phase, n: number): StoredLimits | null {
  if (p.cl !== null && p.limitsSource === 'study' && p.sigmaWithin !== null) return asStored(xbarLimits(p.cl, p.sigmaWithin, n));
  return fixedLimits(p);
}

function estimate(d: Dispersion, points: readonly RawPoint[], out: ReadonlySet<number>): BaselineLimits | null {
  const kept = points.filter((p, i) => !out.has(i) && p.spread !== null && p.n > 1);
  if (kept.length < 2) return null;
  const column = (f: (p: RawPoint) => number) => Float64Array.from(kept, f);
  const stats: SubgroupStatistics = {
    n: Int32Array.from(kept, (p) => p.n),
    mean: column((p) => p.value),
    range: column((p) => p.spread!),
    sd: column((p) => p.spread!),
  };
  const sigma = withinSigma(stats, d.sigmaFrom);
  if (!(sigma > 0)) return null;
  const total = kept.reduce((s, p) => s + p.n, 0);
  const cl = kept.reduce((s, p) => s + p.n * p.value, 0) / total;
  const n = Math.round(total / kept.length);
  const limits = xbarLimits(cl, sigma, n);
  const disp = d.limits(sigma, n);
  return {
    cl,
    ucl: limits.ucl,
    lcl: limits.lcl,
    sigmaWithin: sigma,
    dispCl: disp.center,
    dispUcl: disp.ucl,
    dispLcl: disp.lcl,
    dispSigma: sigma,
    method: d.method,
    used: kept.length,
  };
}

/**
 * Means of subgroups with their range or standard deviation: sigma by R/d2 or s/c4. A lower dispersion limit of 0 is no limit.
 * @reference Montgomery, 7th ed. (2013), §6.2 (Xbar-R), §6.3 (Xbar-S, also with unequal sizes).
 */
const subgroups = (d: Dispersion): KindOfChart => ({
  label: d.label,
  dispersion: d.name,
  ofSubgroups: true,
  memory: null,
  followed: 'for every size of point; until now they followed the size',
  estimate: (points, out) => estimate(d, points, out),
  walk: (phase) => plainWalk((p) => locationLimits(phase, p.n)),
  dispersionOf: (p) => p.spread,
  dispersionLimits: (phase, n) => {
    const fixed = fixedDispersionLimits(phase);
    const sigma = phase.dispSource === 'study' ? phase.dispSigma : null;
    return fixed !== null && sigma !== null && n > 1 ? asStored(d.limits(sigma, n)) : fixed;
  },
});

export const xbarR = subgroups(RANGE);
export const xbarS = subgroups(SD);
