import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { gaps, numbers, oneOf, positive, whole } from '@/lib/formats/compute';
import { requireVariation, semidefiniteFault, varies } from '@/lib/numerics';
import {
  chooseZernikeOrder,
  edgeRollOff,
  evaluateZernike,
  fitWaferModel,
  fitZernike,
  nmToFringe,
  nmToNoll,
  osaToNm,
  predictWafer,
  radialProfile,
  sectorStatistics,
  siteStatistics,
  sitesOutsideZones,
  zernikeGrid,
  zernikeName,
  zernikeUncertainty,
  zoneStatistics,
} from '@/lib/spatial';
import { define, given } from '../../define';
import { krigingFunctions } from './kriging';
import { PLACES, placesOf, rasterOf } from './places';

const sites = {
  x: numbers('Site x, mm from the wafer centre, notch at −y'),
  y: numbers('Site y, mm'),
  value: gaps('Value at each site'),
};
const SITES = [{ name: 'x', unit: 'mm' }, { name: 'y', unit: 'mm' }, { name: 'value' }] as const;
const U = { name: 'u', isOptional: true, unitOf: 'value' } as const;
const u = numbers('Standard uncertainty of each value, its unit: weights 1/u²', { lowest: 0 }).optional();
const normRadiusMm = positive('Radius that maps to the unit circle, mm; default 150').optional();

/** Nine sites with a bowl of 2 and a tilt in x: values by hand from OSA/ANSI Z(1,1) = 2r cos θ and Z(2,0) = √3(2r² − 1). */
const X = [0, 75, -75, 0, 0, 150, -150, 0, 0, 106.066];
const Y = [0, 0, 0, 75, -75, 0, 0, 150, -150, 106.066];
const EXAMPLE = {
  x: X,
  y: Y,
  value: X.map((v, i) => {
    const r2 = (v * v + Y[i]! * Y[i]!) / 22500;
    return 100 + 0.5 * 2 * (v / 150) + 2 * Math.sqrt(3) * (2 * r2 - 1);
  }),
};

/** Share of the radius by which a site may lie outside through rounding. */
const ON_EDGE = 1e-6;

/** A Zernike polynomial has no meaning beyond its circle, where it grows without bound. */
function outsideOf(x: readonly number[], y: readonly number[], radius: number): string[] {
  const out = [...x.keys()].filter((k) => Math.hypot(x[k]!, y[k]!) > radius * (1 + ON_EDGE));
  return out.length === 0
    ? []
    : [
        `x, y: ${out.length === 1 ? 'place' : 'places'} ${out.slice(0, 6).join(', ')}${out.length > 6 ? ' …' : ''} ${out.length === 1 ? 'lies' : 'lie'} beyond the radius of ${radius} mm, where the polynomials grow without limit; give normRadiusMm of the wafer`,
      ];
}

const zernike = define({
  path: 'spatial/zernike',
  title: 'Zernike fit of a wafer map',
  text: 'Orthonormal Zernike polynomials (OSA/ANSI order) by weighted least squares: coefficients with standard errors and covariance, rank, condition number, and the terms these sites cannot tell apart.',
  input: z.strictObject({
    ...sites,
    u,
    order: whole(0, 20, 'Radial order; default 4 unless terms are given').optional(),
    terms: whole(1, 231, 'Number of terms instead of an order').optional(),
    normRadiusMm,
    covariance: oneOf(['estimated', 'known'], 'From the residuals (default) or from the given uncertainties').optional(),
    onDeficient: oneOf(['throw', 'minimum_norm'], 'Refuse aliased terms (default) or share them by minimum norm').optional(),
    grid: whole(2, 401, 'Side of a raster of the fitted map, points').optional(),
  }),
  relations: {
    sameLength: [['x', 'y', 'value', 'u']],
    oneOf: [{ fields: ['order', 'terms'] }],
    needs: { covariance: 'u' },
  },
  gaps: ['residuals', 'map.values'],
  run: ({ x, y, value, u: uValue, grid, order, terms, ...rest }) => {
    const size = terms === undefined ? { order: order ?? 4 } : { terms };
    // the uncertainties of the terms come from the residuals of the map, unless they are given
    if (rest.covariance !== 'known') requireVariation('value', value);
    const fit = fitZernike(x, y, value, { ...given({ ...rest, uValue }), ...size });
    const isThrough = fit.dof === 0;
    const isExact = isThrough && rest.covariance !== 'known';
    return {
      names: Array.from(fit.coefficients, (_, j) => zernikeName(j)),
      indices: Array.from(fit.coefficients, (_, j) => {
        const { n, m } = osaToNm(j);
        return { osa: j, n, m, noll: nmToNoll(n, m), fringe: nmToFringe(n, m) };
      }),
      ...fit,
      ...(isThrough ? { residualSigma: null } : {}),
      ...(isExact ? { standardErrors: null, covariance: null } : {}),
      rSquared: varies(value) ? fit.rSquared : null,
      warnings: [
        ...(isExact
          ? [
              'value: there are as many terms as sites, so that the fit goes through every value and nothing is left to estimate its uncertainty from; give u with covariance "known", fewer terms, or more sites',
            ]
          : []),
        ...outsideOf(x, y, fit.normRadiusMm),
      ],
      map: grid === undefined ? null : zernikeGrid(fit.coefficients, { size: grid, normRadiusMm: fit.normRadiusMm }),
    };
  },
  table: {
    columns: [...SITES, U],
    beside: ['fitted', 'residual'],
    write: {
      coefficients: (r) => ({
        osa: Array.from(r.coefficients, (_, j) => j),
        n: r.indices.map((i) => i.n),
        m: r.indices.map((i) => i.m),
        name: r.names,
        coefficient: r.coefficients,
        standardError: r.standardErrors ?? r.names.map(() => null),
      }),
      sites: (r, i) => ({ x: i.x, y: i.y, value: i.value, fitted: r.fitted, residual: i.value.map((v, k) => v - r.fitted[k]!) }),
    },
  },
  example: { ...EXAMPLE, order: 2 },
});

