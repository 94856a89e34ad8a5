import { AppError } from '@/lib/errors';
import { findRoot, gaussLegendreOn, logGamma, normalCdf, normalPdf, normalSf, solveInPlace } from '@/lib/numerics';

// Nodes of the Nyström rule: with 120 the run lengths of all charts here stand still at 1e-10 relative.
const NODES = 120;

/**
 * Zero-state average run length of a two-sided EWMA chart with fixed limits ± L √(λ/(2 − λ)), observations N(μ, 1):
 * A(z) = 1 + (1/λ) ∫ A(x) φ((x − (1 − λ)z)/λ − μ) dx, by Gauss–Legendre (Nyström).
 * @param lambda - EWMA weight.
 * @param L - width of the limits in sigmas of the statistic.
 * @param mu - shift in sigmas.
 * @param start - value of the statistic at the start, in sigmas of x. Default 0.
 * @returns points until the first signal.
 * @throws AppError `out_of_domain` unless 0 < λ <= 1 and L > 0.
 * @reference Crowder, Technometrics 29 (1987) 401.
 */
export function ewmaArl(lambda: number, L: number, mu: number, start = 0): number {
  if (!(lambda > 0 && lambda <= 1) || !(L > 0))
    throw new AppError('out_of_domain', `EWMA needs 0 < lambda <= 1 and L > 0, got ${lambda}, ${L}`);
  const h = L * Math.sqrt(lambda / (2 - lambda));
  if (lambda === 1) return 1 / (normalCdf(-L - mu) + normalCdf(mu - L));
  const n = NODES;
  const { nodes, weights } = gaussLegendreOn(n, -h, h);
  const kernel = (x: number, z: number): number => normalPdf((x - (1 - lambda) * z) / lambda - mu) / lambda;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) a[i * n + j] = (i === j ? 1 : 0) - weights[j]! * kernel(nodes[j]!, nodes[i]!);
  const b = new Float64Array(n).fill(1);
  solveInPlace(a, n, b);
  let s = 1;
  for (let j = 0; j < n; j++) s += weights[j]! * kernel(nodes[j]!, start) * b[j]!;
  return s;
}

/**
 * Zero-state average run length of an upper one-sided CUSUM, S = max(0, S + x − k), signal above h:
 * A(z) = 1 + A(0) Φ(k − z − μ) + ∫_0^h A(x) φ(x + k − z − μ) dx.
 * @param k - reference value, sigmas.
 * @param h - decision interval, sigmas.
 * @param mu - shift, sigmas.
 * @param headStart - first value of the sum (h/2 for a fast initial response).
 * @returns points until the first signal.
 * @throws AppError `out_of_domain` unless h > 0 and k >= 0.
 * @reference Page (1954); Goel & Wu, Technometrics 13 (1971) 221.
 */
export function cusumArl(k: number, h: number, mu: number, headStart = 0): number {
  if (!(h > 0) || !(k >= 0)) throw new AppError('out_of_domain', `CUSUM needs h > 0 and k >= 0, got ${h}, ${k}`);
  // the statistic then stays at 0 for longer than a double can resolve
  if (normalSf(k - mu) < Number.EPSILON) return Number.POSITIVE_INFINITY;
  const n = NODES;
  const { nodes, weights } = gaussLegendreOn(n, 0, h);
  const m = n + 1; // the atom at 0 is the first unknown
  const at = (i: number): number => (i === 0 ? 0 : nodes[i - 1]!);
  const a = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    const z = at(i);
    a[i * m] = -normalCdf(k - z - mu);
    for (let j = 1; j < m; j++) a[i * m + j] = -weights[j - 1]! * normalPdf(nodes[j - 1]! + k - z - mu);
    a[i * m + i]! += 1;
  }
  const b = new Float64Array(m).fill(1);
  solveInPlace(a, m, b);
  if (headStart === 0) return b[0]!;
  let s = 1 + b[0]! * normalCdf(k - headStart - mu);
  for (let j = 1; j < m; j++) s += weights[j - 1]! * normalPdf(nodes[j - 1]! + k - headStart - mu) * b[j]!;
  return s;
}

/**
 * Two-sided CUSUM without head start: 1/ARL = 1/ARL⁺ + 1/ARL⁻.
 * @param k - reference value, sigmas.
 * @param h - decision interval, sigmas.
 * @param mu - shift, sigmas.
 * @returns points until the first signal.
 * @reference Van Dobben de Bruyn, Cumulative Sum Tests (1968).
 */
export function cusumTwoSidedArl(k: number, h: number, mu: number): number {
  return 1 / (1 / cusumArl(k, h, mu) + 1 / cusumArl(k, h, -mu));
}

/**
 * h of a two-sided CUSUM, as it is charted, with the wanted in-control ARL: by symmetry that of either side is twice it.
 * @param arl0 - in-control ARL, points.
 * @returns h, sigmas.
 * @throws as `cusumLimit`.
 */
