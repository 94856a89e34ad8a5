import { AppError } from '@/lib/errors';
import { gaussLegendreOn, type QuadratureRule, requireFinite } from '@/lib/numerics';
import { besselJ1 } from './bessel';
import { sinc } from './cd-saxs';
import { ensemble, type Polydispersity } from './polydispersity';

/** Particle shapes; lengths in Å, scattering length densities in 1e-6/Å². */
export type ParticleShape =
  | { readonly kind: 'sphere'; readonly radius: number; readonly sld: number }
  | {
      readonly kind: 'core-shell-sphere';
      readonly radius: number;
      readonly thickness: number;
      readonly sldCore: number;
      readonly sldShell: number;
    }
  | { readonly kind: 'cylinder'; readonly radius: number; readonly length: number; readonly sld: number }
  | {
      readonly kind: 'core-shell-cylinder';
      readonly radius: number;
      readonly thickness: number;
      readonly length: number;
      readonly sldCore: number;
      readonly sldShell: number;
    }
  | { readonly kind: 'ellipsoid'; readonly polar: number; readonly equatorial: number; readonly sld: number }
  | { readonly kind: 'parallelepiped'; readonly a: number; readonly b: number; readonly c: number; readonly sld: number }
  | {
      readonly kind: 'core-shell-parallelepiped';
      readonly a: number;
      readonly b: number;
      readonly c: number;
      readonly rimA: number;
      readonly rimB: number;
      readonly rimC: number;
      readonly sldCore: number;
      readonly sldA: number;
      readonly sldB: number;
      readonly sldC: number;
    };

/** Solvent, scale and distribution of a particle curve. */
export interface SasOptions {
  /** 1e-6/Å². */
  readonly sldSolvent: number;
  /** Volume fraction where I is in absolute units. Default 1. */
  readonly scale?: number;
  /** 1/cm. Default 0. */
  readonly background?: number;
  /** One distributed length, or several that are independent. */
  readonly polydispersity?: Polydispersity | readonly Polydispersity[];
}

/**
 * 3 j₁(x)/x, 1 at 0: the amplitude of a ball.
 * @param x - qR, dimensionless.
 * @reference Guinier & Fournet, Small-Angle Scattering of X-Rays (1955), §2.1.
 */
export function ball(x: number): number {
  if (Math.abs(x) < 0.1) {
    const z = x * x;
    return 1 - z / 10 + (z * z) / 280 - (z * z * z) / 15120 + z ** 4 / 1330560;
  }
  return (3 * (Math.sin(x) - x * Math.cos(x))) / (x * x * x);
}
/** 2 J₁(x)/x, 1 at 0: the amplitude of a disc. @param x - qR, dimensionless. */
export const disc = (x: number): number => (Math.abs(x) < 1e-8 ? 1 : (2 * besselJ1(x)) / x);

/**
 * Scattering of randomly oriented particles: I(q) = scale·⟨F²⟩/⟨V⟩·1e-4 + background, in 1/cm.
 * The nodes of the orientation average grow with q times the largest length, checked to 1e-6 of the envelope for q·length up to 160; each q has its own
 * nodes of a distribution.
 * @param qPerA - q ≥ 0, 1/Å; NaN is refused.
 * @param o - solvent (1e-6/Å²), scale, background (1/cm) and distributions.
 * @returns I, (q,), 1/cm.
 * @throws AppError `invalid_input` for a length that is not positive or a polydispersity of a parameter that the shape does not have.
 * @reference Guinier & Fournet, Small-Angle Scattering of X-Rays (1955), §2.1; Pedersen, Adv. Colloid Interface Sci. 70 (1997) 171.
 */
export function particleScattering(shape: ParticleShape, qPerA: ArrayLike<number>, o: SasOptions): Float64Array {
  requireFinite('qPerA', qPerA);
  for (const [key, v] of Object.entries(shape)) {
    if (key === 'kind' || key.startsWith('sld')) continue;
    const rim = key.startsWith('rim') || key === 'thickness';
    if (!(rim ? (v as number) >= 0 : (v as number) > 0))
      throw new AppError('invalid_input', `${shape.kind}: ${key} is ${v}; give a positive length in Å`, { field: key });
  }
  const spread = o.polydispersity ?? [];
  const distributions = 'parameter' in spread ? [spread] : spread;
  const volume = ensemble(shape, distributions, 0).reduce((sum, m) => sum + m.weight * particleVolume(m.shape), 0);
  const factor = ((o.scale ?? 1) * 1e-4) / volume;
  return Float64Array.from(qPerA, (signed) => {
    const q = Math.abs(signed);
    const members = ensemble(shape, distributions, q);
    const square = members.reduce((sum, m) => sum + m.weight * squaredAmplitude(m.shape, q, o.sldSolvent), 0);
    return factor * square + (o.background ?? 0);
  });
}

/** Volume of a particle, Å³. */
export function particleVolume(s: ParticleShape): number {
  switch (s.kind) {
    case 'sphere':
      return (4 / 3) * Math.PI * s.radius ** 3;
    case 'core-shell-sphere':
      return (4 / 3) * Math.PI * (s.radius + s.thickness) ** 3;
    case 'cylinder':
      return Math.PI * s.radius ** 2 * s.length;
    case 'core-shell-cylinder':
      return Math.PI * (s.radius + s.thickness) ** 2 * (s.length + 2 * s.thickness);
    case 'ellipsoid':
      return (4 / 3) * Math.PI * s.polar * s.equatorial ** 2;
    case 'parallelepiped':
      return s.a * s.b * s.c;
    case 'core-shell-parallelepiped':
      return s.a * s.b * s.c + 2 * (s.rimA * s.b * s.c + s.a * s.rimB * s.c + s.a * s.b * s.rimC);
  }
}

