import type { ComplexArray } from '@/lib/numerics';
import { ncs, psiDeltaDerivatives, radians } from '@/lib/optics';

/** Zero-order amplitudes of a sample at one incidence, on the wavelengths of the spectrum. */
export interface Reflection {
  /** r_ss and r_pp. */
  readonly rs: ComplexArray;
  readonly rp: ComplexArray;
  /** Light that changes between p and s, first letter out, second in; absent where the mount forbids it. */
  readonly turned?: { readonly ps: ComplexArray; readonly sp: ComplexArray };
}

/** The same with their derivatives by each moved parameter. */
export interface ReflectionDerivatives extends Reflection {
  readonly derivatives: readonly Reflection[];
}

/** Derivatives of N = cos 2Ψ, C = sin 2Ψ cos Δ, S = sin 2Ψ sin Δ by one parameter. */
export function ncsDerivative({ rs, rp }: Reflection, d: Reflection): Record<'n' | 'c' | 's', Float64Array> {
  const { psiDeg: dPsi, deltaDeg: dDelta } = psiDeltaDerivatives(rp, rs, d.rp, d.rs);
  const { n, c, s } = ncs(rp, rs);
  const sine = c.map((v, i) => Math.hypot(v, s[i]!)); // sin 2Ψ
  return {
    n: dPsi.map((v, i) => -2 * sine[i]! * radians(v)),
    c: dPsi.map((v, i) => (2 * n[i]! * radians(v) * c[i]!) / sine[i]! - s[i]! * radians(dDelta[i]!)),
    s: dPsi.map((v, i) => (2 * n[i]! * radians(v) * s[i]!) / sine[i]! + c[i]! * radians(dDelta[i]!)),
  };
}
