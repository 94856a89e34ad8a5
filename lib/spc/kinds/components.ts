import { symmetricEigen } from '@/lib/numerics';
import { pcaParts, type StatisticContributions } from '../contributions';
import { type PcaModel, pcaLimits, scorePca } from '../pca';
import { pcaOfCovariance } from '../pca-covariance';
import { choiceOf, type Design, type DesignField, numberOf } from './design';
import { fixedDispersionLimits, type KindOfChart } from './kind';
import type { BaselineLimits, Phase, RawPoint, Study } from './phase';
import {
  ALPHA,
  keptOf,
  keptRow,
  SCREENING,
  storedStudy,
  studyVariables,
  unplottable,
  type VariablesStudy,
  variablesStudy,
  zOf,
} from './variables';

const FIELDS: readonly DesignField[] = [
  {
    name: 'components',
    label: 'Components',
    help: 'How many are kept; left empty: as many as carry the share of variance. One fewer than there are variables at most, so that something is left for SPE.',
    type: 'number',
    fallback: null,
    least: 1,
    most: 59,
  },
  {
    name: 'share',
    label: 'Share of variance',
    help: 'The fewest components that carry it are kept, where their number is not stated.',
    type: 'number',
    fallback: 0.9,
    least: 0.3,
    most: 0.999,
  },
  {
    name: 'scaling',
    label: 'Variables',
    help: 'Divided by their sigma, so that units do not matter; or centred alone, where all have one unit.',
    type: 'choice',
    fallback: 'unit',
    choices: [
      { value: 'unit', label: 'divided by their sigma' },
      { value: 'none', label: 'centred alone' },
    ],
  },
  {
    ...ALPHA,
    help: 'Share of points beyond the limit in control, of T² and of SPE each. 0.0027 is that of 3 sigma on one variable.',
  },
];

const alphaOf = (d: Design | null | undefined): number => numberOf(FIELDS, d, 'alpha')!;

/** The model as a version stores it beside the study of its variables. */
interface StoredModel {
  readonly scale: readonly number[];
  readonly eigenvalues: readonly number[];
  /** One row a kept variable. */
  readonly loadings: readonly (readonly number[])[];
}

/** The model of a phase, whole from what its version stores: judging computes nothing anew that a later release could compute otherwise. */
function modelOf(study: Study | null | undefined): { readonly s: VariablesStudy; readonly model: PcaModel } | null {
  const s = variablesStudy(study);
  if (s === null || study?.['loadings'] === undefined) return null;
  const { scale, eigenvalues, loadings } = study as unknown as StoredModel;
  const { mean } = keptOf(s);
  return {
    s,
    model: {
      kind: 'pca',
      components: loadings[0]!.length,
      n: s.n,
      mean: [...mean],
      scale,
      eigenvalues,
      loadings: loadings.flat(),
      qMean: 0,
      qVariance: 0,
    },
  };
}

/** Below this share of the first eigenvalue the second is noise of the sender or rounding. */
const LEAST_SECOND = 1e-6;

/** Points of a baseline that components of p variables need: ten more than variables, 20 at least. */
const leastForComponents = (variables: number): number => Math.max(20, variables + 10);

/** Whether a baseline varies in two directions at least: in one alone nothing is left for SPE. */
function spansTwo(s: VariablesStudy): boolean {
  const { covariance, sigma } = keptOf(s);
  const p = sigma.length;
  const { values } = symmetricEigen(
    covariance.map((c, i) => c / (sigma[Math.floor(i / p)]! * sigma[i % p]!)),
    p,
  );
  return values[1]! > LEAST_SECOND * values[0]!;
}

