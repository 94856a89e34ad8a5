import { type ComplexArray, complexArray } from '@/lib/kernels';

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** a·b. */
export function cmul(a: Complex, b: Complex): Complex {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

/** a/b by Smith's scaling. @reference Smith, Comm. ACM 5 (1962) 435. */
export function cdiv(a: Complex, b: Complex): Complex {
  if (Math.abs(b.re) >= Math.abs(b.im)) {
    const t = b.im / b.re;
    const d = b.re + b.im * t;
    return { re: (a.re + a.im * t) / d, im: (a.im - a.re * t) / d };
  }
  const t = b.re / b.im;
  const d = b.re * t + b.im;
  return { re: (a.re * t + a.im) / d, im: (a.im * t - a.re) / d };
}

/**
 * Principal square root (Re ≥ 0), without cancellation.
 * @reference Kahan, Branch Cuts for Complex Elementary Functions, in The State of the Art in Numerical Analysis (1987), 165.
 */
export function csqrt(a: Complex): Complex {
  const m = Math.hypot(a.re, a.im);
  if (m === 0) return { re: 0, im: 0 };
  if (a.re >= 0) {
    const s = Math.sqrt(0.5 * (m + a.re));
    return { re: s, im: a.im / (2 * s) };
  }
  const s = Math.sqrt(0.5 * (m - a.re));
  return { re: Math.abs(a.im) / (2 * s), im: a.im < 0 ? -s : s };
}

/**
 * The root of z that decays or travels in the direction of propagation for waves exp(+i k z) with time factor exp(−iωt): Im ≥ 0, and Re > 0 where z
 * is real and positive. Values a rounding error below the positive real axis stay on the travelling branch: the root with Re + Im > 0 is taken.
 */
export function waveRoot(z: Complex): Complex {
  const s = csqrt(z);
  return s.re + s.im < 0 ? { re: -s.re, im: -s.im } : s;
}

/** exp(a). */
export function cexp(a: Complex): Complex {
  const m = Math.exp(a.re);
  return { re: m * Math.cos(a.im), im: m * Math.sin(a.im) };
}

/** y = A·x for a complex (m, k) matrix. */
export function complexMultiplyVector(a: ComplexArray, x: ComplexArray, m: number, k: number): ComplexArray {
  const out = complexArray(m);
  for (let i = 0; i < m; i++) {
    let u = 0;
    let v = 0;
    for (let j = 0; j < k; j++) {
      const p = i * k + j;
      u += a.re[p]! * x.re[j]! - a.im[p]! * x.im[j]!;
      v += a.re[p]! * x.im[j]! + a.im[p]! * x.re[j]!;
    }
    out.re[i] = u;
    out.im[i] = v;
  }
  return out;
}