const order = define({
  path: 'spatial/zernike-order',
  title: 'Order of a Zernike fit',
  text: 'Radial order by AICc, BIC or leave-one-out error, with the score of every order these sites can identify.',
  input: z.strictObject({
    ...sites,
    criterion: oneOf(['aicc', 'bic', 'cv'], 'Default aicc').optional(),
    maxOrder: whole(0, 20, 'Highest order tried').optional(),
    normRadiusMm,
  }),
  relations: { sameLength: [['x', 'y', 'value']] },
  gaps: ['scores'],
  run: ({ x, y, value, ...options }) => {
    requireVariation('value', value);
    return chooseZernikeOrder(x, y, value, given(options));
  },
  table: {
    columns: SITES,
    write: {
      scores: (r) => ({
        order: r.scores.map((s) => s.order),
        aicc: r.scores.map((s) => s.aicc),
        bic: r.scores.map((s) => s.bic),
        cv: r.scores.map((s) => s.cv),
      }),
    },
  },
  example: { ...EXAMPLE, maxOrder: 2 },
});

/**
 * @throws AppError `invalid_input` for a list that is not a covariance: of another size, not symmetric, or with a negative variance in some
 * direction.
 */
function checkedCovariance(c: readonly number[], n: number): Float64Array {
  const refuse = (message: string): never => {
    throw new AppError('invalid_input', `covariance: ${message}`, { field: 'covariance' });
  };
  if (c.length !== n * n) refuse(`has ${c.length} values, ${n} coefficients need ${n * n}`);
  const out = Float64Array.from(c);
  const fault = semidefiniteFault(out, n);
  if (fault === null) return out;
  if ('eigenvalue' in fault) return refuse(`has the eigenvalue ${fault.eigenvalue}; a variance is not negative`);
  return refuse(`is not symmetric at row ${fault.row}, column ${fault.column} (counted from 0)`);
}

const evaluate = define({
  path: 'spatial/zernike-map',
  title: 'Values of a Zernike expansion',
  text: 'A fitted map at other places, with its standard uncertainty where the covariance of the coefficients is given.',
  input: z.strictObject({
    coefficients: numbers('Coefficients in OSA/ANSI order'),
    covariance: numbers('Their covariance, row-major').optional(),
    x: numbers('x, mm'),
    y: numbers('y, mm'),
    normRadiusMm,
  }),
  relations: { sameLength: [['x', 'y']] },
  run: (i) => ({
    value: evaluateZernike(i.coefficients, i.x, i.y, i.normRadiusMm),
    u: i.covariance ? zernikeUncertainty(checkedCovariance(i.covariance, i.coefficients.length), i.x, i.y, i.normRadiusMm) : null,
    warnings: outsideOf(i.x, i.y, i.normRadiusMm ?? 150),
  }),
  table: {
    columns: SITES.slice(0, 2),
    write: { map: (r, i) => ({ x: i.x, y: i.y, value: r.value, ...(r.u ? { u: r.u } : {}) }) },
  },
  example: { coefficients: [100, 0, 0.5], x: [0, 150], y: [0, 0] },
});