function limitsBy(study: Study, d: Design | null): Omit<BaselineLimits, 'used' | 'method'> {
  const s = variablesStudy(study)!;
  const { mean, covariance } = keptOf(s);
  const stated = numberOf(FIELDS, d, 'components');
  const keep = stated === null ? { share: numberOf(FIELDS, d, 'share')! } : { count: Math.round(stated) };
  const { model, explained } = pcaOfCovariance(mean, covariance, s.n, keep, choiceOf(FIELDS, d, 'scaling') === 'unit');
  const l = pcaLimits(model, 1 - alphaOf(d));
  const a = model.components;
  const stored: StoredModel = {
    scale: model.scale,
    eigenvalues: model.eigenvalues,
    loadings: s.kept.map((_, j) => model.loadings.slice(j * a, (j + 1) * a)),
  };
  return {
    cl: pcaLimits(model, 0.5).t2New,
    ucl: l.t2New,
    lcl: null,
    sigmaWithin: 1,
    dispCl: l.theta[0],
    dispUcl: l.qJacksonMudholkar,
    dispLcl: null,
    dispSigma: null,
    study: { ...study, ...stored, explained, phase1Ucl: l.t2Beta, boxed: l.h0 !== null && l.h0 > 0 ? 0 : 1 },
  };
}

function beyond(points: readonly RawPoint[], l: BaselineLimits): number[] {
  const m = modelOf(l.study);
  if (m === null) return [];
  const limits = pcaLimits(m.model, SCREENING);
  return [...points.keys()].filter((i) => {
    const p = points[i]!;
    if (unplottable(p, true) !== null) return false;
    const { t2, q } = scorePca(m.model, keptRow(m.s, p.vector!));
    return t2 > limits.t2Beta || (limits.qJacksonMudholkar !== null && q > limits.qJacksonMudholkar);
  });
}

/** The model of a phase, made once for all its points. */
const models = new WeakMap<Phase, ReturnType<typeof modelOf>>();
function modelIn(phase: Phase): ReturnType<typeof modelOf> {
  if (phase.cl === null) return null;
  if (!models.has(phase)) models.set(phase, modelOf(phase.study));
  return models.get(phase)!;
}

function contributions(phase: Phase, p: RawPoint): StatisticContributions[] {
  const m = modelIn(phase);
  if (m === null || unplottable(p, true) !== null) return [];
  const x = keptRow(m.s, p.vector!);
  const parts = pcaParts(m.model, x);
  const z = zOf(keptOf(m.s), x);
  const of = (list: readonly number[]) => m.s.kept.map((variable, j) => ({ variable, z: z[j]!, part: list[j]! }));
  return [
    { statistic: 't2', total: parts.t2, of: of(parts.t2Parts) },
    { statistic: 'spe', total: parts.spe, of: of(parts.residuals) },
  ];
}

/**
 * Principal components of several variables: T² of the scores says how far a point lies out in the directions of the baseline, SPE (Q) beside it how
 * far it has left them. A point without one of its variables is a gap in both.
 * @reference Jackson & Mudholkar, Technometrics 21 (1979) 341; Kourti & MacGregor, Chemom. Intell. Lab. Syst. 28 (1995) 3.
 */
export const pca: KindOfChart = {
  label: 'PCA (T² and SPE)',
  dispersion: 'SPE',
  ofSubgroups: false,
  memory: null,
  followed: null,
  plottedUnit: '1',
  signal: 'T² of the components beyond its limit',
  rules: [1],
  withoutZones: true,
  ofVariables: true,
  design: FIELDS,
  designProblem(d) {
    const n = numberOf(FIELDS, d, 'components');
    return n === null || Number.isInteger(n) ? null : { field: 'components', text: 'Components must be a whole number.' };
  },
  leastBaseline: leastForComponents,
  limitsBy,
  price: (d) => ({ inControl: 1 / alphaOf(d) }),
  dispersionRate: alphaOf,
  estimate(points, out, { design }) {
    const s = studyVariables(points, out, false, () => 10);
    if (s === null || !spansTwo(s)) return null;
    return { ...limitsBy(storedStudy(s), design ?? null), method: 'covariance', used: s.n };
  },
  beyond,
  walk: (phase) => ({
    place(p) {
      const m = modelIn(phase);
      const why = unplottable(p, m !== null);
      if (why !== null) return why;
      const { t2 } = scorePca(m!.model, keptRow(m!.s, p.vector!));
      return { plotted: t2, limits: { cl: phase.cl!, ucl: phase.ucl, lcl: null } };
    },
    count: () => undefined,
  }),
  contributions,
  dispersionOf(p, _previous, phase) {
    const m = modelIn(phase);
    return m === null || unplottable(p, true) !== null ? null : scorePca(m.model, keptRow(m.s, p.vector!)).q;
  },
  dispersionLimits: fixedDispersionLimits,
};