export const cusumTwoSidedLimit = (k: number, arl0: number): number => cusumLimit(k, 2 * arl0);

/**
 * h of an upper CUSUM with the wanted in-control ARL.
 * @param arl0 - in-control ARL, points.
 * @returns h, sigmas.
 * @throws AppError `out_of_domain` unless arl0 > 1.
 * @reference inversion of {@link cusumArl}.
 */
export function cusumLimit(k: number, arl0: number): number {
  requireArl(arl0);
  let hi = 2;
  while (cusumArl(k, hi, 0) < arl0) hi *= 1.5;
  return findRoot((h) => Math.log(cusumArl(k, h, 0) / arl0), 1e-6, hi, 1e-12);
}

/**
 * L of a two-sided EWMA with the wanted in-control ARL.
 * @param arl0 - in-control ARL, points.
 * @returns L, in sigmas of the statistic.
 * @throws AppError `out_of_domain` unless arl0 > 1.
 * @reference inversion of {@link ewmaArl}.
 */
export function ewmaLimit(lambda: number, arl0: number): number {
  requireArl(arl0);
  let hi = 3;
  while (ewmaArl(lambda, hi, 0) < arl0) hi += 1;
  return findRoot((L) => Math.log(ewmaArl(lambda, L, 0) / arl0), 0.05, hi, 1e-12);
}

function requireArl(arl0: number): void {
  if (!(arl0 > 1) || !Number.isFinite(arl0))
    throw new AppError('out_of_domain', `the in-control run length must exceed 1, got ${arl0}`, { field: 'arl0' });
}

/**
 * In-control average run length of MEWMA with asymptotic covariance, started at the mean. The squared length of the statistic is a Markov process:
 * |Z′|²/λ² is non-central χ²_p with ((1 − λ)/λ)²|Z|², which leaves an integral equation in one variable whatever p.
 * @param p - number of variables.
 * @param h4 - control limit of T² = Zᵀ Σ_Z⁻¹ Z.
 * @returns points until the first signal.
 * @reference Rigdon, Statistics & Probability Letters 24 (1995) 365; Lowry et al., Technometrics 34 (1992) 46.
 */
export function mewmaArl(lambda: number, p: number, h4: number): number {
  const n = 80;
  const top = Math.sqrt((h4 * lambda) / (2 - lambda)); // largest |Z|
  const { nodes, weights } = gaussLegendreOn(n, 0, top);
  const ratio = ((1 - lambda) / lambda) ** 2;
  // density of r′ = |Z′| at given r: 2r′/λ² f(r′²/λ²)
  const kernel = (to: number, from: number): number =>
    ((2 * to) / (lambda * lambda)) * noncentralChiSquaredPdf((to / lambda) ** 2, p, ratio * from * from);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) a[i * n + j] = (i === j ? 1 : 0) - weights[j]! * kernel(nodes[j]!, nodes[i]!);
  const b = new Float64Array(n).fill(1);
  solveInPlace(a, n, b);
  let s = 1;
  for (let j = 0; j < n; j++) s += weights[j]! * kernel(nodes[j]!, 0) * b[j]!;
  return s;
}

/**
 * Control limit h4 of MEWMA with the wanted in-control ARL.
 * @param p - number of variables.
 * @param arl0 - in-control ARL, points.
 * @returns h4, dimensionless.
 * @throws AppError `out_of_domain` unless arl0 > 1.
 * @reference inversion of {@link mewmaArl}.
 */
export function mewmaLimit(lambda: number, p: number, arl0: number): number {
  requireArl(arl0);
  let hi = p + 5;
  while (mewmaArl(lambda, p, hi) < arl0) hi *= 1.5;
  return findRoot((h) => Math.log(mewmaArl(lambda, p, h) / arl0), 0.01, hi, 1e-11);
}

// Poisson mixture of central densities, summed outwards from its largest term.
function noncentralChiSquaredPdf(x: number, p: number, delta: number): number {
  if (x <= 0) return 0;
  const half = delta / 2;
  const log = (j: number): number =>
    (half > 0 ? -half + j * Math.log(half) - logGamma(j + 1) : j === 0 ? 0 : Number.NEGATIVE_INFINITY) +
    (p / 2 + j - 1) * Math.log(x) -
    x / 2 -
    (p / 2 + j) * Math.LN2 -
    logGamma(p / 2 + j);
  if (half === 0) return Math.exp(log(0));
  const peak = Math.max(0, Math.round((Math.sqrt((p / 2 - 1) ** 2 + half * x) - p / 2) / 1));
  let s = 0;
  for (let j = peak; j < peak + 5000; j++) {
    const t = Math.exp(log(j));
    s += t;
    if (t < s * 1e-17) break;
  }
  for (let j = peak - 1; j >= 0; j--) {
    const t = Math.exp(log(j));
    s += t;
    if (t < s * 1e-17) break;
  }
  return s;
}
