import { AppError } from '@/lib/errors';
import type { Complex } from '@/lib/numerics';
import { solveConical } from './conical';
import { convergedLineGrating, convergedUnknowns } from './converged-line-grating';
import { type CrossedGrating, crossedUnknowns, solveCrossed } from './crossed';
import type { Incidence, Jones, OrderEfficiencies } from './far-field';
import { solveLineGrating, square } from './line-grating';
import type { Diffraction, LineGrating, Polarisation } from './line-grating-model';
import {
  extrapolateSweep,
  largestChange,
  type SweepLimit,
  type SweepRow,
  type TruncationCertificate,
  tailEstimate,
} from './truncation';

/** One spectral point of a sweep; a recipe gives those where its structure is hardest: shortest wavelength, strongest absorption, resonances. */
export interface SpectralPoint<G> {
  readonly grating: G;
  readonly wavelengthNm: number;
}

/** Options of an order sweep. */
export interface SweepOptions {
  /** Largest error allowed in any amplitude or efficiency. Default: {@link defaultTolerance}. */
  readonly tolerance?: number;
  /** Largest M tried. Default 81, or twice the highest propagating order. */
  readonly maxTruncation?: number;
}

/**
 * 1e-3, and 1e-2 where any medium is a metal (Re ε < 0): there TM converges like 1/M.
 * @returns error allowed in an amplitude or efficiency, dimensionless.
 * @reference convergence of TM on metals: Li & Haggans, J. Opt. Soc. Am. A 10 (1993) 1184.
 */
export function defaultTolerance(grating: LineGrating): number {
  const indices: Complex[] = [grating.substrate];
  for (const l of grating.layers) indices.push(l.background, ...l.segments.map((s) => s.index));
  return indices.some((n) => square(n).re < 0) ? 1e-2 : 1e-3;
}

/**
 * The truncation of a line grating in the classical mount: an order sweep M = 2, 3, 4, 5, 6, 8, 10, 13, … (from the highest propagating order on) that ends
 * where the error estimate of every order's amplitude r₀ and efficiency, at every given wavelength and polarisation, is below the tolerance. A sweep that ends
 * at its largest M instead is judged by the modal solver, where that is not too large: the first row within the tolerance of it is the choice.
 * @param points - at least one.
 * @param angleRad - angle of incidence in the superstrate, rad, |angle| < π/2.
 * @param polarisations - those that the measurement uses.
 * @returns the choice with the table it rests on.
 * @throws as `solveLineGrating`.
 * @complexity that of the last M, times about three; judging takes up to about twenty seconds.
 * @reference rates of convergence: Li, J. Opt. Soc. Am. A 13 (1996) 1870; the estimate: `tailEstimate`.
 */
export function chooseTruncation(
  points: readonly SpectralPoint<LineGrating>[],
  angleRad: number,
  polarisations: readonly Polarisation[],
  options: SweepOptions = {},
): TruncationCertificate {
  const row = (d: Diffraction, shown: number): number[] => {
    const m = d.truncation;
    return [d.r.re[m]!, d.r.im[m]!, ...centred(d.reflected, m, shown), ...centred(d.transmitted, m, shown)];
  };
  const swept = sweepLines(points, options, polarisations.includes('TM') ? 1 : 2, (p, m, shown) =>
    polarisations.flatMap((polarisation) => row(solveLineGrating(p.grating, p.wavelengthNm, angleRad, polarisation, m), shown)),
  );
  if (swept.isReached || !isJudgeable(points, polarisations.length)) return swept;
  const orders = shownOrders(points);
  let doubt = 0;
  const truth = points.flatMap((p) =>
    polarisations.flatMap((polarisation) => {
      const d = convergedLineGrating(p.grating, p.wavelengthNm, angleRad, polarisation, { orders, resolution: JUDGE });
      doubt = Math.max(doubt, d.errorEstimate);
      return row(d, orders);
    }),
  );
  return judged(swept, Float64Array.from(truth), doubt);
}

/** Mesh of the modal solver that judges a sweep, and the work it may take: layers times unknowns cubed, over all points. */
const JUDGE = { degree: 5, levels: 3 };
const JUDGE_BUDGET = 1e9;

