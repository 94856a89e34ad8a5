import { AppError } from '@/lib/errors';
import type { ChannelSpec } from '@/lib/formats/metrology-recipe';
import type { ComplexArray } from '@/lib/numerics';
import { ncs, psiDelta, psiDeltaDerivatives, radians } from '@/lib/optics';

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

/** Derivative of what a channel reads, by one parameter. N = cos 2Ψ, C = sin 2Ψ cos Δ, S = sin 2Ψ sin Δ; reflectances by d|r|² = 2 Re(r* dr). */
function observeDerivative(quantity: Observable, { rs, rp }: Reflection, drs: ComplexArray, drp: ComplexArray): Float64Array {
  const powerChange = (r: ComplexArray, d: ComplexArray): Float64Array =>
    r.re.map((v, i) => 2 * (v * d.re[i]! + r.im[i]! * d.im[i]!));
  if (quantity === 'rs') return powerChange(rs, drs);
  if (quantity === 'rp') return powerChange(rp, drp);
  if (quantity === 'r') {
    const p = powerChange(rp, drp);
    return powerChange(rs, drs).map((v, i) => (v + p[i]!) / 2);
  }
  const { psiDeg: dPsi, deltaDeg: dDelta } = psiDeltaDerivatives(rp, rs, drp, drs);
  if (quantity === 'psi') return dPsi;
  if (quantity === 'delta') return dDelta;
  const { n, c, s } = ncs(rp, rs);
  return dPsi.map((_, i) => {
    const sine = Math.hypot(c[i]!, s[i]!); // sin 2Ψ
    const [psi, delta] = [radians(dPsi[i]!), radians(dDelta[i]!)];
    if (quantity === 'n') return -2 * sine * psi;
    if (quantity === 'c') return (2 * n[i]! * psi * c[i]!) / sine - s[i]! * delta;
    if (quantity === 's') return (2 * n[i]! * psi * s[i]!) / sine + c[i]! * delta;
    return notOptical();
  });
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
    for (const [q, column] of moved.entries()) {
      const d = observeDerivative(c.quantity, r, r.drs[q]!, r.drp[q]!);
      for (let i = 0; i < points; i++) out[(k * points + i) * parameters + column] = d[i]!;
    }
  }
  return out;
}
