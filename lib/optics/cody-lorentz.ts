import { AppError } from '@/lib/errors';
import type { Complex } from '@/lib/numerics';
import { kramersKronig } from './kramers-kronig';

/** Cody–Lorentz oscillator with an Urbach tail below the transition energy Et. */
export interface CodyLorentzTerm {
  readonly kind: 'cody-lorentz';
  readonly amplitudeEv: number;
  readonly centreEv: number;
  readonly gammaEv: number;
  readonly gapEv: number;
  /** Ep: where the Cody rise turns into the Lorentz shape. */
  readonly crossoverEv: number;
  /** Et ≥ Eg: below it the absorption is an Urbach exponential. */
  readonly transitionEv: number;
  readonly urbachEv: number;
}

/** ε₂: G(E)L(E) above Et, (E₁/E)exp((E − Et)/Eu) below, with G = (E − Eg)²/((E − Eg)² + Ep²), L = A E0 Γ E/((E² − E0²)² + Γ²E²). */
export function codyLorentzAbsorption(t: CodyLorentzTerm, e: number): number {
  const strength = (x: number): number => {
    const rise = (x - t.gapEv) ** 2;
    const shape = (t.amplitudeEv * t.centreEv * t.gammaEv * x) / ((x * x - t.centreEv ** 2) ** 2 + (t.gammaEv * x) ** 2);
    return (rise / (rise + t.crossoverEv ** 2)) * shape;
  };
  if (e > t.transitionEv) return strength(e);
  return ((t.transitionEv * strength(t.transitionEv)) / e) * Math.exp((e - t.transitionEv) / t.urbachEv);
}

/**
 * Cody–Lorentz permittivity without ε∞; ε₁ by graded principal-value quadrature.
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
