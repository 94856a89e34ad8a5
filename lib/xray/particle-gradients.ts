import { besselJ0 } from './bessel';
import { sinc } from './cd-saxs';
import { ball, disc, type ParticleShape, particleVolume } from './form-factors';

/** Parameters of each shape, in the order of its gradients; the solvent's density follows as the last entry. */
export const PARTICLE_PARAMETERS: Readonly<Record<ParticleShape['kind'], readonly string[]>> = {
  sphere: ['radius', 'sld'],
  'core-shell-sphere': ['radius', 'thickness', 'sldCore', 'sldShell'],
  cylinder: ['radius', 'length', 'sld'],
  'core-shell-cylinder': ['radius', 'thickness', 'length', 'sldCore', 'sldShell'],
  ellipsoid: ['polar', 'equatorial', 'sld'],
  parallelepiped: ['a', 'b', 'c', 'sld'],
  'core-shell-parallelepiped': ['a', 'b', 'c', 'rimA', 'rimB', 'rimC', 'sldCore', 'sldA', 'sldB', 'sldC'],
};

/** F at an orientation, its gradient written into an array: no orientation, cos of the polar angle, or the direction of q on the axes of a box. */
export type ParticleAmplitude =
  | { readonly kind: 'ball'; readonly at: (d: Float64Array) => number }
  | { readonly kind: 'rod'; readonly reach: number; readonly at: (u: number, d: Float64Array) => number }
  | {
      readonly kind: 'box';
      readonly reach: number;
      readonly reachAround: number;
      readonly at: (x: number, y: number, z: number, d: Float64Array) => number;
    };

/** V in Å³; ∂V/∂parameter into `d`. @param d - ∂V, Å³ per unit of each parameter. */
export function volumeGradient(s: ParticleShape, d: Float64Array): number {
  switch (s.kind) {
    case 'sphere':
      d[0] = 4 * Math.PI * s.radius ** 2;
      break;
    case 'core-shell-sphere':
      d[0] = d[1] = 4 * Math.PI * (s.radius + s.thickness) ** 2;
      break;
    case 'cylinder':
      d[0] = 2 * Math.PI * s.radius * s.length;
      d[1] = Math.PI * s.radius ** 2;
      break;
    case 'core-shell-cylinder': {
      const r = s.radius + s.thickness;
      d[2] = Math.PI * r * r;
      d[0] = 2 * Math.PI * r * (s.length + 2 * s.thickness);
      d[1] = d[0] + 2 * d[2];
      break;
    }
    case 'ellipsoid':
      d[0] = (4 / 3) * Math.PI * s.equatorial ** 2;
      d[1] = (8 / 3) * Math.PI * s.polar * s.equatorial;
      break;
    case 'parallelepiped':
      d.set([s.b * s.c, s.a * s.c, s.a * s.b]);
      break;
    case 'core-shell-parallelepiped':
      d.set([
        s.b * s.c + 2 * (s.rimB * s.c + s.b * s.rimC),
        s.a * s.c + 2 * (s.rimA * s.c + s.a * s.rimC),
        s.a * s.b + 2 * (s.rimA * s.b + s.a * s.rimB),
        2 * s.b * s.c,
        2 * s.a * s.c,
        2 * s.a * s.b,
      ]);
  }
  return particleVolume(s);
}

// ball′(x)/x: 3 (sin x/x − ball)/x², −1/5 at 0.
function ballSlope(x: number): number {
  if (x >= 1) return (3 * (sinc(x) - ball(x))) / (x * x);
  // Σ (−1)^k 6k(2k + 2)/(2k + 3)! x^(2k−2)
  let sum = 0;
  let power = 1 / 6;
  for (let k = 1; k <= 10; k++) {
    power *= -1 / ((2 * k + 2) * (2 * k + 3));
    sum += 6 * k * (2 * k + 2) * power * x ** (2 * k - 2);
  }
  return sum;
}

/** Shapes of one kind. */
type Shape<K extends ParticleShape['kind']> = Extract<ParticleShape, { readonly kind: K }>;

const sphere = (q: number, r: number): number => (4 / 3) * Math.PI * r ** 3 * ball(q * r);
const sphereSlope = (q: number, r: number): number => 4 * Math.PI * r * r * sinc(q * r);

