import { AppError } from '@/lib/errors';

/** The operations of a measurement model, for numbers and for jets alike. */
export interface Arithmetic<T> {
  constant(v: number): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  pow(a: T, b: T): T;
  /** sqrt, exp, log, log10, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, abs. */
  call(name: FunctionName, a: T): T;
  atan2(y: T, x: T): T;
}

/** Functions of one argument; angles in rad, `log` is the natural logarithm. */
export type FunctionName =
  | 'sqrt'
  | 'exp'
  | 'log'
  | 'log10'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'abs';

/** All of them. */
export const FUNCTION_NAMES: readonly FunctionName[] = [
  'sqrt',
  'exp',
  'log',
  'log10',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'abs',
];

/** Plain numbers. */
export const numberArithmetic: Arithmetic<number> = {
  constant: (v) => v,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  call: (name, a) => Math[name](a),
  atan2: (y, x) => Math.atan2(y, x),
};

/**
 * Truncated Taylor polynomial in two directions a and b: coefficient of a^p b^q (p <= 1, q <= 2) at index 3p + q. Seeding x_i with a and x_j with b
 * gives ∂_i, ∂_j, ∂_i∂_j, ∂_j², ∂_i∂_j² exactly, without step sizes.
 * @reference Griewank & Walther, Evaluating Derivatives (2008), ch. 13.
 */
export type Jet = Float64Array;

const SIZE = 6;

/** Jet of a quantity. @param value - of the quantity. @param a - derivative along a; `b` along b. */
export function jet(value: number, a = 0, b = 0): Jet {
  const out = new Float64Array(SIZE);
  out[0] = value;
  out[3] = a;
  out[1] = b;
  return out;
}

function multiply(x: Jet, y: Jet): Jet {
  const out = new Float64Array(SIZE);
  for (let p = 0; p < 2; p++)
    for (let q = 0; q < 3; q++) {
      const v = x[3 * p + q]!;
      if (v === 0) continue;
      for (let r = 0; r < 2 - p; r++) for (let s = 0; s < 3 - q; s++) out[3 * (p + r) + q + s]! += v * y[3 * r + s]!;
    }
  return out;
}

// g(x) = g0 + g1 δ + g2 δ²/2 + g3 δ³/6 with δ = x − x0: exact, as δ⁴ has no term left
function compose(x: Jet, [g0, g1, g2, g3]: readonly [number, number, number, number]): Jet {
  const d = x.slice();
  d[0] = 0;
  const d2 = multiply(d, d);
  const d3 = multiply(d2, d);
  const out = new Float64Array(SIZE);
  // a derivative that is not finite counts only where it is asked for: x^1.5 has a slope at 0
  const term = (g: number, v: number): number => (v === 0 ? 0 : g * v);
  for (let k = 0; k < SIZE; k++) out[k] = term(g1, d[k]!) + term(g2 / 2, d2[k]!) + term(g3 / 6, d3[k]!);
  out[0] = g0;
  return out;
}

function derivatives(name: FunctionName, x: number): [number, number, number, number] {
  switch (name) {
    case 'sqrt': {
      const s = Math.sqrt(x);
      return [s, 0.5 / s, -0.25 / (s * x), 0.375 / (s * x * x)];
    }
    case 'exp': {
      const e = Math.exp(x);
      return [e, e, e, e];
    }
    case 'log':
      return [Math.log(x), 1 / x, -1 / x ** 2, 2 / x ** 3];
    case 'log10':
      return [Math.log10(x), Math.LOG10E / x, -Math.LOG10E / x ** 2, (2 * Math.LOG10E) / x ** 3];
    case 'sin':
      return [Math.sin(x), Math.cos(x), -Math.sin(x), -Math.cos(x)];
    case 'cos':
      return [Math.cos(x), -Math.sin(x), -Math.cos(x), Math.sin(x)];
    case 'tan': {
      const t = Math.tan(x);
      const s = 1 + t * t;
      return [t, s, 2 * t * s, 2 * s * s + 4 * t * t * s];
    }
    case 'asin': {
      const c = 1 - x * x;
      return [Math.asin(x), c ** -0.5, x * c ** -1.5, c ** -1.5 + 3 * x * x * c ** -2.5];
    }
    case 'acos': {
      const [, g1, g2, g3] = derivatives('asin', x);
      return [Math.acos(x), -g1, -g2, -g3];
    }
    case 'atan': {
      const w = 1 / (1 + x * x);
      return [Math.atan(x), w, -2 * x * w * w, (6 * x * x - 2) * w ** 3];
    }
    case 'sinh':
      return [Math.sinh(x), Math.cosh(x), Math.sinh(x), Math.cosh(x)];
    case 'cosh':
      return [Math.cosh(x), Math.sinh(x), Math.cosh(x), Math.sinh(x)];
    case 'tanh': {
      const t = Math.tanh(x);
      const s = 1 - t * t;
      return [t, s, -2 * t * s, -2 * s * s + 4 * t * t * s];
    }
    default: {
      if (x === 0) throw new AppError('out_of_domain', 'abs has no derivative at 0; use Monte Carlo there');
      return [Math.abs(x), Math.sign(x), 0, 0];
    }
  }
}

