import { erf, normalPdf } from '@/lib/numerics';

/** Values of an activation function and of its derivative, both as functions of the input z and the output a. */
interface Activation {
  readonly f: (z: number) => number;
  readonly df: (z: number, a: number) => number;
}

/**
 * Activations with their derivatives. `gelu` is the exact form with Φ; `leakyRelu` has slope 0.01, `elu` α = 1.
 * @reference GELU: Hendrycks & Gimpel, arXiv:1606.08415; ELU: Clevert, Unterthiner & Hochreiter, ICLR (2016).
 */
export const ACTIVATIONS: Readonly<Record<ActivationName, Activation>> = {
  linear: { f: (z) => z, df: () => 1 },
  relu: { f: (z) => Math.max(z, 0), df: (z) => (z > 0 ? 1 : 0) },
  leakyRelu: { f: (z) => (z > 0 ? z : 0.01 * z), df: (z) => (z > 0 ? 1 : 0.01) },
  elu: { f: (z) => (z > 0 ? z : Math.expm1(z)), df: (z, a) => (z > 0 ? 1 : a + 1) },
  tanh: { f: Math.tanh, df: (_, a) => 1 - a * a },
  sigmoid: { f: (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z))), df: (_, a) => a * (1 - a) },
  gelu: { f: (z) => 0.5 * z * (1 + erf(z * Math.SQRT1_2)), df: (z) => 0.5 * (1 + erf(z * Math.SQRT1_2)) + z * normalPdf(z) },
  softplus: { f: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), df: (z) => 1 / (1 + Math.exp(-z)) },
  sin: { f: Math.sin, df: (z) => Math.cos(z) },
};

/** Name of an activation. */
export type ActivationName = 'linear' | 'relu' | 'leakyRelu' | 'elu' | 'tanh' | 'sigmoid' | 'gelu' | 'softplus' | 'sin';
