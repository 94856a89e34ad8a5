import { rangeMoments } from '../constants';
import { individualsSigma } from '../sigma';
import { choiceOf, type Design, type DesignField } from './design';
import { estimateSingles } from './individuals';
import { fixedDispersionLimits, fixedLimits, type KindOfChart, type Placed } from './kind';
import type { BaselineLimits, Phase, RawPoint, Study } from './phase';

/** Points of a product in the baseline below which its sigma would be a guess: a moving-range sigma of 8 has a standard error of 30 %. */
const LEAST_OF_A_PRODUCT = 8;

const CENTRE: DesignField = {
  name: 'centre',
  label: 'Centre line',
  help: 'Where the deviations are expected: on the target, or where the baseline had them on average.',
  type: 'choice',
  fallback: 'baseline',
  choices: [
    { value: 'baseline', label: 'mean deviation of the baseline' },
    { value: 'target', label: 'the target (0)' },
  ],
};

const noTarget = (p: RawPoint): string =>
  `product ${p.product ?? 'unknown'} has no target in its specification at this operation`;

const deviation = (p: RawPoint): number => (p.target == null ? Number.NaN : p.value - p.target);

const difference = (a: number, b: number): number | null => (Number.isNaN(a - b) ? null : Math.abs(a - b));

/**
 * Deviations from the target of each product: products that differ in target only, with one sigma, share a chart. Targets are those of the
 * specifications in force at the time of each point.
 * @reference Farnum, J. Quality Technology 24 (1992) 138; Montgomery, 7th ed. (2013), §10.1.
 */
export const shortRun: KindOfChart = {
  label: 'short-run (deviation from target)',
  dispersion: 'moving range',
  ofSubgroups: false,
  memory: null,
  followed: 'at every point; until now they were those of a study',
  byTarget: true,
  design: [CENTRE],
  limitsBy: (study, d) => {
    const { mean, sigma } = study as { readonly mean: number; readonly sigma: number };
    return aroundCentre(choiceOf([CENTRE], d, 'centre') === 'target' ? 0 : mean, sigma, study);
  },
  estimate(points, out, { design }) {
    const judged = points.map((p) => ({ ...p, value: deviation(p) }));
    const without = [...judged.keys()].filter((i) => Number.isNaN(judged[i]!.value));
    if (judged.length - without.length < 2) return null;
    const c = estimateSingles(judged, new Set([...out, ...without]));
    if (c === null) return null;
    const study = { mean: c.cl, sigma: c.sigmaWithin };
    const centre = choiceOf([CENTRE], design, 'centre') === 'target' ? 0 : c.cl;
    return { ...aroundCentre(centre, c.sigmaWithin, study), method: c.method, used: c.used };
  },
  beyond: (points, l) => beyondOf(points, l, deviation),
  walk: (phase) => ({
    place: (p) => placed(deviation(p), fixedLimits(phase), p.target == null ? noTarget(p) : null),
    count: () => undefined,
  }),
  dispersionOf: (p, previous) =>
    previous === undefined || previous.excluded ? null : difference(deviation(p), deviation(previous)),
  dispersionLimits: fixedDispersionLimits,
};

function placed(v: number, limits: Placed['limits'], why: string | null): Placed {
  if (why === null) return { plotted: v, limits };
  return { plotted: Number.NaN, limits: null, unjudged: why };
}

function aroundCentre(cl: number, sigma: number, study: Study): Omit<BaselineLimits, 'used' | 'method'> {
  const { d2, d3 } = rangeMoments(2);
  return {
    cl,
    ucl: cl + 3 * sigma,
    lcl: cl - 3 * sigma,
    sigmaWithin: sigma,
    dispCl: d2 * sigma,
    dispUcl: (d2 + 3 * d3) * sigma,
    dispLcl: 0,
    dispSigma: null,
    study,
  };
}

const beyondOf = (points: readonly RawPoint[], l: BaselineLimits, of: (p: RawPoint) => number): number[] =>
  [...points.keys()].filter((i) => Math.abs(of(points[i]!) - l.cl) > l.ucl! - l.cl);

const sigmasOf = (study: Study | null | undefined): Readonly<Record<string, number>> =>
  (study?.['sigmas'] as Readonly<Record<string, number>> | undefined) ?? {};

/** (x − target)/σ of the product; NaN without a target or a sigma of its own. */
function standardised(p: RawPoint, study: Study | null | undefined): number {
  const sigmas = sigmasOf(study);
  const sigma = p.product != null && Object.hasOwn(sigmas, p.product) ? sigmas[p.product]! : Number.NaN;
  return deviation(p) / sigma;
}

function whyNot(p: RawPoint, study: Study | null | undefined): string | null {
  if (p.target == null) return noTarget(p);
  if (!Number.isNaN(standardised(p, study))) return null;
  return `product ${p.product ?? 'unknown'} had fewer than ${LEAST_OF_A_PRODUCT} points, or no spread, in the baseline, so it has no sigma: collect a new baseline`;
}

/** Limits of standardised values: 0 ∓ 3, moving ranges of two standard normals. */
const standard = (study: Study, _d: Design | null = null): Omit<BaselineLimits, 'used' | 'method'> => aroundCentre(0, 1, study);

/** Sigma of each product with enough points in the baseline, from the moving ranges of its own points. */
function productSigmas(points: readonly RawPoint[], out: ReadonlySet<number>): Readonly<Record<string, number>> {
  const byProduct = new Map<string, number[]>();
  points.forEach((p, i) => {
    if (out.has(i) || p.product == null || p.target == null) return;
    byProduct.set(p.product, [...(byProduct.get(p.product) ?? []), deviation(p)]);
  });
  return Object.fromEntries(
    [...byProduct].flatMap(([product, v]): [string, number][] => {
      if (v.length < LEAST_OF_A_PRODUCT) return [];
      const sigma = individualsSigma(v, 'mr');
      return sigma > 0 ? [[product, sigma]] : [];
    }),
  );
}

/**
 * Products that differ in target and in sigma: each deviation in sigmas of its own product, which the baseline gives.
 * @reference Farnum, J. Quality Technology 24 (1992) 138; Montgomery, 7th ed. (2013), §10.1.
 */
export const standardisedRun: KindOfChart = {
  label: 'short-run (standardised)',
  dispersion: 'moving range',
  ofSubgroups: false,
  memory: null,
  followed: null,
  plottedUnit: 'σ',
  byTarget: true,
  limitsBy: standard,
  estimate(points, out) {
    const sigmas = productSigmas(points, out);
    if (Object.keys(sigmas).length === 0) return null;
    return { ...standard({ sigmas }), method: 'moving_range', used: points.length - out.size };
  },
  beyond: (points, l) => beyondOf(points, l, (p) => standardised(p, l.study)),
  walk: (phase: Phase) => ({
    place: (p) =>
      phase.cl === null
        ? placed(
            Number.NaN,
            null,
            p.target == null ? noTarget(p) : 'the sigma of its product follows from the baseline that is being collected',
          )
        : placed(standardised(p, phase.study), fixedLimits(phase), whyNot(p, phase.study)),
    count: () => undefined,
  }),
  dispersionOf: (p, previous, { study }) =>
    previous === undefined || previous.excluded ? null : difference(standardised(p, study), standardised(previous, study)),
  dispersionLimits: fixedDispersionLimits,
};
