import { AppError } from '@/lib/errors';
import { normalCdf } from '@/lib/numerics';

/**
 * Reliance index: the overlap ∫ min(f, g) of the predictive densities of the model in use and of a reference model, 1 when they say the
 * same, 0 when they exclude each other.
 * @param a, b - predicted value and standard uncertainty of each model, u > 0.
 * @returns in [0, 1].
 * @throws AppError `invalid_input` when an uncertainty is not positive.
 * @reference Cheng et al., IEEE Trans. Semicond. Manuf. 21 (2008) 364.
 */
export function relianceIndex(
  a: { readonly value: number; readonly u: number },
  b: { readonly value: number; readonly u: number },
): number {
  if (!(a.u > 0) || !(b.u > 0))
    throw new AppError('invalid_input', `uncertainties must be positive, got ${a.u} and ${b.u}`, { field: 'u' });
  const [s, t] = [a.u, b.u];
  if (Math.abs(s - t) < 1e-12 * s) return 2 * normalCdf(-Math.abs(a.value - b.value) / (s + t));
  // the densities cross where (x−m)²/s² + 2 ln s = (x−n)²/t² + 2 ln t
  const p = 1 / (s * s) - 1 / (t * t);
  const q = a.value / (s * s) - b.value / (t * t);
  const r = (a.value / s) ** 2 - (b.value / t) ** 2 + 2 * Math.log(s / t);
  const root = Math.sqrt(Math.max(0, q * q - p * r));
  const [x1, x2] = [(q - root) / p, (q + root) / p].sort((u, v) => u - v) as [number, number];
  const between = (m: number, w: number): number => normalCdf((x2 - m) / w) - normalCdf((x1 - m) / w);
  // between the crossings the wider density is the smaller one
  const [narrow, wide] = s < t ? [a, b] : [b, a];
  return between(wide.value, wide.u) + 1 - between(narrow.value, narrow.u);
}
