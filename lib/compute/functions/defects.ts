import { z } from 'zod';
import {
  clusteringAlpha,
  dbscan,
  dieYield,
  localOutlierFactor,
  mahalanobis2,
  nearestNeighbour,
  scoreKnn,
  trainKnn,
} from '@/lib/defects';
import { names, numbers, oneOf, positive, rows, whole } from '@/lib/formats/compute';
import { define, given } from '../define';

const TRAIN = [
  [0, 0],
  [0.1, 0],
  [0, 0.1],
  [0.1, 0.1],
  [0.05, 0.02],
  [0.02, 0.06],
];

const clusters = define({
  path: 'defects/clusters',
  title: 'Clusters of defects',
  text: 'DBSCAN: cluster of each defect (−1 is noise), core points, sizes, and the nearest-neighbour ratio against a random pattern.',
  input: z.strictObject({
    x: numbers('x, mm'),
    y: numbers('y, mm'),
    radius: positive('Neighbourhood radius, mm'),
    minPoints: whole(1, 10_000, 'Points within the radius that make a core, the point itself included'),
    areaMm2: positive('Area the defects were looked for in, for the ratio').optional(),
  }),
  relations: { sameLength: [['x', 'y']] },
  run: (i) => ({ ...dbscan(i.x, i.y, i.radius, i.minPoints), nearestNeighbour: nearestNeighbour(i.x, i.y, i.areaMm2) }),
  table: {
    columns: [
      { name: 'x', unit: 'mm' },
      { name: 'y', unit: 'mm' },
    ],
    write: { defects: (r, i) => ({ x: i.x, y: i.y, cluster: r.labels }) },
  },
  example: { x: [0, 1, 0, 1, 50, 51, 50, 100], y: [0, 0, 1, 1, 50, 50, 51, -80], radius: 2, minPoints: 3 },
});

const yields = define({
  path: 'defects/yield',
  title: 'Die yield from defect density',
  text: 'Poisson, Murphy, Seeds, Bose–Einstein or negative binomial yield for λ defects a die; the clustering parameter from counts where asked.',
  input: z.strictObject({
    model: oneOf(['poisson', 'murphy', 'seeds', 'boseEinstein', 'negativeBinomial'], 'Default poisson').optional(),
    lambda: numbers('Mean defects a die (area times density)', { lowest: 0 }),
    alpha: positive('Clustering parameter of the negative binomial').optional(),
    layers: whole(1, 1000, 'Critical layers of Bose–Einstein').optional(),
    counts: numbers('Defects of each die, to estimate the clustering parameter', { lowest: 0, min: 2 }).optional(),
  }),
  relations: {
    oneOf: [{ fields: ['alpha', 'counts'] }],
    onlyWith: Object.fromEntries(
      [
        ['alpha', 'negativeBinomial'],
        ['counts', 'negativeBinomial'],
        ['layers', 'boseEinstein'],
      ].map(([field, model]) => [field, { field: 'model', in: [model], default: 'poisson' }]),
    ),
  },
  run: (i) => {
    const alpha = i.alpha ?? (i.counts ? clusteringAlpha(i.counts) : undefined);
    return {
      alpha: alpha ?? null,
      yield: i.lambda.map((l) => dieYield(i.model ?? 'poisson', l, given({ alpha, layers: i.layers }))),
    };
  },
  table: { columns: [{ name: 'lambda' }] },
  example: { model: 'negativeBinomial', lambda: [0.5, 1], alpha: 2 },
});

const outliers = define({
  path: 'defects/outliers',
  title: 'Distance of runs from normal ones',
  text: 'kNN score with limits and contributions, local outlier factor, and squared Mahalanobis distance.',
  input: z.strictObject({
    train: rows('Normal runs', { minRows: 3 }),
    x: rows('Runs to judge, the same variables in the same order'),
    variables: names('Name of each variable').optional(),
    k: whole(1, 1000, 'Neighbours; default 5').optional(),
  }),
  relations: {
    columns: [
      ['x', 'variables'],
      ['x', 'train'],
    ],
    distinct: ['variables'],
  },
  run: (i) => {
    const squared = mahalanobis2(i.train, i.x, i.variables);
    const model = trainKnn(i.train, i.k);
    return {
      limits: model.limits,
      knn: i.x.map((r) => scoreKnn(model, r)),
      localOutlierFactor: localOutlierFactor(i.train, i.x, model.k),
      mahalanobis2: squared,
    };
  },
  table: { rest: { field: 'x', names: 'variables', text: 'one row a run to judge, one numeric column a variable' } },
  example: {
    train: TRAIN,
    x: [
      [0.05, 0.05],
      [1, 1],
    ],
    k: 2,
  },
});

export const functions = [clusters, yields, outliers];
