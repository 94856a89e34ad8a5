import { AppError } from '@/lib/errors';
import type { ChannelSpec } from '@/lib/formats/metrology-recipe';
import type { ComplexArray } from '@/lib/numerics';
import { ncs, psiDelta } from '@/lib/optics';

/** Zero-order amplitudes and reflectances of a sample at one angle of incidence, on the wavelengths of the spectrum. */
export interface Reflection {
  readonly rs: ComplexArray;
  readonly rp: ComplexArray;
}

const power = (a: ComplexArray): Float64Array => a.re.map((v, i) => v * v + a.im[i]! * a.im[i]!);

/** What a channel reads of a reflection. */
export function observe(quantity: ChannelSpec['quantity'], { rs, rp }: Reflection): Float64Array {
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
      throw new AppError('invalid_input', 'intensity is a channel of X-ray curves', { field: 'channels.quantity' });
  }
}

/** Puts the channels, which may share angles, one after the other: a reflection is computed once an angle. */
export function stackChannels(
  channels: readonly ChannelSpec[],
  points: number,
  reflectionAt: (angleDeg: number) => Reflection,
): Float64Array {
  const known = new Map<number, Reflection>();
  const out = new Float64Array(channels.length * points);
  for (const [k, c] of channels.entries()) {
    let reflection = known.get(c.angleDeg);
    if (reflection === undefined) {
      reflection = reflectionAt(c.angleDeg);
      known.set(c.angleDeg, reflection);
    }
    out.set(observe(c.quantity, reflection), k * points);
  }
  return out;
}