/** ∂F of each: ∫₀^R gives ∂(R³ ball)/∂R = 3R² sinc, ∂(R² disc)/∂R = 2R J₀, ∂(a sinc)/∂a = cos. */
const AMPLITUDES: { readonly [K in ParticleShape['kind']]: (s: Shape<K>, q: number, solvent: number) => ParticleAmplitude } = {
  sphere: (s, q, solvent) => ({
    kind: 'ball',
    at: (d) => {
      const f = sphere(q, s.radius);
      d[0] = (s.sld - solvent) * sphereSlope(q, s.radius);
      d[1] = f;
      d[2] = -f;
      return (s.sld - solvent) * f;
    },
  }),
  'core-shell-sphere': (s, q, solvent) => ({
    kind: 'ball',
    at: (d) => {
      const r = s.radius + s.thickness;
      const [inner, outer] = [sphere(q, s.radius), sphere(q, r)];
      d[1] = (s.sldShell - solvent) * sphereSlope(q, r);
      d[0] = (s.sldCore - s.sldShell) * sphereSlope(q, s.radius) + d[1];
      d[2] = inner;
      d[3] = outer - inner;
      d[4] = -outer;
      return (s.sldCore - s.sldShell) * inner + (s.sldShell - solvent) * outer;
    },
  }),
  ellipsoid: (s, q, solvent) => {
    const v = particleVolume(s);
    const contrast = s.sld - solvent;
    return {
      kind: 'rod',
      reach: q * Math.max(s.polar, s.equatorial),
      at: (u, d) => {
        const x = q * Math.sqrt(s.equatorial ** 2 * (1 - u * u) + s.polar ** 2 * u * u);
        const f = ball(x);
        const slope = v * ballSlope(x) * q * q;
        d[0] = contrast * ((v / s.polar) * f + slope * s.polar * u * u);
        d[1] = contrast * (((2 * v) / s.equatorial) * f + slope * s.equatorial * (1 - u * u));
        d[2] = v * f;
        d[3] = -v * f;
        return contrast * v * f;
      },
    };
  },
  cylinder: (s, q, solvent) => ({
    kind: 'rod',
    reach: q * Math.max(s.radius, s.length),
    at: (u, d) => {
      const f = rod(q, s.radius, s.length, u);
      const contrast = s.sld - solvent;
      d[0] = contrast * f.byRadius;
      d[1] = contrast * f.byLength;
      d[2] = f.value;
      d[3] = -f.value;
      return contrast * f.value;
    },
  }),
  'core-shell-cylinder': (s, q, solvent) => {
    const r = s.radius + s.thickness;
    const l = s.length + 2 * s.thickness;
    return {
      kind: 'rod',
      reach: q * Math.max(r, l),
      at: (u, d) => {
        const core = rod(q, s.radius, s.length, u);
        const all = rod(q, r, l, u);
        const [c, o] = [s.sldCore - s.sldShell, s.sldShell - solvent];
        d[0] = c * core.byRadius + o * all.byRadius;
        d[1] = o * (all.byRadius + 2 * all.byLength);
        d[2] = c * core.byLength + o * all.byLength;
        d[3] = core.value;
        d[4] = all.value - core.value;
        d[5] = -all.value;
        return c * core.value + o * all.value;
      },
    };
  },
  parallelepiped: (s, q, solvent) => ({
    kind: 'box',
    reach: q * Math.max(s.c, Math.hypot(s.a, s.b)),
    reachAround: q * Math.max(s.a, s.b),
    at: (x, y, z, d) => {
      const a = side(q, x, s.a);
      const b = side(q, y, s.b);
      const c = side(q, z, s.c);
      const contrast = s.sld - solvent;
      const f = a.value * b.value * c.value;
      d[0] = contrast * a.slope * b.value * c.value;
      d[1] = contrast * a.value * b.slope * c.value;
      d[2] = contrast * a.value * b.value * c.slope;
      d[3] = f;
      d[4] = -f;
      return contrast * f;
    },
  }),
  'core-shell-parallelepiped': (s, q, solvent) => {
    const [la, lb, lc] = [s.a + 2 * s.rimA, s.b + 2 * s.rimB, s.c + 2 * s.rimC];
    const [core, oa, ob, oc] = [s.sldCore - solvent, s.sldA - solvent, s.sldB - solvent, s.sldC - solvent];
    return {
      kind: 'box',
      reach: q * Math.max(lc, Math.hypot(la, lb)),
      reachAround: q * Math.max(la, lb),
      at: (x, y, z, d) => {
        const [a, b, c] = [side(q, x, s.a), side(q, y, s.b), side(q, z, s.c)];
        const [wa, wb, wc] = [side(q, x, la), side(q, y, lb), side(q, z, lc)];
        const [ra, rb, rc] = [wa.value - a.value, wb.value - b.value, wc.value - c.value];
        const [ab, bc, ac] = [a.value * b.value, b.value * c.value, a.value * c.value];
        d[0] = core * a.slope * bc + oa * (wa.slope - a.slope) * bc + a.slope * (ob * rb * c.value + oc * b.value * rc);
        d[1] = core * b.slope * ac + ob * (wb.slope - b.slope) * ac + b.slope * (oa * ra * c.value + oc * a.value * rc);
        d[2] = core * c.slope * ab + oc * (wc.slope - c.slope) * ab + c.slope * (oa * ra * b.value + ob * a.value * rb);
        d[3] = 2 * oa * wa.slope * bc;
        d[4] = 2 * ob * wb.slope * ac;
        d[5] = 2 * oc * wc.slope * ab;
        d[6] = ab * c.value;
        d[7] = ra * bc;
        d[8] = rb * ac;
        d[9] = rc * ab;
        d[10] = -(d[6] + d[7] + d[8] + d[9]);
        return core * d[6] + oa * d[7] + ob * d[8] + oc * d[9];
      },
    };
  },
};

/** The amplitude that `particleScattering` averages, with its gradient. @param q - 1/Å. @param solvent - 1e-6/Å². */
export const amplitudeOf = <K extends ParticleShape['kind']>(s: Shape<K>, q: number, solvent: number): ParticleAmplitude =>
  (AMPLITUDES[s.kind] as (s: Shape<K>, q: number, solvent: number) => ParticleAmplitude)(s, q, solvent);

// a sinc(q x a/2) and its slope by a.
const side = (q: number, x: number, a: number): { value: number; slope: number } => ({
  value: a * sinc(0.5 * q * x * a),
  slope: Math.cos(0.5 * q * x * a),
});

function rod(q: number, radius: number, length: number, u: number): { value: number; byRadius: number; byLength: number } {
  const k = q * Math.sqrt(Math.max(0, 1 - u * u));
  const face = Math.PI * radius * radius * disc(k * radius);
  const along = side(q, u, length);
  return {
    value: face * along.value,
    byRadius: 2 * Math.PI * radius * besselJ0(k * radius) * along.value,
    byLength: face * along.slope,
  };
}
