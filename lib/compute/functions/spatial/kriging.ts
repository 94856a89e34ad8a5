import { z } from 'zod';
import { atLeast, gaps, numbers, oneOf, positive, real, whole } from '@/lib/formats/compute';
import {
  type CovarianceModel,
  empiricalVariogram,
  fitCovariance,
  fitKriging,
  fitVariogram,
  isotropic,
  krige,
  krigeNearest,
  readingsAt,
} from '@/lib/spatial';
import { define, given } from '../../define';
import { PLACES, type Predicted, placesOf, rasterOf } from './places';

const FAMILIES = ['exponential', 'gaussian', 'spherical', 'matern'] as const;
const drift = oneOf(
  ['none', 'constant', 'linear', 'quadratic'],
  'Drift: constant is ordinary kriging; default constant',
).optional();
const field = {
  x: numbers('x of the data, mm'),
  y: numbers('y of the data, mm'),
  value: gaps('Value at each place'),
};
const FIELD = [{ name: 'x', unit: 'mm' }, { name: 'y', unit: 'mm' }, { name: 'value' }] as const;
const MATERN_ONLY = { nu: { field: 'model', in: ['matern'], default: 'exponential' } };
const family = oneOf(FAMILIES, 'Family of the covariance; default exponential').optional();
const nu = positive('Smoothness ν of the Matérn family').optional();
const EXAMPLE = {
  x: [0, 40, 80, -40, -80, 0, 0, 60, -60, 30, -30, 90],
  y: [0, 0, 0, 0, 0, 50, -50, 60, -60, -80, 80, 40],
  value: [10.1, 10.6, 11.4, 10.2, 9.7, 10.9, 9.6, 11.6, 9.1, 9.9, 10.6, 11.7],
};

const kriging = define({
  path: 'spatial/kriging',
  title: 'Kriging with variance',
  text: 'Simple (known mean), ordinary or universal kriging; the covariance as given, or estimated by REML when sill and range are left out; anisotropy and measurement error are taken into account. At places, on a raster over the wafer, or both; answers are named as those of the wafer model.',
  input: z.strictObject({
    ...field,
    u: numbers('Standard uncertainty of each value, added as measurement error', { lowest: 0 }).optional(),
    ...PLACES.fields,
    model: family,
    sigma2: positive('Partial sill, unit of the value squared').optional(),
    phi: positive('Range parameter, mm').optional(),
    nugget: atLeast(0, 'Nugget, unit of the value squared, beside sill and range; default 0').optional(),
    nu,
    angleDeg: real('Direction of the longest range, degrees counter-clockwise from +x').optional(),
    ratio: z.number().gt(0).max(1).meta({ description: 'Range across over range along; default 1' }).optional(),
    drift,
    mean: real('Known mean: simple kriging').optional(),
    target: oneOf(['value', 'signal'], 'What would be measured (default) or the field without nugget').optional(),
    nearest: whole(1, 100_000, 'Use only so many nearest data for each prediction').optional(),
  }),
  isLong: true,
  relations: {
    ...PLACES.relations,
    sameLength: [['x', 'y', 'value', 'u'], ...PLACES.relations.sameLength],
    together: [['sigma2', 'phi'], ['angleDeg', 'ratio'], ...PLACES.relations.together],
    needs: { ...PLACES.relations.needs, nugget: 'sigma2' },
    oneOf: [{ fields: ['drift', 'mean'] }],
    onlyWith: MATERN_ONLY,
  },
  gaps: PLACES.gaps,
  run: (i) => {
    const kind = i.model ?? 'exponential';
    const anisotropy = given({
      anisotropy: i.angleDeg === undefined ? undefined : { angleDeg: i.angleDeg, ratio: i.ratio! },
    });
    // the covariance is estimated in the coordinates in which it is isotropic
    const flat = isotropic({ kind, sigma2: 1, phi: 1, nugget: 0, ...anisotropy }, i.x, i.y);
    const fit =
      i.sigma2 === undefined
        ? fitCovariance(
            flat.x,
            flat.y,
            i.value.map((v) => v - (i.mean ?? 0)),
            kind,
            given({ drift: i.mean === undefined ? i.drift : 'none', nu: i.nu }),
          )
        : null;
    const base: CovarianceModel = fit
      ? fit.model
      : { kind, sigma2: i.sigma2!, phi: i.phi!, nugget: i.nugget ?? 0, ...given({ nu: i.nu }) };
    const covariance = { ...base, ...anisotropy };
    const options = given({ drift: i.drift, mean: i.mean, uValue: i.u });
    const target = given({ target: i.target });
    const whole = i.nearest === undefined ? fitKriging(i.x, i.y, i.value, covariance, options) : null;
    const predict = (x: ArrayLike<number>, y: ArrayLike<number>): Predicted => {
      const r = whole
        ? krige(whole, x, y, target)
        : krigeNearest(i.x, i.y, i.value, covariance, x, y, i.nearest!, { ...options, ...target });
      return { prediction: r.prediction, variance: r.variance!, u: r.variance!.map(Math.sqrt) };
    };
    const known = i.target === 'signal' || covariance.nugget === 0 ? [] : readOnce(i);
    const warnings =
      known.length === 0
        ? []
        : [
            `xNew: ${known.length === 1 ? 'place' : 'places'} ${known.slice(0, 6).join(', ')} ${known.length === 1 ? 'is a site' : 'are sites'} read once: the prediction is that reading, which is known (variance 0); a further reading would differ by the nugget. The field there, with its uncertainty: target "signal"`,
          ];
    return { model: covariance, fit, ...placesOf(i, predict), map: rasterOf(i, predict), warnings };
  },
  table: {
    columns: [...FIELD, { name: 'u', isOptional: true, unitOf: 'value' }],
    write: PLACES.write,
  },
  example: { ...EXAMPLE, xNew: [0, 20], yNew: [0, 20], model: 'exponential', sigma2: 1, phi: 60, nugget: 0 },
});