const isConstant = (x: Jet): boolean => x[1] === 0 && x[2] === 0 && x[3] === 0 && x[4] === 0 && x[5] === 0;

/** Jets. */
export const jetArithmetic: Arithmetic<Jet> = {
  constant: (v) => jet(v),
  add: (a, b) => a.map((v, k) => v + b[k]!),
  sub: (a, b) => a.map((v, k) => v - b[k]!),
  mul: multiply,
  div: (a, b) => multiply(a, reciprocal(b)),
  pow: (a, b) => {
    if (a[0] === 0 && b[0]! > 0 && !isConstant(b)) return powerOfZero(a, b);
    if (!isConstant(b)) return jetArithmetic.call('exp', multiply(b, jetArithmetic.call('log', a)));
    const [x, n] = [a[0]!, b[0]!];
    const power = (factor: number, e: number): number => (factor === 0 ? 0 : factor * x ** e); // 0·0^−1 counts as 0
    return compose(a, [x ** n, power(n, n - 1), power(n * (n - 1), n - 2), power(n * (n - 1) * (n - 2), n - 3)]);
  },
  call: (name, a) => compose(a, derivatives(name, a[0]!)),
  atan2: (y, x) => {
    // the angle of the point plus the arc tangent of how far it turns: right in all quadrants
    const [x0, y0] = [x[0]!, y[0]!];
    if (x0 === 0 && y0 === 0) throw new AppError('out_of_domain', 'atan2 is not defined at the origin');
    const along = jetArithmetic.add(scaled(x, x0), scaled(y, y0));
    const across = jetArithmetic.sub(scaled(y, x0), scaled(x, y0));
    const turn = jetArithmetic.call('atan', multiply(across, reciprocal(along)));
    turn[0]! += Math.atan2(y0, x0);
    return turn;
  },
};

const varies = (x: Jet, direction: 'a' | 'b'): boolean => (direction === 'a' ? [3, 4, 5] : [1, 2, 4, 5]).some((k) => x[k] !== 0);

/**
 * a^b at a = 0, b > 0 with an exponent that moves: by b alone every derivative is 0, by a alone it is that of a power. A derivative of order m by a and any by b
 * goes as a^(b − m) ln a: it is 0 for b > m, and not finite (NaN) otherwise.
 */
function powerOfZero(a: Jet, b: Jet): Jet {
  const out = jetArithmetic.pow(a, jet(b[0]!));
  for (let p = 0; p < 2; p++)
    for (let q = 0; q < 3; q++) {
      const isMoved = (p > 0 && varies(b, 'a')) || (q > 0 && varies(b, 'b'));
      if (!isMoved) continue;
      const order = (varies(a, 'a') ? p : 0) + (varies(a, 'b') ? q : 0);
      out[3 * p + q] = order === 0 || b[0]! > order ? 0 : Number.NaN;
    }
  return out;
}

const scaled = (x: Jet, f: number): Jet => x.map((v) => v * f);

function reciprocal(x: Jet): Jet {
  const v = x[0]!;
  return compose(x, [1 / v, -1 / v ** 2, 2 / v ** 3, -6 / v ** 4]);
}
