/** The operations that a formula needs, so that one text serves values and derivatives. */
export interface Arithmetic<T> {
  readonly of: (v: number) => T;
  readonly value: (a: T) => number;
  readonly add: (a: T, b: T) => T;
  readonly sub: (a: T, b: T) => T;
  readonly mul: (a: T, b: T) => T;
  readonly div: (a: T, b: T) => T;
  readonly scale: (a: T, s: number) => T;
  readonly sqrt: (a: T) => T;
  readonly log: (a: T) => T;
  readonly exp: (a: T) => T;
  readonly atan: (a: T) => T;
}

/** Plain numbers. */
export const REAL: Arithmetic<number> = {
  of: (v) => v,
  value: (a) => a,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  scale: (a, s) => a * s,
  sqrt: Math.sqrt,
  log: Math.log,
  exp: Math.exp,
  atan: Math.atan,
};

/** A value in entry 0 and its partial derivatives behind it; a plain array, because thousands of short ones are made. */
export type Jet = number[];

/**
 * First-order jets of n variables: forward-mode differentiation, exact to rounding.
 * @param n - number of variables.
 * @returns the arithmetic; `variable(v, k)` is variable k with value v.
 * @reference Griewank & Walther, Evaluating Derivatives, 2nd ed. (2008), §3.1.
 */
export function jets(n: number): Arithmetic<Jet> & { readonly variable: (v: number, k: number) => Jet } {
  const of = (v: number): Jet => {
    const out = [v];
    for (let i = 1; i <= n; i++) out.push(0);
    return out;
  };
  // value f and slope f′ at a
  const chain = (a: Jet, f: number, slope: number): Jet => {
    const out = [f];
    for (let i = 1; i <= n; i++) out.push(slope * a[i]!);
    return out;
  };
  // value f and slopes u at a, v at b
  const join = (a: Jet, b: Jet, f: number, u: number, v: number): Jet => {
    const out = [f];
    for (let i = 1; i <= n; i++) out.push(u * a[i]! + v * b[i]!);
    return out;
  };
  return {
    of,
    variable: (v, k) => {
      const out = of(v);
      out[1 + k] = 1;
      return out;
    },
    value: (a) => a[0]!,
    add: (a, b) => join(a, b, a[0]! + b[0]!, 1, 1),
    sub: (a, b) => join(a, b, a[0]! - b[0]!, 1, -1),
    mul: (a, b) => join(a, b, a[0]! * b[0]!, b[0]!, a[0]!),
    div: (a, b) => join(a, b, a[0]! / b[0]!, 1 / b[0]!, -a[0]! / (b[0]! * b[0]!)),
    scale: (a, s) => chain(a, s * a[0]!, s),
    sqrt: (a) => chain(a, Math.sqrt(a[0]!), 0.5 / Math.sqrt(a[0]!)),
    log: (a) => chain(a, Math.log(a[0]!), 1 / a[0]!),
    exp: (a) => chain(a, Math.exp(a[0]!), Math.exp(a[0]!)),
    atan: (a) => chain(a, Math.atan(a[0]!), 1 / (1 + a[0]! * a[0]!)),
  };
}
