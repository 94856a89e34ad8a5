import { orientationRule, type ParticleShape, particleScattering, type SasOptions } from './form-factors';
import { amplitudeOf, PARTICLE_PARAMETERS, type ParticleAmplitude, volumeGradient } from './particle-gradients';
import { type EnsembleMember, ensemble, type Polydispersity, weightSlope } from './polydispersity';

/** Scattering of particles with its derivatives, (q,) each. */
export interface ParticleDerivatives {
  /** As `particleScattering`. */
  readonly intensity: Float64Array;
  /** ∂I by every length (1/cm/Å) and scattering length density (1/cm per 1e-6/Å²) of the shape, by its name. */
  readonly byParameter: ReadonlyMap<string, Float64Array>;
  /** 1/cm per 1e-6/Å². */
  readonly sldSolvent: Float64Array;
  /** 1/cm. */
  readonly scale: Float64Array;
  /** Dimensionless, 1. */
  readonly background: Float64Array;
  /** By the relative width of each distribution, in the order given. */
  readonly relativeSigma: readonly Float64Array[];
}

/**
 * `particleScattering` with its derivatives by every parameter, closed form under the same orientation quadrature: ∂⟨F²⟩ = ⟨2F ∂F⟩. A distributed length moves
 * all its members in proportion; the width moves them by x₀ t and their weights by {@link weightSlope}. The particles are randomly oriented, so that there is
 * no orientation to differentiate by.
 * @param qPerA - (q,), 1/Å.
 * @returns I (1/cm) and ∂I, (q,) each.
 * @throws as `particleScattering`.
 * @complexity one curve of as many members and nodes, each with its gradient.
 * @reference the amplitudes of `particleScattering`, differentiated; DLMF 10.6.6 (∂J₁), 10.51.2 (∂j₁).
 */
export function particleScatteringDerivatives(
  shape: ParticleShape,
  qPerA: ArrayLike<number>,
  o: SasOptions,
): ParticleDerivatives {
  const intensity = particleScattering(shape, qPerA, o);
  const spread = o.polydispersity ?? [];
  const distributions: readonly Polydispersity[] = 'parameter' in spread ? [spread] : spread;
  const names = PARTICLE_PARAMETERS[shape.kind];
  const own = names.length;
  // the shape's parameters, the solvent, the widths
  const columns = own + 1 + distributions.length;
  const sums = Array.from({ length: columns }, () => new Float64Array(qPerA.length));
  const size = new Float64Array(qPerA.length);
  const volumes = new Float64Array(columns);
  let volume = 0;
  const number = (s: ParticleShape, name: string): number => (s as unknown as Record<string, number>)[name]!;
  const byVolume = new Float64Array(own + 1);
  const bySquare = new Float64Array(own + 1);
  // weight of a member times the derivatives of a value of it, by every column
  const chain = (
    { weight, shape: s }: EnsembleMember<ParticleShape>,
    value: number,
    gradient: Float64Array,
    add: (column: number, v: number) => void,
  ): void => {
    const ratios = distributions.map((p) => number(s, p.parameter) / number(shape, p.parameter));
    const at = distributions.map((p) => names.indexOf(p.parameter));
    for (let k = 0; k <= own; k++) add(k, weight * (ratios[at.indexOf(k)] ?? 1) * gradient[k]!);
    for (const [k, p] of distributions.entries()) {
      if (p.relativeSigma === 0) continue;
      const by = (number(shape, p.parameter) * (ratios[k]! - 1)) / p.relativeSigma;
      add(own + 1 + k, weight * (weightSlope(ratios[k]!, p) * value + by * gradient[at[k]!]!));
    }
  };
  for (const member of ensemble(shape, distributions, 0)) {
    byVolume.fill(0);
    const v = volumeGradient(member.shape, byVolume);
    volume += member.weight * v;
    chain(member, v, byVolume, (k, d) => {
      volumes[k]! += d;
    });
  }
  for (let i = 0; i < qPerA.length; i++) {
    const q = Math.abs(qPerA[i]!);
    for (const member of ensemble(shape, distributions, q)) {
      const value = squareGradient(amplitudeOf(member.shape, q, o.sldSolvent), bySquare);
      size[i]! += member.weight * value;
      chain(member, value, bySquare, (k, d) => {
        sums[k]![i]! += d;
      });
    }
  }
  const unit = 1e-4 / volume;
  const factor = (o.scale ?? 1) * unit;
  const column = (k: number): Float64Array => sums[k]!.map((d, i) => factor * (d - (size[i]! / volume) * volumes[k]!));
  return {
    intensity,
    byParameter: new Map(names.map((name, k) => [name, column(k)])),
    sldSolvent: column(own),
    scale: size.map((v) => unit * v),
    background: new Float64Array(qPerA.length).fill(1),
    relativeSigma: distributions.map((_, k) => column(own + 1 + k)),
  };
}

// ⟨F²⟩ over orientations and its gradient; the nodes are those of `particleScattering`.
function squareGradient(a: ParticleAmplitude, out: Float64Array): number {
  const gradient = new Float64Array(out.length);
  out.fill(0);
  let sum = 0;
  const add = (weight: number, value: number): void => {
    sum += weight * value * value;
    for (let k = 0; k < out.length; k++) out[k]! += 2 * weight * value * gradient[k]!;
  };
  if (a.kind === 'ball') add(1, a.at(gradient));
  else {
    const polar = orientationRule(a.reach);
    const around = a.kind === 'box' ? orientationRule(a.reachAround) : null;
    for (let i = 0; i < polar.nodes.length; i++) {
      const sin = Math.sin(polar.nodes[i]!);
      const cos = Math.cos(polar.nodes[i]!);
      const weight = polar.weights[i]! * sin;
      if (a.kind === 'rod') add(weight, a.at(cos, gradient));
      else
        for (let k = 0; k < around!.nodes.length; k++) {
          const phi = around!.nodes[k]!;
          const share = (2 / Math.PI) * weight * around!.weights[k]!;
          add(share, a.at(sin * Math.sin(phi), sin * Math.cos(phi), cos, gradient));
        }
    }
  }
  return sum;
}
