import { AppError } from '@/lib/errors';
import { gaussLegendreOn } from '@/lib/numerics';

/** Lengths of a particle that may be distributed. */
export type ParticleLength =
  | 'radius'
  | 'length'
  | 'thickness'
  | 'polar'
  | 'equatorial'
  | 'a'
  | 'b'
  | 'c'
  | 'rimA'
  | 'rimB'
  | 'rimC';

/**
 * Number-weighted distribution of one length x about its value x₀ with relative width s. Densities: `gaussian` exp(−t²/2), cut at 0;
 * `lognormal` exp(−ln²(x/x₀)/2s²)/x; `schulz` (x/x₀)^(z−1) exp(−z x/x₀) with z = 1/s²; `rectangle` 1 for |t| ≤ √3; t = (x/x₀ − 1)/s.
 * It is integrated whole, tails that matter to the square of a volume (x⁶) included, unless `nSigma` cuts it.
 */
export interface Polydispersity {
  readonly parameter: ParticleLength;
  readonly relativeSigma: number;
  /** Nodes. Default: as many as the fringes up to the largest q need, 64 to 1000. */
  readonly points?: number;
  /** Cut: equally spaced points over |t| ≤ nSigma, x > 0, with the density as weight, and nothing beyond. */
  readonly nSigma?: number;
  /** Default `gaussian`. */
  readonly distribution?: 'gaussian' | 'lognormal' | 'schulz' | 'rectangle';
}

/** A shape of the ensemble with its share; the shares do not add up to 1. */
export interface EnsembleMember<S> {
  readonly weight: number;
  readonly shape: S;
}

/**
 * Members of an ensemble whose distributed lengths are independent: all combinations of their points.
 * @param qMax - largest q of the curve, in 1/(unit of the lengths): it sets the number of nodes where none is given.
 * @throws AppError `invalid_input` for a length that the shape does not have or that is named twice, a negative width or less than one point.
 * @reference Kotlarchyk & Chen, J. Chem. Phys. 79 (1983) 2461 (Schulz); Pedersen, Adv. Colloid Interface Sci. 70 (1997) 171, §2.5.
 */
export function ensemble<S extends { readonly kind: string }>(
  shape: S,
  distributions: readonly Polydispersity[],
  qMax: number,
): EnsembleMember<S>[] {
  let members: EnsembleMember<S>[] = [{ weight: 1, shape }];
  for (const [k, p] of distributions.entries()) {
    if (distributions.findIndex((other) => other.parameter === p.parameter) < k)
      throw new AppError('invalid_input', `polydispersity of ${p.parameter} is given twice; give it once`, {
        field: 'polydispersity',
      });
    const centre = (shape as unknown as Record<string, unknown>)[p.parameter];
    if (typeof centre !== 'number')
      throw new AppError('invalid_input', `${shape.kind} has no ${p.parameter} that could be distributed`, {
        field: 'polydispersity',
      });
    const points = p.points ?? 1;
    if (
      !(p.relativeSigma >= 0 && p.relativeSigma <= WIDEST) ||
      !((p.nSigma ?? 0) >= 0) ||
      !Number.isInteger(points) ||
      points < 1
    )
      throw new AppError(
        'invalid_input',
        `polydispersity of ${p.parameter}: give a relative width from 0 to ${WIDEST} and at least one point`,
        { field: 'polydispersity' },
      );
    if (p.relativeSigma === 0) continue;
    const sizes = p.nSigma === undefined ? wholeSizes(centre, p, qMax) : cutSizes(centre, p, p.nSigma);
    members = members.flatMap((m) =>
      sizes.map((v) => ({ weight: m.weight * v.weight, shape: { ...m.shape, [p.parameter]: v.size } })),
    );
  }
  return members;
}

interface Size {
  readonly size: number;
  readonly weight: number;
}

function cutSizes(centre: number, p: Polydispersity, nSigma: number): Size[] {
  const points = p.points ?? LEAST_POINTS;
  const out: Size[] = [];
  for (let k = 0; k < points; k++) {
    const t = points === 1 ? 0 : nSigma * ((2 * k) / (points - 1) - 1);
    const size = centre * (1 + p.relativeSigma * t);
    const weight = size > 0 ? Math.exp(logWeight(size / centre, t, p)) : 0;
    if (weight > 0) out.push({ size, weight });
  }
  return out;
}