// ⟨F²⟩ over orientations.
function squaredAmplitude(s: ParticleShape, q: number, solvent: number): number {
  switch (s.kind) {
    case 'sphere':
      return ((s.sld - solvent) * particleVolume(s) * ball(q * s.radius)) ** 2;
    case 'core-shell-sphere': {
      const outer = s.radius + s.thickness;
      const core = (s.sldCore - s.sldShell) * (4 / 3) * Math.PI * s.radius ** 3 * ball(q * s.radius);
      return (core + (s.sldShell - solvent) * particleVolume(s) * ball(q * outer)) ** 2;
    }
    case 'ellipsoid': {
      const amplitude = (s.sld - solvent) * particleVolume(s);
      const reach = q * Math.max(s.polar, s.equatorial);
      return average1(
        reach,
        (u) => (amplitude * ball(q * Math.sqrt(s.equatorial ** 2 * (1 - u * u) + s.polar ** 2 * u * u))) ** 2,
      );
    }
    case 'cylinder': {
      const amplitude = (s.sld - solvent) * particleVolume(s);
      return average1(q * Math.max(s.radius, s.length), (u) => (amplitude * rod(q, s.radius, s.length, u)) ** 2);
    }
    case 'core-shell-cylinder': {
      const outer = (s.sldShell - solvent) * particleVolume(s);
      const core = (s.sldCore - s.sldShell) * Math.PI * s.radius ** 2 * s.length;
      const r = s.radius + s.thickness;
      const l = s.length + 2 * s.thickness;
      return average1(q * Math.max(r, l), (u) => (core * rod(q, s.radius, s.length, u) + outer * rod(q, r, l, u)) ** 2);
    }
    case 'parallelepiped': {
      const amplitude = (s.sld - solvent) * particleVolume(s);
      return averageBox(q, s.a, s.b, s.c, (x, y, z) => amplitude * sinc(x * s.a) * sinc(y * s.b) * sinc(z * s.c));
    }
    case 'core-shell-parallelepiped':
      return averageBox(q, s.a + 2 * s.rimA, s.b + 2 * s.rimB, s.c + 2 * s.rimC, (x, y, z) => {
        const a = s.a * sinc(x * s.a);
        const b = s.b * sinc(y * s.b);
        const c = s.c * sinc(z * s.c);
        const rim = (length: number, width: number, at: number, inner: number): number =>
          (length + 2 * width) * sinc(at * (length + 2 * width)) - inner;
        return (
          (s.sldCore - solvent) * a * b * c +
          (s.sldA - solvent) * rim(s.a, s.rimA, x, a) * b * c +
          (s.sldB - solvent) * a * rim(s.b, s.rimB, y, b) * c +
          (s.sldC - solvent) * a * b * rim(s.c, s.rimC, z, c)
        );
      });
  }
}

const rod = (q: number, radius: number, length: number, u: number): number =>
  sinc(0.5 * q * length * u) * disc(q * radius * Math.sqrt(Math.max(0, 1 - u * u)));

// ∫₀¹ f(cos α) d cos α with an order that follows the number of fringes. α is the variable: f is smooth at both ends.
function average1(reach: number, f: (u: number) => number): number {
  const { nodes, weights } = orientationRule(reach);
  let s = 0;
  for (let i = 0; i < nodes.length; i++) s += weights[i]! * Math.sin(nodes[i]!) * f(Math.cos(nodes[i]!));
  return s;
}

// ⟨f²⟩ over the octant; f takes half the components of q.
function averageBox(q: number, a: number, b: number, c: number, f: (x: number, y: number, z: number) => number): number {
  const polar = orientationRule(q * Math.max(c, Math.hypot(a, b)));
  const around = orientationRule(q * Math.max(a, b));
  let s = 0;
  for (let i = 0; i < polar.nodes.length; i++) {
    const sin = Math.sin(polar.nodes[i]!);
    const z = 0.5 * q * Math.cos(polar.nodes[i]!);
    let ring = 0;
    for (let k = 0; k < around.nodes.length; k++) {
      const v = f(0.5 * q * sin * Math.sin(around.nodes[k]!), 0.5 * q * sin * Math.cos(around.nodes[k]!), z);
      ring += around.weights[k]! * v * v;
    }
    s += polar.weights[i]! * sin * ring;
  }
  return (2 / Math.PI) * s;
}

/** One panel up to so many nodes; beyond, panels of {@link ORDER} nodes, of which each holds up to 60 radians of fringes. */
const ONE_PANEL = 160;
const ORDER = 48;
const PHASE = 60;
const rules = new Map<number, QuadratureRule>();

/**
 * Nodes on [0, π/2] of an orientation average for q times a length; their number grows like that product, and so does the work to find them.
 * @param reach - q times the length, dimensionless.
 */
export function orientationRule(reach: number): QuadratureRule {
  const order = 8 * Math.ceil((24 + 0.8 * reach) / 8);
  const panels = order <= ONE_PANEL ? 1 : Math.ceil((reach * Math.PI) / 2 / PHASE);
  const key = panels === 1 ? order : -panels;
  const known = rules.get(key);
  if (known) return known;
  const parts = Array.from({ length: panels }, (_, k) =>
    gaussLegendreOn(panels === 1 ? order : ORDER, (k * Math.PI) / 2 / panels, ((k + 1) * Math.PI) / 2 / panels),
  );
  const join = (of: 'nodes' | 'weights') => Float64Array.from(parts.flatMap((r) => Array.from(r[of])));
  const rule = { nodes: join('nodes'), weights: join('weights') };
  if (rules.size < MOST_RULES) rules.set(key, rule);
  return rule;
}
/** Kept rules; larger ones than these come up in single calls. */
const MOST_RULES = 256;
