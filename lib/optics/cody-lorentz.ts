import { AppError } from '@/lib/errors';
import type { Complex } from '@/lib/numerics';
import { type Arithmetic, REAL } from './jets';
import { kramersKronig } from './kramers-kronig';

/** Cody–Lorentz oscillator with an Urbach tail below the transition energy Et. @reference Ferlauto et al., J. Appl. Phys. 92 (2002) 2424. */
export interface CodyLorentzTerm {
  readonly kind: 'cody-lorentz';
  /** A, eV. */
  readonly amplitudeEv: number;
  /** E0, resonance energy. */
  readonly centreEv: number;
  /** Γ, broadening. */
  readonly gammaEv: number;
  /** Eg, optical gap. */
  readonly gapEv: number;
  /** Ep: where the Cody rise turns into the Lorentz shape. */
  readonly crossoverEv: number;
  /** Et ≥ Eg: below it the absorption is an Urbach exponential. */
  readonly transitionEv: number;
  /** Eu, slope of the Urbach tail; positive. */
  readonly urbachEv: number;
}

/**
 * ε₂: G(E)L(E) above Et, (E₁/E)exp((E − Et)/Eu) below, with G = (E − Eg)²/((E − Eg)² + Ep²), L = A E0 Γ E/((E² − E0²)² + Γ²E²).
 * @param e - photon energy, eV, positive.
 * @returns ε₂, dimensionless.
 * @reference Ferlauto et al., J. Appl. Phys. 92 (2002) 2424, eqs. 1–8.
 */
export function codyLorentzAbsorption(t: CodyLorentzTerm, e: number): number {
  return codyLorentzAbsorptionIn(REAL, parametersOf(t), e);
}

/** Parameters of the law, all in eV, in any arithmetic. */
export interface CodyLorentzParameters<T> {
  readonly amplitude: T;
  readonly centre: T;
  readonly gamma: T;
  readonly gap: T;
  readonly crossover: T;
  readonly transition: T;
  readonly urbach: T;
}

const parametersOf = (t: CodyLorentzTerm): CodyLorentzParameters<number> => ({
  amplitude: t.amplitudeEv,
  centre: t.centreEv,
  gamma: t.gammaEv,
  gap: t.gapEv,
  crossover: t.crossoverEv,
  transition: t.transitionEv,
  urbach: t.urbachEv,
});

/**
 * The formula of {@link codyLorentzAbsorption} in any arithmetic.
 * @param o - the arithmetic: plain numbers, or jets for derivatives.
 * @param e - photon energy, eV, positive.
 */
export function codyLorentzAbsorptionIn<T>(o: Arithmetic<T>, p: CodyLorentzParameters<T>, e: number): T {
  const { add, sub, mul, div, scale } = o;
  const strength = (x: T): T => {
    const above = sub(x, p.gap);
    const rise = mul(above, above);
    const x2 = mul(x, x);
    const off = sub(x2, mul(p.centre, p.centre));
    const width = mul(p.gamma, x);
    const shape = div(mul(mul(p.amplitude, p.centre), width), add(mul(off, off), mul(width, width)));
    return mul(div(rise, add(rise, mul(p.crossover, p.crossover))), shape);
  };
  if (e > o.value(p.transition)) return strength(o.of(e));
  const tail = o.exp(div(sub(o.of(e), p.transition), p.urbach));
  return mul(scale(mul(p.transition, strength(p.transition)), 1 / e), tail);
}

/**
 * Cody–Lorentz permittivity without ε∞; ε₁ by graded principal-value quadrature.
 * @param e - photon energy, eV, positive.
 * @returns ε − ε∞, dimensionless, Im ≥ 0.
 * @throws AppError `out_of_domain` when Et < Eg or Eu ≤ 0.
 * @reference Ferlauto et al., J. Appl. Phys. 92 (2002) 2424, eqs. 1–8.
 */
export function codyLorentz(t: CodyLorentzTerm, e: number): Complex {
  if (!(t.transitionEv >= t.gapEv) || !(t.urbachEv > 0))
    throw new AppError(
      'out_of_domain',
      `transitionEv ${t.transitionEv} must be at least gapEv ${t.gapEv}, and urbachEv positive`,
      {
        field: 'transitionEv',
      },
    );
  const absorption = (x: number): number => codyLorentzAbsorption(t, x);
  return { re: kramersKronig(absorption, e, [t.transitionEv, t.centreEv]), im: absorption(e) };
}