function isJudgeable(points: readonly SpectralPoint<LineGrating>[], polarisations: number): boolean {
  const work = (p: SpectralPoint<LineGrating>): number =>
    polarisations * p.grating.layers.length * convergedUnknowns(p.grating, p.wavelengthNm, JUDGE) ** 3;
  return points.reduce((s, p) => s + work(p), 0) <= JUDGE_BUDGET;
}

function judged(swept: TruncationCertificate, truth: Float64Array, doubt: number): TruncationCertificate {
  const sweep = swept.sweep.map((r) => ({ ...r, errorEstimate: largestChange(r.values, truth) + doubt }));
  const first = sweep.findIndex((r) => r.errorEstimate <= swept.tolerance);
  if (first >= 0) return { ...certificate(sweep.slice(0, first + 1), swept.tolerance), evidence: 'modal' };
  const last = sweep[sweep.length - 1]!;
  return last.errorEstimate < swept.errorEstimate ? { ...certificate(sweep, swept.tolerance), evidence: 'modal' } : swept;
}

/**
 * The same for a line grating at any azimuth, by the sweep alone: elements of the Jones matrix and efficiencies of every order.
 * @param points - at least one; wavelengths in nm.
 * @param incidence - polar angle and azimuth, rad.
 * @returns the truncation with the sweep it rests on.
 * @throws AppError as `solveConical`.
 */
export function chooseConicalTruncation(
  points: readonly SpectralPoint<LineGrating>[],
  incidence: Incidence,
  options: SweepOptions = {},
): TruncationCertificate {
  return sweepLines(points, options, 1, (p, m, shown) => {
    const d = solveConical(p.grating, p.wavelengthNm, incidence, m);
    const orders = [d.TE, d.TM].flatMap((e) => [...centred(e.reflected, m, shown), ...centred(e.transmitted, m, shown)]);
    return [...jonesValues(d.jones), ...orders];
  });
}

// No order above it propagates.
function highestOrder(points: readonly SpectralPoint<LineGrating>[]): number {
  const reach = (p: SpectralPoint<LineGrating>): number =>
    (p.grating.periodNm / p.wavelengthNm) * (p.grating.superstrate.re + Math.max(p.grating.substrate.re, 0));
  return Math.ceil(Math.max(...points.map(reach)));
}

/** Orders that rows of a sweep are compared on. */
const SHOWN_ORDERS = 12;
const shownOrders = (points: readonly SpectralPoint<LineGrating>[]): number => Math.max(SHOWN_ORDERS, highestOrder(points));

function centred(values: Float64Array, m: number, shown: number): number[] {
  return Array.from({ length: 2 * shown + 1 }, (_, i) => values[i - shown + m] ?? Number.NaN);
}

const jonesValues = (j: Jones): number[] => [j.pp, j.ps, j.sp, j.ss].flatMap((v) => [v.re, v.im]);

function sweepLines<G extends LineGrating>(
  points: readonly SpectralPoint<G>[],
  options: SweepOptions,
  exponent: number,
  observe: (point: SpectralPoint<G>, m: number, shown: number) => readonly number[],
): TruncationCertificate {
  if (points.length === 0) throw new AppError('invalid_input', 'no spectral point given; give at least one', { field: 'points' });
  const tolerance = options.tolerance ?? Math.max(...points.map((p) => defaultTolerance(p.grating)));
  const highest = highestOrder(points);
  const largest = options.maxTruncation ?? Math.max(81, 2 * highest);
  const shown = shownOrders(points);
  const sweep: SweepRow[] = [];
  for (let m = Math.min(largest, Math.max(2, highest)); ; m = Math.min(largest, Math.max(m + 1, Math.round(1.25 * m)))) {
    const values = Float64Array.from(points.flatMap((p) => observe(p, m, shown)));
    const previous = sweep[sweep.length - 1];
    const change = previous ? largestChange(previous.values, values) : Number.NaN;
    const changes = [...sweep.map((r) => r.change), change];
    const errorEstimate = tailEstimate([...sweep.map((r) => r.truncation), m], changes, exponent);
    sweep.push({ truncation: m, values, change, errorEstimate });
    if (errorEstimate <= tolerance || m >= largest) break;
  }
  return certificate(sweep, tolerance);
}

