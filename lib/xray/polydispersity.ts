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
 * Number-weighted distribution of one length x about its value x₀ with the relative standard deviation s = σ/⟨x⟩. Densities: `gaussian` exp(−t²/2),
 * cut at 0; `lognormal` exp(−ln²(x/x₀)/2w²)/x with w² = ln(1 + s²), about the median x₀; `schulz` (x/x₀)^(z−1) exp(−z x/x₀) with z = 1/s²; `rectangle`
 * 1 for |t| ≤ √3; t = (x/x₀ − 1)/s. x₀ is the mean of all but the lognormal, whose mean is x₀√(1 + s²).
 * It is integrated whole, tails that matter to the square of a volume (x⁶) included, unless `nSigma` cuts it.
 */
export interface Polydispersity {
  readonly parameter: ParticleLength;
  /** Standard deviation over mean (of a Gaussian before it is cut at 0). */
  readonly relativeSigma: number;
  /** Nodes, the same at every q. Default: as many as the fringes at each q need, 64 to {@link MOST_NODES}. */
  readonly points?: number;
  /** Cut: equally spaced points over |x − x₀| ≤ nSigma · s · x₀, x > 0, with the density as weight, and nothing beyond. */
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
 * @param q - where the ensemble scatters, in 1/(unit of the lengths): it sets nodes and tails where neither a cut nor points are given; 0 for volumes.
 * @returns members with weights; a mean is Σ weight·value/Σ weight.
 * @throws AppError `invalid_input` for a length that the shape does not have or that is named twice, a negative width or less than one point.
 * @reference Kotlarchyk & Chen, J. Chem. Phys. 79 (1983) 2461 (Schulz); Pedersen, Adv. Colloid Interface Sci. 70 (1997) 171, §2.5.
 */
export function ensemble<S extends { readonly kind: string }>(
  shape: S,
  distributions: readonly Polydispersity[],
  q: number,
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
    const sizes = p.nSigma === undefined ? wholeSizes(centre, p, p.points === undefined ? q : 0) : cutSizes(centre, p, p.nSigma);
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
/** Most nodes of one length at one q; fringes that would need more are far narrower than any density that is not narrow itself. */
export const MOST_NODES = 4096;
/** Share of the largest contribution, as a logarithm, below which the tails end: e⁻¹⁸. */
const TAIL = 18;
/** Radians of fringes that one panel of nodes may hold, its nodes beside those of the fringes, most of them together. */
const PANEL_PHASE = 40;
const PANEL_LEAST = 20;
const panelsOf = (most: number): number => most / (PANEL_LEAST + 0.6 * PANEL_PHASE) / 2;

/**
 * Fringes of an intensity in one length: F² turns with q times a side or twice a radius; the power of a length in the square of the volume; most nodes.
 * The average over orientations leaves little of the fringes of a side, less than 1e-4 where there are many of them: they need fewer nodes.
 */
const RADIUS = { fringe: 2, power: 6, most: MOST_NODES };
const SIDE = { fringe: 1, power: 2, most: MOST_NODES / 4 };
const KIND: Readonly<Record<ParticleLength, { readonly fringe: number; readonly power: number; readonly most: number }>> = {
  radius: RADIUS,
  thickness: RADIUS,
  equatorial: RADIUS,
  polar: { ...RADIUS, power: 2 },
  length: SIDE,
  a: SIDE,
  b: SIDE,
  c: SIDE,
  rimA: { ...SIDE, fringe: 2 },
  rimB: { ...SIDE, fringe: 2 },
  rimC: { ...SIDE, fringe: 2 },
};
/** Beyond the first fringe what scatters grows with the surface at most. */
const HIGH_Q_POWER = 2;

/** Gauss–Legendre panels over the whole density: in ln x where it is skew, in x where it is not; the upper tail ends where it no longer scatters at q. */
function wholeSizes(centre: number, p: Polydispersity, q: number): Size[] {
  const s = p.relativeSigma;
  const { fringe, power, most } = KIND[p.parameter];
  const isSkew = p.distribution === 'lognormal' || p.distribution === 'schulz';
  const ratioAt = (v: number): number => (isSkew ? Math.exp(v) : v);
  const phaseAt = (v: number): number => fringe * q * centre * ratioAt(v);
  // density of v
  const density = (v: number): number => {
    const ratio = ratioAt(v);
    return logWeight(ratio, (ratio - 1) / s, p) + (isSkew ? Math.log(ratio) : 0);
  };
  const seen = (v: number): number => {
    const beyond = Math.max(0, Math.log(phaseAt(v) / Math.PI));
    return density(v) + power * Math.log(ratioAt(v)) - (power - HIGH_Q_POWER) * beyond;
  };
  const start = isSkew ? 0 : 1;
  const isFlat = p.distribution === 'rectangle';
  const from = isFlat ? Math.max(0, 1 - Math.sqrt(3) * s) : endOf(density, start, -s / 4, isSkew);
  const to = isFlat ? 1 + Math.sqrt(3) * s : endOf(seen, start, s / 4, isSkew);
  const out: Size[] = [];
  const nodesOn = (a: number, b: number, points: number): void => {
    const { nodes, weights } = gaussLegendreOn(points, a, b);
    nodes.forEach((v, k) => {
      const weight = weights[k]! * Math.exp(density(v));
      if (weight > 0) out.push({ size: centre * ratioAt(v), weight });
    });
  };
  // halves, until a panel holds few enough fringes
  const phaseLimit = Math.max(PANEL_PHASE, (phaseAt(to) - phaseAt(from)) / panelsOf(most));
  const panel = (a: number, b: number, least: number): void => {
    const phase = phaseAt(b) - phaseAt(a);
    if (phase > phaseLimit) {
      const half = Math.max(PANEL_LEAST, least / 2);
      panel(a, (a + b) / 2, half);
      panel((a + b) / 2, b, half);
    } else nodesOn(a, b, least + Math.ceil(0.6 * Math.min(phase, PANEL_PHASE)));
  };
  if (p.points === undefined) panel(from, to, LEAST_POINTS);
  else nodesOn(from, to, p.points);
  return out;
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

/** w² of ln x in a lognormal distribution of relative standard deviation s: ⟨x²⟩/⟨x⟩² = exp(w²) = 1 + s². */
const logVariance = (s: number): number => Math.log1p(s * s);

// ln of the density, but for a constant; `ratio` is x/x₀ = 1 + s t
function logWeight(ratio: number, t: number, { distribution, relativeSigma: s }: Polydispersity): number {
  switch (distribution ?? 'gaussian') {
    case 'gaussian':
      return -0.5 * t * t;
    case 'lognormal':
      return (-0.5 * Math.log(ratio) ** 2) / logVariance(s) - Math.log(ratio);
    case 'schulz': {
      const z = 1 / (s * s);
      return (z - 1) * Math.log(ratio) - z * (ratio - 1);
    }
    case 'rectangle':
      return Math.abs(t) <= Math.sqrt(3) * (1 + 1e-12) ? 0 : Number.NEGATIVE_INFINITY;
  }
}

/**
 * ∂ ln w/∂s at fixed t of the weight of a member at x/x₀ = 1 + s t, s > 0; Gaussian and rectangular weights depend on t alone.
 * @param ratio - x/x₀.
 * @returns dimensionless.
 */
export function weightSlope(ratio: number, p: Polydispersity): number {
  const s = p.relativeSigma;
  const t = (ratio - 1) / s;
  const log = Math.log(ratio);
  switch (p.distribution ?? 'gaussian') {
    case 'gaussian':
    case 'rectangle':
      return 0;
    case 'lognormal': {
      const w2 = logVariance(s);
      return (log / w2) * ((log * s) / (w2 * (1 + s * s)) - t / ratio) - t / ratio;
    }
    case 'schulz': {
      const z = 1 / (s * s);
      return (-2 * z * (log - ratio + 1)) / s + ((z - 1) / ratio - z) * t;
    }
  }
}
