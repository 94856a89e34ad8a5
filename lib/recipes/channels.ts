import { AppError } from '@/lib/errors';
import { type ChannelSpec, MUELLER_ELEMENTS, type MuellerElement } from '@/lib/formats/metrology-recipe';
import type { ComplexArray } from '@/lib/numerics';
import { ncs, psiDelta, psiDeltaDerivatives } from '@/lib/optics';
import { muellerElement, muellerElementDerivative } from './mueller';
import { ncsDerivative, type Reflection, type ReflectionDerivatives } from './reflection';

/** Direction of the light of a channel. */
export interface ChannelIncidence {
  readonly angleDeg: number;
  readonly azimuthDeg: number;
}

type Observable = ChannelSpec['quantity'];

const power = (a: ComplexArray): Float64Array => a.re.map((v, i) => v * v + a.im[i]! * a.im[i]!);
const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v + b[i]!);
const mean = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => (v + b[i]!) / 2);

const notOptical = (): never => {
  throw new AppError('invalid_input', 'intensity is a channel of X-ray curves', { field: 'channels.quantity' });
};

const muellerPlaces = new Map<Observable, number>(
  MUELLER_ELEMENTS.map((e) => [e, 4 * (Number(e[1]) - 1) + Number(e[2]) - 1] as const),
);
/** Place of a Mueller element in the row-major matrix. */
const muellerPlace = (e: MuellerElement): number => muellerPlaces.get(e)!;

/** What a channel reads of a reflection. */
export function observe(quantity: Observable, r: Reflection): Float64Array {
  const { rs, rp, turned } = r;
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
      return turned ? sum(power(rs), power(turned.ps)) : power(rs);
    case 'rp':
      return turned ? sum(power(rp), power(turned.sp)) : power(rp);
    case 'r':
      return mean(observe('rs', r), observe('rp', r));
    case 'intensity':
      return notOptical();
    default:
      return muellerElement(muellerPlace(quantity), r);
  }
}

/** Derivative of what a channel reads, by one parameter; reflectances by d|r|² = 2 Re(r* dr). */
function observeDerivative(quantity: Observable, r: Reflection, d: Reflection): Float64Array {
  const change = (a: ComplexArray, b: ComplexArray): Float64Array => a.re.map((v, i) => 2 * (v * b.re[i]! + a.im[i]! * b.im[i]!));
  switch (quantity) {
    case 'rs': {
      const own = change(r.rs, d.rs);
      return r.turned && d.turned ? sum(own, change(r.turned.ps, d.turned.ps)) : own;
    }
    case 'rp': {
      const own = change(r.rp, d.rp);
      return r.turned && d.turned ? sum(own, change(r.turned.sp, d.turned.sp)) : own;
    }
    case 'r':
      return mean(observeDerivative('rs', r, d), observeDerivative('rp', r, d));
    case 'psi':
      return psiDeltaDerivatives(r.rp, r.rs, d.rp, d.rs).psiDeg;
    case 'delta':
      return psiDeltaDerivatives(r.rp, r.rs, d.rp, d.rs).deltaDeg;
    case 'n':
    case 'c':
    case 's':
      return ncsDerivative(r, d)[quantity];
    case 'intensity':
      return notOptical();
    default:
      return muellerElementDerivative(muellerPlace(quantity), r, d);
  }
}

/** Where the light of a channel comes from; every azimuth is alike for a sample without lines. */
const incidenceOf = (c: ChannelSpec): ChannelIncidence => ({ angleDeg: c.angleDeg, azimuthDeg: c.azimuthDeg ?? 0 });

/** Channels of a sample that looks the same from every azimuth: one solution serves them all. */
export const withoutAzimuth = (channels: readonly ChannelSpec[]): ChannelSpec[] => channels.map((c) => ({ ...c, azimuthDeg: 0 }));

/** Every direction once, in the order of the channels. */
export function incidencesOf(channels: readonly ChannelSpec[]): ChannelIncidence[] {
  return [...new Map(channels.map((c) => [`${c.angleDeg} ${c.azimuthDeg ?? 0}`, incidenceOf(c)])).values()];
}

function onceAnIncidence<T>(compute: (at: ChannelIncidence) => T): (c: ChannelSpec) => T {
  const known = new Map<string, T>();
  return (c) => {
    const key = `${c.angleDeg} ${c.azimuthDeg ?? 0}`;
    const have = known.get(key);
    if (have !== undefined) return have;
    const made = compute(incidenceOf(c));
    known.set(key, made);
    return made;
  };
}

/** Puts the channels, which may share an incidence, one after the other: a reflection is computed once an incidence. */
export function stackChannels(
  channels: readonly ChannelSpec[],
  points: number,
  reflectionAt: (at: ChannelIncidence) => Reflection,
): Float64Array {
  const at = onceAnIncidence(reflectionAt);
  const out = new Float64Array(channels.length * points);
  for (const [k, c] of channels.entries()) out.set(observe(c.quantity, at(c)), k * points);
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
  derivativesAt: (at: ChannelIncidence) => ReflectionDerivatives,
): Float64Array {
  const at = onceAnIncidence(derivativesAt);
  const out = new Float64Array(channels.length * points * parameters);
  for (const [k, c] of channels.entries()) {
    const r = at(c);
    for (const [q, column] of moved.entries()) {
      const d = observeDerivative(c.quantity, r, r.derivatives[q]!);
      for (let i = 0; i < points; i++) out[(k * points + i) * parameters + column] = d[i]!;
    }
  }
  return out;
}