function certificate(sweep: readonly SweepRow[], tolerance: number): TruncationCertificate {
  const last = sweep[sweep.length - 1]!;
  const isReached = last.errorEstimate <= tolerance;
  return { truncation: last.truncation, tolerance, errorEstimate: last.errorEstimate, isReached, evidence: 'sweep', sweep };
}

/** Efficiencies and amplitudes of a crossed grating in the limit M → ∞. */
export interface CrossedLimit {
  readonly jones: Jones;
  readonly TE: OrderEfficiencies;
  readonly TM: OrderEfficiencies;
  /** Orders (m, n) of the entries of the efficiencies: those of the first row of the sweep. */
  readonly orders: readonly (readonly [number, number])[];
  readonly certificate: TruncationCertificate;
}

/** Options of a sweep of a crossed grating. */
export interface CrossedSweepOptions {
  /** Error allowed in the extrapolated amplitudes and efficiencies. Default 1e-3. */
  readonly tolerance?: number;
  /** Largest eigenproblem tried; mirror planes allow a larger M with it. Default 450 (M = 7, 10 or 14), or what five truncations need. */
  readonly maxUnknowns?: number;
}

/**
 * A crossed grating by a sweep of M = M_x = M_y in steps of one, extrapolated to M → ∞ by {@link extrapolateSweep}; it ends where the estimate of the
 * extrapolated values is below the tolerance or the next eigenproblem would be above `maxUnknowns`. The certificate's truncation is the largest M
 * solved.
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param incidence - polar angle and azimuth, rad.
 * @returns extrapolated amplitudes and efficiencies (dimensionless) with their certificate.
 * @throws as `solveCrossed`; `invalid_input` when the budget does not hold five truncations.
 */
export function convergedCrossed(
  grating: CrossedGrating,
  wavelengthNm: number,
  incidence: Incidence,
  options: CrossedSweepOptions = {},
): CrossedLimit {
  const tolerance = options.tolerance ?? 1e-3;
  const [px, py] = grating.periodsNm;
  const densest = Math.max(grating.superstrate.re, grating.substrate.re) + grating.superstrate.re * Math.sin(incidence.angleRad);
  const first = Math.max(2, Math.floor((Math.max(px, py) / wavelengthNm) * densest));
  const unknowns = crossedUnknowns(grating, incidence);
  const budget = options.maxUnknowns ?? Math.max(450, unknowns(first + 4));
  if (unknowns(first + 4) > budget)
    throw new AppError(
      'invalid_input',
      `maxUnknowns is ${budget}; this grating needs ${unknowns(first + 4)} for five truncations`,
      {
        field: 'maxUnknowns',
      },
    );
  const sweep: SweepRow[] = [];
  let orders: readonly (readonly [number, number])[] = [];
  let limit: SweepLimit | null = null;
  for (let m = first; unknowns(m) <= budget; m++) {
    const d = solveCrossed(grating, wavelengthNm, incidence, [m, m]);
    if (m === first) orders = d.orders;
    const onOrders = (v: Float64Array): number[] => orders.map(([x, y]) => v[(x + m) * (2 * m + 1) + y + m]!);
    const powers = [d.TE, d.TM].flatMap((e) => [...onOrders(e.reflected), ...onOrders(e.transmitted)]);
    const row = { truncation: m, values: Float64Array.from([...jonesValues(d.jones), ...powers]) };
    const previous = sweep[sweep.length - 1];
    limit = sweep.length >= 4 ? extrapolateSweep([...sweep, row]) : null;
    const change = previous ? largestChange(previous.values, row.values) : Number.NaN;
    sweep.push({ ...row, change, errorEstimate: limit?.errorEstimate ?? Number.NaN });
    if (limit && limit.errorEstimate <= tolerance) break;
  }
  const v = limit!.values;
  const n = orders.length;
  const c = (i: number): Complex => ({ re: v[i]!, im: v[i + 1]! });
  const part = (k: number): Float64Array => v.slice(8 + k * n, 8 + (k + 1) * n);
  return {
    jones: { pp: c(0), ps: c(2), sp: c(4), ss: c(6) },
    TE: { reflected: part(0), transmitted: part(1) },
    TM: { reflected: part(2), transmitted: part(3) },
    orders,
    certificate: certificate(sweep, tolerance),
  };
}