/** Indices (from 0) of positions that are a site with one reading: the prediction there is the reading. */
function readOnce(i: {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly value: ArrayLike<number>;
  readonly u?: readonly number[] | undefined;
  readonly xNew?: readonly number[] | undefined;
  readonly yNew?: readonly number[] | undefined;
}): number[] {
  const read = [...i.x.keys()].filter((k) => !Number.isNaN(i.value[k]!));
  const readings = readingsAt(
    read.map((k) => i.x[k]!),
    read.map((k) => i.y[k]!),
    i.xNew ?? [],
    i.yNew ?? [],
  );
  return [...readings.keys()].filter((j) => {
    const at = readings[j]!;
    return at.length === 1 && !((i.u?.[read[at[0]!]!] ?? 0) > 0);
  });
}

const variogram = define({
  path: 'spatial/variogram',
  title: 'Empirical variogram and its model',
  text: 'Semivariance by distance class (Matheron, or Cressie–Hawkins against outliers) and a covariance model fitted to it by weighted least squares.',
  input: z.strictObject({
    ...field,
    cutoff: positive('Largest distance, mm'),
    width: positive('Width of a class, mm'),
    estimator: oneOf(['matheron', 'cressie'], 'Default matheron').optional(),
    drift,
    model: family,
    nu,
  }),
  relations: { sameLength: [['x', 'y', 'value']], onlyWith: MATERN_ONLY },
  run: (i) => {
    const v = empiricalVariogram(
      i.x,
      i.y,
      i.value,
      given({ cutoff: i.cutoff, width: i.width, estimator: i.estimator, drift: i.drift }),
    );
    return { ...v, fit: fitVariogram(v, i.model ?? 'exponential', i.nu) };
  },
  table: { columns: FIELD, write: { classes: (r) => ({ distance: r.distance, gamma: r.gamma, count: r.count }) } },
  example: { ...EXAMPLE, cutoff: 120, width: 20 },
});

const covariance = define({
  path: 'spatial/covariance',
  title: 'Covariance by maximum likelihood',
  text: 'Sill, range and nugget of a Gaussian random field by ML or REML; says when a parameter ran to the end of its range.',
  input: z.strictObject({
    ...field,
    model: family,
    nu,
    drift,
    likelihood: oneOf(['reml', 'ml'], 'Default reml').optional(),
  }),
  isLong: true,
  relations: { sameLength: [['x', 'y', 'value']], onlyWith: MATERN_ONLY },
  run: (i) =>
    fitCovariance(
      i.x,
      i.y,
      i.value,
      i.model ?? 'exponential',
      given({ drift: i.drift, likelihood: i.likelihood ?? 'reml', nu: i.nu }),
    ),
  table: { columns: FIELD },
  example: EXAMPLE,
});

export const krigingFunctions = [kriging, variogram, covariance];