/** Wider than that a number-weighted mean volume has no use, and its nodes no end. */
const WIDEST = 1;
const LEAST_POINTS = 64;
const MOST_POINTS = 1000;
/** Share of the largest contribution, as a logarithm, below which the tails end: e⁻²⁵. */
const TAIL = 25;
/** The integrand grows with the square of a volume at most; what scatters beyond the first fringes only with the surface. */
const LOW_Q_POWER = 6;
const HIGH_Q_POWER = 2;

/** Gauss–Legendre nodes over the whole density: in ln x where it is skew, in x where it is not. */
function wholeSizes(centre: number, p: Polydispersity, qMax: number): Size[] {
  const s = p.relativeSigma;
  const isSkew = p.distribution === 'lognormal' || p.distribution === 'schulz';
  const ratioAt = (v: number): number => (isSkew ? Math.exp(v) : v);
  // density of v times a power of the size
  const height = (v: number, power: number): number => {
    const ratio = ratioAt(v);
    return logWeight(ratio, (ratio - 1) / s, p) + (power + (isSkew ? 1 : 0)) * Math.log(ratio);
  };
  const start = isSkew ? 0 : 1;
  const from =
    p.distribution === 'rectangle' ? Math.max(0, 1 - Math.sqrt(3) * s) : endOf((v) => height(v, 0), start, -s / 4, isSkew);
  const upTo = (power: number): number =>
    p.distribution === 'rectangle' ? 1 + Math.sqrt(3) * s : endOf((v) => height(v, power), start, s / 4, isSkew);
  const to = upTo(LOW_Q_POWER);
  const seen = ratioAt(upTo(HIGH_Q_POWER));
  const phase = qMax * centre * seen * (isSkew ? to - from : (to - from) / to);
  const points = p.points ?? Math.min(MOST_POINTS, LEAST_POINTS + Math.ceil(phase));
  const { nodes, weights } = gaussLegendreOn(points, from, to);
  return Array.from(nodes, (v, k) => {
    const ratio = ratioAt(v);
    return { size: centre * ratio, weight: weights[k]! * Math.exp(height(v, 0)) };
  }).filter((m) => m.weight > 0);
}

/** Where a bell, walked in steps, has fallen by {@link TAIL} below its highest point; not beyond x = 0. */
function endOf(height: (v: number) => number, start: number, step: number, isSkew: boolean): number {
  let top = height(start);
  let v = start;
  while (isSkew || v + step > 0) {
    v += step;
    const h = height(v);
    top = Math.max(top, h);
    if (h < top - TAIL) return v;
  }
  return 0;
}

// ln of the density, but for a constant; `ratio` is x/x₀ = 1 + s t
function logWeight(ratio: number, t: number, { distribution, relativeSigma: s }: Polydispersity): number {
  switch (distribution ?? 'gaussian') {
    case 'gaussian':
      return -0.5 * t * t;
    case 'lognormal':
      return -0.5 * (Math.log(ratio) / s) ** 2 - Math.log(ratio);
    case 'schulz': {
      const z = 1 / (s * s);
      return (z - 1) * Math.log(ratio) - z * (ratio - 1);
    }
    case 'rectangle':
      return Math.abs(t) <= Math.sqrt(3) * (1 + 1e-12) ? 0 : Number.NEGATIVE_INFINITY;
  }
}

/** ∂ ln w/∂s at fixed t of the weight of a member at x/x₀ = 1 + s t, s > 0; Gaussian and rectangular weights depend on t alone. */
export function weightSlope(ratio: number, p: Polydispersity): number {
  const s = p.relativeSigma;
  const t = (ratio - 1) / s;
  const log = Math.log(ratio);
  switch (p.distribution ?? 'gaussian') {
    case 'gaussian':
    case 'rectangle':
      return 0;
    case 'lognormal':
      return (log / s) * (log / (s * s) - t / (s * ratio)) - t / ratio;
    case 'schulz': {
      const z = 1 / (s * s);
      return (-2 * z * (log - ratio + 1)) / s + ((z - 1) / ratio - z) * t;
    }
  }
}
