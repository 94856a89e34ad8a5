import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { atLeast, integers, numbers, oneOf, positive, rows, whole } from '@/lib/formats/compute';
import { fromRows, type Matrix } from '@/lib/numerics';
import { overlayDesign, overlayModel } from '@/lib/overlay';
import {
  designScores,
  type FieldPrior,
  greedyField,
  greedyPlan,
  improveField,
  informationGain,
  mutualInformation,
  optimalPlan,
  posteriorTrace,
} from '@/lib/sampling';
import { covarianceMatrixOf, zernikeValues } from '@/lib/spatial';
import { define, given } from '../define';

const candidates = {
  basis: oneOf(
    ['zernike', 'overlay', 'rows'],
    'What the plan shall determine: a Zernike map, an overlay model, or custom regressors; default zernike',
  ).optional(),
  x: numbers('Candidate x, mm (of the mark in its field for an overlay model)').optional(),
  y: numbers('Candidate y, mm').optional(),
  fieldX: numbers('x of the field centre, mm, for an overlay model').optional(),
  fieldY: numbers('y of the field centre, mm').optional(),
  rows: rows('Regressors of each candidate, for basis rows').optional(),
  terms: whole(1, 231, 'Zernike terms; default 6').optional(),
  gridOrder: whole(0, 9, 'Order of the grid part of the overlay model; default 1').optional(),
  fieldOrder: whole(1, 9, 'Order of the field part of the overlay model; default 1').optional(),
  normRadiusMm: positive('Radius that maps to the unit circle, mm; default 150').optional(),
};
const basisOnly = (basis: string) => ({ field: 'basis', in: [basis], default: 'zernike' });
/** Options that a basis does not take are refused. */
const BASIS = {
  rows: basisOnly('rows'),
  terms: basisOnly('zernike'),
  normRadiusMm: basisOnly('zernike'),
  fieldX: basisOnly('overlay'),
  fieldY: basisOnly('overlay'),
  gridOrder: basisOnly('overlay'),
  fieldOrder: basisOnly('overlay'),
};
const PLACED = { field: 'basis', in: ['zernike', 'overlay'], default: 'zernike' };
const SITES = { ...BASIS, x: PLACED, y: PLACED };
const LISTS = ['x', 'y', 'fieldX', 'fieldY', 'rows'];
type Candidates = z.output<z.ZodObject<typeof candidates>>;

function need<T>(v: T | undefined, name: string, basis: string): T {
  if (v === undefined) throw new AppError('invalid_input', `${name}: basis ${basis} needs it`, { field: name });
  return v;
}

/** Design matrix of all candidates. */
function designOf(i: Candidates): Matrix {
  const basis = i.basis ?? 'zernike';
  if (basis === 'rows') return fromRows(need(i.rows, 'rows', basis));
  const [x, y] = [need(i.x, 'x', basis), need(i.y, 'y', basis)];
  if (x.length !== y.length) throw new AppError('invalid_input', `y: has ${y.length} values, x has ${x.length}`, { field: 'y' });
  if (basis === 'zernike') return zernikeValues(x, y, i.terms ?? 6, 1 / (i.normRadiusMm ?? 150));
  const marks = { x, y, fieldX: need(i.fieldX, 'fieldX', basis), fieldY: need(i.fieldY, 'fieldY', basis) };
  const model = overlayModel({ gridOrder: i.gridOrder ?? 1, fieldOrder: i.fieldOrder ?? 1 });
  return overlayDesign(
    model,
    model.terms.filter((t) => t.axis === 'dx'),
    marks,
  ).design;
}

const CANDIDATES = ['x', 'y', 'fieldX', 'fieldY'].map((name) => ({ name, unit: 'mm', isOptional: true }));
const picked = (sites: readonly number[], i: Candidates) => ({
  site: sites,
  ...(i.fieldX && i.fieldY ? { fieldX: sites.map((s) => i.fieldX![s]!), fieldY: sites.map((s) => i.fieldY![s]!) } : {}),
  ...(i.x && i.y ? { x: sites.map((s) => i.x![s]!), y: sites.map((s) => i.y![s]!) } : {}),
});

const GRID = [-120, -60, 0, 60, 120]
  .flatMap((x) => [-120, -60, 0, 60, 120].map((y) => [x, y] as const))
  .filter(([x, y]) => Math.hypot(x, y) < 147);
const EXAMPLE = { x: GRID.map((p) => p[0]), y: GRID.map((p) => p[1]) };

