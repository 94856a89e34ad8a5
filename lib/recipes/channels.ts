import { AppError } from '@/lib/errors';
import type { ChannelSpec } from '@/lib/formats/metrology-recipe';
import type { ComplexArray } from '@/lib/numerics';
import { ncs, psiDelta } from '@/lib/optics';

/** Zero-order amplitudes of a sample at one angle of incidence, on the wavelengths of the spectrum. */
export interface Reflection {
  readonly rs: ComplexArray;
  readonly rp: ComplexArray;
}

/** The same with their derivatives by each moved parameter. */
export interface ReflectionDerivatives extends Reflection {
  readonly drs: readonly ComplexArray[];
  readonly drp: readonly ComplexArray[];
}

type Observable = ChannelSpec['quantity'];

const power = (a: ComplexArray): Float64Array => a.re.map((v, i) => v * v + a.im[i]! * a.im[i]!);
const DEGREE = 180 / Math.PI;

const notOptical = (): never => {
  throw new AppError('invalid_input', 'intensity is a channel of X-ray curves', { field: 'channels.quantity' });
};

/** What a channel reads of a reflection. */
export function observe(quantity: Observable, { rs, rp }: Reflection): Float64Array {
  switch (quantity) {
    case 'psi':
      return psiDelta(rp, rs).psiDeg;
    case 'delta':
      return psiDelta(rp, rs).deltaDeg;
    case 'n':
    case 'c':
    case 's':
      return ncs(rp, rs)[quantity];
    case 'rs':
      return power(rs);
    case 'rp':
      return power(rp);
    case 'r': {
      const p = power(rp);
      return power(rs).map((v, i) => (v + p[i]!) / 2);
    }
    case 'intensity':
      return notOptical();
  }
}

// Re and Im of dr/r.
const logarithmic = (r: ComplexArray, d: ComplexArray, i: number): [number, number] => {
  const [a, b, c, e] = [r.re[i]!, r.im[i]!, d.re[i]!, d.im[i]!];
  const m = a * a + b * b;
  return [(c * a + e * b) / m, (e * a - c * b) / m];
};

/** Derivative of what a channel reads, by one parameter. From ρ = tan Ψ·exp(−iΔ): dΨ = ½ sin 2Ψ·Re(dρ/ρ), dΔ = −Im(dρ/ρ). */
function observeDerivative(quantity: Observable, r: Reflection, drs: ComplexArray, drp: ComplexArray, i: number): number {
  const { rs, rp } = r;
  const [sRe, sIm] = logarithmic(rs, drs, i);
  const [pRe, pIm] = logarithmic(rp, drp, i);
  const s2 = rs.re[i]! ** 2 + rs.im[i]! ** 2;
  const p2 = rp.re[i]! ** 2 + rp.im[i]! ** 2;
  if (quantity === 'rs') return 2 * s2 * sRe;
  if (quantity === 'rp') return 2 * p2 * pRe;
  if (quantity === 'r') return s2 * sRe + p2 * pRe;
  const sine = (2 * Math.sqrt(s2 * p2)) / (s2 + p2);
  const cosine = (s2 - p2) / (s2 + p2);
  const dPsi = 0.5 * sine * (pRe - sRe);
  const dDelta = -(pIm - sIm);
  const delta = -Math.atan2(rp.im[i]! * rs.re[i]! - rp.re[i]! * rs.im[i]!, rp.re[i]! * rs.re[i]! + rp.im[i]! * rs.im[i]!);
  switch (quantity) {
    case 'psi':
      return DEGREE * dPsi;
    case 'delta':
      return DEGREE * dDelta;
    case 'n':
      return -2 * sine * dPsi;
    case 'c':
      return 2 * cosine * Math.cos(delta) * dPsi - sine * Math.sin(delta) * dDelta;
    case 's':
      return 2 * cosine * Math.sin(delta) * dPsi + sine * Math.cos(delta) * dDelta;
    case 'intensity':
      return notOptical();
  }
}

function onceAnAngle<T>(compute: (angleDeg: number) => T): (angleDeg: number) => T {
  const known = new Map<number, T>();
  return (angle) => {
    const have = known.get(angle);
    if (have !== undefined) return have;
    const made = compute(angle);
    known.set(angle, made);
    return made;
  };
}

/** Puts the channels, which may share angles, one after the other: a reflection is computed once an angle. */
export function stackChannels(
  channels: readonly ChannelSpec[],
  points: number,
  reflectionAt: (angleDeg: number) => Reflection,
): Float64Array {
  const at = onceAnAngle(reflectionAt);
  const out = new Float64Array(channels.length * points);
  for (const [k, c] of channels.entries()) out.set(observe(c.quantity, at(c.angleDeg)), k * points);
  return out;
}

/**
 * Jacobian of the stacked channels, (channels × points, parameters) row-major; columns of parameters that are not moved are 0.
 * @param moved - columns that `derivativesAt` gives, in its order.
 */
export function jacobianOfChannels(
  channels: readonly ChannelSpec[],
  points: number,
  parameters: number,
  moved: readonly number[],
  derivativesAt: (angleDeg: number) => ReflectionDerivatives,
): Float64Array {
  const at = onceAnAngle(derivativesAt);
  const out = new Float64Array(channels.length * points * parameters);
  for (const [k, c] of channels.entries()) {
    const r = at(c.angleDeg);
    for (const [q, column] of moved.entries())
      for (let i = 0; i < points; i++)
        out[(k * points + i) * parameters + column] = observeDerivative(c.quantity, r, r.drs[q]!, r.drp[q]!, i);
  }
  return out;
}
