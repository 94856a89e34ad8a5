import { AppError } from '@/lib/errors';

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
 * Number-weighted distribution of one length x about its value x₀ with relative width s, on equally spaced points x = x₀(1 + s t), |t| ≤ nSigma, x > 0.
 * Weights: `gaussian` exp(−t²/2); `lognormal` exp(−ln²(x/x₀)/2s²)/x; `schulz` (x/x₀)^(z−1) exp(−z x/x₀) with z = 1/s²; `rectangle` 1 for |t| ≤ √3.
 */
export interface Polydispersity {
  readonly parameter: ParticleLength;
  readonly relativeSigma: number;
  readonly points: number;
  readonly nSigma: number;
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
 * @throws AppError `invalid_input` for a length that the shape does not have or that is named twice, a negative width or less than one point.
 * @reference Kotlarchyk & Chen, J. Chem. Phys. 79 (1983) 2461 (Schulz); Pedersen, Adv. Colloid Interface Sci. 70 (1997) 171, §2.5.
 */
export function ensemble<S extends { readonly kind: string }>(
  shape: S,
  distributions: readonly Polydispersity[],
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
    if (!(p.relativeSigma >= 0) || !(p.nSigma >= 0) || !Number.isInteger(p.points) || p.points < 1)
      throw new AppError('invalid_input', `polydispersity of ${p.parameter}: give a width of 0 or more and at least one point`, {
        field: 'polydispersity',
      });
    if (p.relativeSigma === 0) continue;
    const sizes = sizesOf(centre, p);
    members = members.flatMap((m) =>
      sizes.map((v) => ({ weight: m.weight * v.weight, shape: { ...m.shape, [p.parameter]: v.size } })),
    );
  }
  return members;
}

function sizesOf(centre: number, p: Polydispersity): { size: number; weight: number }[] {
  const out: { size: number; weight: number }[] = [];
  for (let k = 0; k < p.points; k++) {
    const t = p.points === 1 ? 0 : p.nSigma * ((2 * k) / (p.points - 1) - 1);
    const size = centre * (1 + p.relativeSigma * t);
    const weight = size > 0 ? weightOf(size / centre, t, p) : 0;
    if (weight > 0) out.push({ size, weight });
  }
  return out;
}

// `ratio` is x/x₀ = 1 + s t
function weightOf(ratio: number, t: number, { distribution, relativeSigma: s }: Polydispersity): number {
  switch (distribution ?? 'gaussian') {
    case 'gaussian':
      return Math.exp(-0.5 * t * t);
    case 'lognormal':
      return Math.exp(-0.5 * (Math.log(ratio) / s) ** 2) / ratio;
    case 'schulz': {
      const z = 1 / (s * s);
      return Math.exp((z - 1) * Math.log(ratio) - z * (ratio - 1));
    }
    case 'rectangle':
      return Math.abs(t) <= Math.sqrt(3) ? 1 : 0;
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