const optimal = define({
  path: 'sampling/optimal',
  title: 'Optimal sampling plan',
  text: 'Exact D-, A-, I- or G-optimal choice of sites by exchange from several starts, under constraints, with its efficiency against measuring every candidate.',
  input: z.strictObject({
    n: whole(1, 100_000, 'Sites to choose'),
    ...candidates,
    criterion: oneOf(['D', 'A', 'I', 'G'], 'Default D').optional(),
    keep: integers('Candidates (from 0) that stay in the plan', { lowest: 0 }).optional(),
    forbidden: integers('Candidates that must not be used', { lowest: 0 }).optional(),
    groups: z
      .array(z.union([z.string(), z.number()]))
      .meta({ description: 'Group of each candidate, such as its field' })
      .optional(),
    maxPerGroup: whole(1, 100_000, 'Most sites a group may get').optional(),
    minDistance: positive('Least distance between two sites, mm').optional(),
    starts: whole(1, 1000, 'Random starts; default 20').optional(),
    seed: z.int().meta({ description: 'Seed of the starts' }).optional(),
    ridge: atLeast(0, 'Prior precision added to the information matrix (Bayesian D)').optional(),
  }),
  isLong: true,
  relations: {
    onlyWith: { ...BASIS, ridge: { field: 'criterion', in: ['D'], default: 'D' } },
    sameLength: [[...LISTS, 'groups']],
    together: [
      ['groups', 'maxPerGroup'],
      ['x', 'y'],
    ],
  },
  run: ({ n, criterion, keep, forbidden, groups, maxPerGroup, minDistance, starts, seed, ridge, ...i }) => {
    const positions =
      minDistance === undefined ? undefined : { x: need(i.x, 'x', 'minDistance'), y: need(i.y, 'y', 'minDistance') };
    return optimalPlan(
      designOf(i),
      n,
      given({ criterion, keep, forbidden, groups, maxPerGroup, positions, minDistance, starts, seed, ridge }),
    );
  },
  table: {
    columns: [...CANDIDATES, { name: 'groups', kind: 'text', isOptional: true }],
    write: { plan: (r, i) => picked(r.sites, i) },
  },
  example: { n: 9, ...EXAMPLE, terms: 6, starts: 5, seed: 1 },
});

const greedy = define({
  path: 'sampling/greedy',
  title: 'Greedy D-optimal order of sites',
  text: 'Sites in the order in which each adds most to log det of the information matrix, with the gain of every step.',
  input: z.strictObject({
    n: whole(1, 100_000, 'Sites to choose'),
    ...candidates,
    ridge: positive('Prior precision; default 1e-3').optional(),
  }),
  relations: { onlyWith: SITES, sameLength: [LISTS], together: [['x', 'y']] },
  run: ({ n, ridge, ...i }) => greedyPlan(designOf(i), n, ridge ?? 1e-3),
  table: { columns: CANDIDATES, write: { plan: (r, i) => ({ ...picked(r.order, i), gain: r.gains }) } },
  example: { n: 6, ...EXAMPLE, terms: 3 },
});

const score = define({
  path: 'sampling/score',
  title: 'Quality of a given plan',
  text: 'log det, D-efficiency, trace of the inverse, mean and largest prediction variance of the sites as they are.',
  input: z.strictObject({ sites: integers('Chosen candidates, from 0', { lowest: 0, min: 1 }), ...candidates }),
  relations: { onlyWith: SITES, sameLength: [LISTS], together: [['x', 'y']] },
  run: ({ sites, ...i }) => {
    const design = designOf(i);
    const wrong = sites.find((k) => k >= design.rows);
    if (wrong !== undefined)
      throw new AppError('invalid_input', `sites: ${wrong} is not one of the ${design.rows} candidates; they count from 0`, {
        field: 'sites',
      });
    return designScores(design, sites);
  },
  table: { columns: CANDIDATES },
  example: { sites: [0, 3, 5, 9, 12, 15, 20], ...EXAMPLE, terms: 6 },
});

const field = define({
  path: 'sampling/information',
  title: 'Sites of most information about a random field',
  text: 'Greedy choice by entropy or mutual information of a Gaussian random field (kriging model), with the submodular bound 1 − 1/e; exchange improves it when asked.',
  input: z.strictObject({
    n: whole(1, 10_000, 'Sites to choose'),
    x: numbers('Candidate x, mm'),
    y: numbers('Candidate y, mm'),
    model: oneOf(['exponential', 'gaussian', 'spherical', 'matern'], 'Covariance family; default exponential').optional(),
    sigma2: positive('Sill, unit of the value squared'),
    phi: positive('Range parameter, mm'),
    nu: positive('Smoothness of the Matérn family').optional(),
    noise: positive('Variance of a measurement'),
    rule: oneOf(['entropy', 'mutual_information'], 'Default entropy').optional(),
    exchange: oneOf(
      ['none', 'information', 'mutual_information', 'variance'],
      'Improve by exchange on this measure; default none',
    ).optional(),
  }),
  isLong: true,
  relations: { sameLength: [['x', 'y']], onlyWith: { nu: { field: 'model', in: ['matern'], default: 'exponential' } } },
  run: (i) => {
    const model = { kind: i.model ?? ('exponential' as const), sigma2: i.sigma2, phi: i.phi, nugget: 0, ...given({ nu: i.nu }) };
    const prior: FieldPrior = { n: i.x.length, covariance: covarianceMatrixOf(model, i.x, i.y), noise: i.noise };
    const first = greedyField(prior, i.n, i.rule);
    const measure = {
      information: informationGain,
      mutual_information: mutualInformation,
      variance: (p: FieldPrior, s: readonly number[]) => -posteriorTrace(p, s),
    };
    const improved =
      i.exchange === undefined || i.exchange === 'none' ? null : improveField(prior, first.order, measure[i.exchange]);
    const sites = improved?.sites ?? first.order;
    return { greedy: first, sites, informationGain: informationGain(prior, sites), posteriorTrace: posteriorTrace(prior, sites) };
  },
  table: { columns: CANDIDATES.slice(0, 2), write: { plan: (r, i) => picked(r.sites, i) } },
  example: { n: 4, ...EXAMPLE, sigma2: 1, phi: 60, noise: 0.1 },
});

export const functions = [optimal, greedy, score, field];