/** Number of measured sites that are in no zone. */
function unzoned(x: readonly number[], y: readonly number[], value: ArrayLike<number>, zonesMm?: readonly number[]): string[] {
  const out = sitesOutsideZones(x, y, value, zonesMm);
  if (out.length === 0) return [];
  const isOne = out.length === 1;
  return [
    `zonesMm: ${isOne ? 'site' : 'sites'} ${out.slice(0, 6).join(', ')}${out.length > 6 ? ' …' : ''} ${isOne ? 'lies' : 'lie'} outside the borders of the zones and ${isOne ? 'counts' : 'count'} in none; give zonesMm that reach ${isOne ? 'it' : 'them'}`,
  ];
}

const statistics = define({
  path: 'spatial/statistics',
  title: 'Statistics of a wafer map',
  text: 'Mean, sigma, range, median and non-uniformities over all sites, by zone, by sector and by radius; edge roll-off against the extrapolated inner profile. A site within 1 µm of the centre belongs to no sector; sites outside the zones are named.',
  input: z.strictObject({
    ...sites,
    zonesMm: numbers('Borders of the zones, mm; default 0, 50, 100, 150', { lowest: 0, min: 2 }).optional(),
    sectors: whole(1, 72, 'Number of sectors; default 4').optional(),
    ringWidthMm: positive('Width of the rings of the radial profile, mm; default 10').optional(),
    edgeFromMm: positive('Radius where the edge begins, mm; without it no roll-off is computed').optional(),
  }),
  relations: { sameLength: [['x', 'y', 'value']] },
  run: (i) => ({
    all: siteStatistics(i.value),
    warnings: unzoned(i.x, i.y, i.value, i.zonesMm),
    zones: zoneStatistics(i.x, i.y, i.value, i.zonesMm),
    sectors: sectorStatistics(i.x, i.y, i.value, i.sectors),
    radial: radialProfile(i.x, i.y, i.value, i.ringWidthMm),
    edge: i.edgeFromMm === undefined ? null : edgeRollOff(i.x, i.y, i.value, i.edgeFromMm),
  }),
  table: {
    columns: SITES,
    write: {
      zones: ({ zones: z0 }) => ({
        zone: z0.map((v) => v.name),
        fromMm: z0.map((v) => v.fromMm),
        toMm: z0.map((v) => v.toMm),
        n: z0.map((v) => v.n),
        mean: z0.map((v) => v.mean ?? null),
        sigma: z0.map((v) => v.sigma ?? null),
      }),
      radial: ({ radial: r }) => ({ radiusMm: r.radiusMm, mean: r.mean, sigma: r.sigma, n: r.n }),
    },
  },
  example: EXAMPLE,
});

const SCATTER = [0.3, -0.2, 0.5, 0.1, -0.4, 0.2, -0.1, 0.4, -0.3, 0.15];

const waferModel = define({
  path: 'spatial/wafer-model',
  title: 'Zernike trend with kriged residual',
  text: 'One model of the map: a Zernike trend and a Gaussian random field for what it leaves (covariance by REML), predicted with uncertainty at new places.',
  input: z.strictObject({
    ...sites,
    u,
    order: whole(0, 12, 'Order of the trend; default 2').optional(),
    kind: oneOf(['exponential', 'gaussian', 'spherical', 'matern'], 'Family of the covariance').optional(),
    ...PLACES.fields,
    target: oneOf(['signal', 'value'], 'The field (default) or what would be measured').optional(),
    normRadiusMm,
  }),
  isLong: true,
  relations: { ...PLACES.relations, sameLength: [['x', 'y', 'value', 'u'], ...PLACES.relations.sameLength] },
  gaps: PLACES.gaps,
  run: (i) => {
    const m = fitWaferModel(i.x, i.y, i.value, {
      ...given({ uValue: i.u, kind: i.kind, normRadiusMm: i.normRadiusMm }),
      order: i.order ?? 2,
    });
    const predict = (x: ArrayLike<number>, y: ArrayLike<number>) => predictWafer(m, x, y, i.target);
    return { trend: m.trend.coefficients, covariance: m.covariance, ...placesOf(i, predict), map: rasterOf(i, predict) };
  },
  table: {
    columns: [...SITES, U],
    write: PLACES.write,
  },
  example: {
    ...EXAMPLE,
    value: EXAMPLE.value.map((v, i) => v + SCATTER[i]!),
    order: 1,
    xNew: [30, 60],
    yNew: [40, -20],
  },
});

export const functions = [zernike, order, evaluate, statistics, waferModel, ...krigingFunctions];
