import { cusumArl, cusumTwoSidedArl } from '../arl';
import { type CusumConfig, type CusumState, initialCusum, updateCusum } from '../cusum';
import { choiceOf, type Design, type DesignField, flagOf, numberOf } from './design';
import { estimateSingles } from './individuals';
import type { KindOfChart, Memory, Placed, Price, Walk } from './kind';
import type { BaselineLimits, Phase, RawPoint, Study } from './phase';

const FIELDS: readonly DesignField[] = [
  {
    name: 'k',
    label: 'k',
    help: 'Reference value in sigmas: half the shift that is to be found.',
    type: 'number',
    fallback: 0.5,
    least: 0,
    most: 5,
  },
  {
    name: 'h',
    label: 'h',
    help: 'Decision interval in sigmas: a sum above it signals.',
    type: 'number',
    fallback: 5,
    above: 0,
    most: 50,
  },
  {
    name: 'headStart',
    label: 'Fast initial response',
    help: 'Both sums start at h/2, so that a process that starts off its target is found sooner.',
    type: 'flag',
    fallback: false,
  },
  {
    name: 'afterSignal',
    label: 'After a signal',
    help: 'Whether the sums run on, or start anew with the next point.',
    type: 'choice',
    fallback: 'continue',
    choices: [
      { value: 'continue', label: 'the sums run on' },
      { value: 'reset', label: 'the sums start anew' },
    ],
  },
  {
    name: 'target',
    label: 'Target',
    help: 'Left empty: the mean of the baseline.',
    type: 'number',
    fallback: null,
    inUnit: true,
  },
  {
    name: 'sigma',
    label: 'Sigma',
    help: 'Left empty: that of the baseline.',
    type: 'number',
    fallback: null,
    above: 0,
    inUnit: true,
  },
];

const number = (d: Design | null | undefined, name: 'k' | 'h'): number => numberOf(FIELDS, d, name)!;

/** What the sums of a design count from; null while the phase has neither a study nor a stated target and sigma. */
function configOf(p: Phase): CusumConfig | null {
  const center = numberOf(FIELDS, p.design, 'target') ?? (p.study?.['center'] as number | undefined);
  const sigma = numberOf(FIELDS, p.design, 'sigma') ?? p.sigmaWithin;
  if (p.cl === null || center === undefined || sigma === null) return null;
  const h = number(p.design, 'h');
  return { center, sigma, k: number(p.design, 'k'), h, headStart: flagOf(FIELDS, p.design, 'headStart') ? h / 2 : 0 };
}

/**
 * The sums of one phase. An excluded point is treated as missing: it is drawn where it would stand and does not advance the sums. Single values and
 * means of lots alike are one value each, with the sigma of the points.
 * @reference Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013), §9.1; Lucas & Crosier, Technometrics 24 (1982) 199.
 */
class CusumWalk implements Walk {
  private readonly config: CusumConfig | null;
  private readonly restarts: boolean;
  private next: CusumState | null = null;

  constructor(
    phase: Phase,
    private state: CusumState | null,
  ) {
    this.config = configOf(phase);
    this.restarts = choiceOf(FIELDS, phase.design, 'afterSignal') === 'reset';
  }

  place({ value }: RawPoint): Placed {
    if (this.config === null)
      return {
        plotted: Number.NaN,
        low: Number.NaN,
        limits: null,
        unjudged: 'sums need the target and sigma of the baseline that is being collected',
      };
    const { signal, ...sums } = updateCusum(this.state ?? initialCusum(this.config), value, this.config);
    this.next = signal !== null && this.restarts ? initialCusum(this.config) : sums;
    const { h } = this.config;
    // 0 and not −0, which JSON and a database do not keep
    return { plotted: sums.plus, low: 0 - sums.minus, limits: { cl: 0, ucl: h, lcl: -h } };
  }

  count(): void {
    this.state = this.next;
  }

  memory(): Memory | null {
    return this.state === null ? null : { ...this.state };
  }
}

function limitsBy(study: Study, d: Design | null): Omit<BaselineLimits, 'used' | 'method'> {
  const h = number(d, 'h');
  const sigma = numberOf(FIELDS, d, 'sigma') ?? (study['sigma'] as number);
  return { cl: 0, ucl: h, lcl: -h, sigmaWithin: sigma, dispCl: null, dispUcl: null, dispLcl: null, dispSigma: null, study };
}

/** Individual values of a baseline give target and sigma; both sums are drawn, the lower one below the centre. */
export const cusum: KindOfChart = {
  label: 'CUSUM',
  dispersion: null,
  ofSubgroups: false,
  memory: 'sums',
  followed: null,
  plottedUnit: 'σ',
  signal: 'a sum beyond the decision interval h',
  withoutZones: true,
  design: FIELDS,
  given(d) {
    const [center, sigma] = [numberOf(FIELDS, d, 'target'), numberOf(FIELDS, d, 'sigma')];
    return center === null || sigma === null ? null : { center, sigma };
  },
  limitsBy,
  price(d): Price {
    const [k, h] = [number(d, 'k'), number(d, 'h')];
    const s = flagOf(FIELDS, d, 'headStart') ? h / 2 : 0;
    const of = (mu: number): number => (s === 0 ? cusumTwoSidedArl(k, h, mu) : combined(k, h, s, mu));
    return { inControl: of(0), afterOneSigma: of(1) };
  },
  estimate(points, out, { design }) {
    const c = estimateSingles(points, out);
    if (c === null) return null;
    return { ...limitsBy({ center: c.cl, sigma: c.sigmaWithin }, design ?? null), method: c.method, used: c.used };
  },
  beyond(points, l) {
    const { center, sigma } = l.study as { readonly center: number; readonly sigma: number };
    return [...points.keys()].filter((i) => Math.abs(points[i]!.value - center) > 3 * sigma);
  },
  walk: (phase, before) => new CusumWalk(phase, before as CusumState | null),
  dispersionOf: () => null,
  dispersionLimits: () => null,
};

/**
 * Two-sided ARL with both sums at head start s. With k > 0 a side that signals leaves the other at 0 or started anew, so the run lengths combine as
 * ARL = (A⁺(s)·A⁻ + A⁺·A⁻(s) − A⁺·A⁻)/(A⁺ + A⁻), A without argument from 0.
 * @reference Lucas & Crosier, Technometrics 24 (1982) 199, eq. 3.
 */
function combined(k: number, h: number, s: number, mu: number): number {
  const [up, down] = [cusumArl(k, h, mu), cusumArl(k, h, -mu)];
  const [upS, downS] = [cusumArl(k, h, mu, s), cusumArl(k, h, -mu, s)];
  return (upS * down + up * downS - up * down) / (up + down);
}
