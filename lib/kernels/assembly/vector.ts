// Functions of many values, two at a time.

const LOG2E: f64 = 1.4426950408889634;
const LN2_HIGH: f64 = 0.6931471803691238; // 32 bits: a multiple by a whole number below 2^20 is exact
const LN2_LOW: f64 = 1.9082149292705877e-10;
const ROUND: f64 = 6755399441055744; // 1.5·2^52: adding it leaves the whole number in the low bits

// eˣ = 2ᵏ eʳ, |r| <= ln 2/2, Taylor to r¹³ (remainder 4e-18 relative); 0 below −708, where the result would be subnormal.
// @ts-expect-error: a decorator on a function
@inline
export function exp2(x: v128): v128 {
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(LOG2E)), f64x2.splat(ROUND));
  const k = f64x2.sub(shifted, f64x2.splat(ROUND));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH))), f64x2.mul(k, f64x2.splat(LN2_LOW)));
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const a = f64x2.add(f64x2.splat(0.5), f64x2.mul(r, f64x2.splat(1.0 / 6)));
  const b = f64x2.add(f64x2.splat(1.0 / 24), f64x2.mul(r, f64x2.splat(1.0 / 120)));
  const c = f64x2.add(f64x2.splat(1.0 / 720), f64x2.mul(r, f64x2.splat(1.0 / 5040)));
  const d = f64x2.add(f64x2.splat(1.0 / 40320), f64x2.mul(r, f64x2.splat(1.0 / 362880)));
  const e = f64x2.add(f64x2.splat(1.0 / 3628800), f64x2.mul(r, f64x2.splat(1.0 / 39916800)));
  const f = f64x2.add(f64x2.splat(1.0 / 479001600), f64x2.mul(r, f64x2.splat(1.0 / 6227020800)));
  const low = f64x2.add(a, f64x2.mul(r2, b));
  const mid = f64x2.add(c, f64x2.mul(r2, d));
  const high = f64x2.add(e, f64x2.mul(r2, f));
  const q = f64x2.add(low, f64x2.mul(r4, f64x2.add(mid, f64x2.mul(r4, high))));
  const one = f64x2.splat(1);
  const p = f64x2.add(one, f64x2.add(r, f64x2.mul(r2, q)));
  // 2ᵏ into the exponent
  let y = i64x2.add(p, i64x2.shl(shifted, 52));
  y = v128.andnot(y, f64x2.lt(x, f64x2.splat(-708)));
  y = v128.bitselect(f64x2.splat(Infinity), y, f64x2.gt(x, f64x2.splat(709.782712893384)));
  return v128.bitselect(y, x, f64x2.eq(x, x));
}

// sin x and cos x = ±sin r or ±cos r, r = x − k π/2: π/2 as two numbers of 31 bits, whose multiples by k < 2²² are exact, and the rest; Taylor to r¹⁷ and r¹⁶
// (remainders 8e-20 and 2e-18).
const TWO_OVER_PI: f64 = 0.6366197723675814;
const HALF_PI_HIGH: f64 = 1.5707963267341256;
const HALF_PI_MIDDLE: f64 = 6.07710050359346e-11;
const HALF_PI_LOW: f64 = 2.912732056093356e-20;
const REDUCED: f64 = 4194304; // 2²²

/** Where `sincos2` stores the cosines. */
export const COSINES: usize = memory.data(16, 16);

/** Sines of two numbers, the cosines in memory at `COSINES`. */
export function sincos2(x: v128): v128 {
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(TWO_OVER_PI)), f64x2.splat(ROUND));
  const k = f64x2.sub(shifted, f64x2.splat(ROUND));
  const near = f64x2.sub(x, f64x2.mul(k, f64x2.splat(HALF_PI_HIGH)));
  const r = f64x2.sub(f64x2.sub(near, f64x2.mul(k, f64x2.splat(HALF_PI_MIDDLE))), f64x2.mul(k, f64x2.splat(HALF_PI_LOW)));
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const r8 = f64x2.mul(r4, r4);
  const a = f64x2.add(f64x2.splat(-1.0 / 6), f64x2.mul(r2, f64x2.splat(1.0 / 120)));
  const b = f64x2.add(f64x2.splat(-1.0 / 5040), f64x2.mul(r2, f64x2.splat(1.0 / 362880)));
  const c = f64x2.add(f64x2.splat(-1.0 / 39916800), f64x2.mul(r2, f64x2.splat(1.0 / 6227020800)));
  const d = f64x2.add(f64x2.splat(-1.0 / 1307674368000), f64x2.mul(r2, f64x2.splat(1.0 / 355687428096000)));
  const p = f64x2.add(f64x2.add(a, f64x2.mul(r4, b)), f64x2.mul(r8, f64x2.add(c, f64x2.mul(r4, d))));
  const sine = f64x2.add(r, f64x2.mul(f64x2.mul(r, r2), p));
  const e = f64x2.add(f64x2.splat(1.0 / 24), f64x2.mul(r2, f64x2.splat(-1.0 / 720)));
  const f = f64x2.add(f64x2.splat(1.0 / 40320), f64x2.mul(r2, f64x2.splat(-1.0 / 3628800)));
  const g = f64x2.add(f64x2.splat(1.0 / 479001600), f64x2.mul(r2, f64x2.splat(-1.0 / 87178291200)));
  const h = f64x2.add(g, f64x2.mul(r4, f64x2.splat(1.0 / 20922789888000)));
  const q = f64x2.add(f64x2.add(e, f64x2.mul(r4, f)), f64x2.mul(r8, h));
  // 1 − r²/2 rounds once; the rounding error is added back
  const half = f64x2.mul(f64x2.splat(0.5), r2);
  const near1 = f64x2.sub(f64x2.splat(1), half);
  const lost = f64x2.sub(f64x2.sub(f64x2.splat(1), near1), half);
  const cosine = f64x2.add(near1, f64x2.add(lost, f64x2.mul(r4, q)));
  // quadrant: odd ones swap sine and cosine, the second bit is the sign
  const odd = i64x2.neg(v128.and(shifted, i64x2.splat(1)));
  const signSine = i64x2.shl(v128.and(shifted, i64x2.splat(2)), 62);
  const signCosine = i64x2.shl(v128.and(i64x2.add(shifted, i64x2.splat(1)), i64x2.splat(2)), 62);
  v128.store(COSINES, v128.xor(v128.bitselect(sine, cosine, odd), signCosine));
  let y = v128.xor(v128.bitselect(cosine, sine, odd), signSine);
  if (v128.any_true(f64x2.gt(f64x2.abs(x), f64x2.splat(REDUCED)))) {
    // from 2²² on: all relevant bits of 2/π
    const u = f64x2.extract_lane(x, 0);
    if (abs<f64>(u) > REDUCED) {
      store<f64>(COSINES, NativeMath.cos(u));
      y = f64x2.replace_lane(y, 0, NativeMath.sin(u));
    }
    const v = f64x2.extract_lane(x, 1);
    if (abs<f64>(v) > REDUCED) {
      store<f64>(COSINES, NativeMath.cos(v), 8);
      y = f64x2.replace_lane(y, 1, NativeMath.sin(v));
    }
  }
  return y;
}

/** Sines in place of n numbers p, cosines to c. */
export function sincosInPlace(n: i32, p: usize, c: usize): void {
  for (let i = 0; i < n; i += 2) {
    const o = (<usize>i) << 3;
    const last = i + 1 === n;
    const y = sincos2(last ? v128.load_splat<f64>(p + o) : v128.load(p + o));
    if (last) {
      store<f64>(p + o, f64x2.extract_lane(y, 0));
      store<f64>(c + o, load<f64>(COSINES));
    } else {
      v128.store(p + o, y);
      v128.store(c + o, v128.load(COSINES));
    }
  }
}

export function expInPlace(n: i32, p: usize): void {
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const o = p + ((<usize>i) << 3);
    v128.store(o, exp2(v128.load(o)));
  }
  if (i < n) {
    const o = p + ((<usize>i) << 3);
    store<f64>(o, f64x2.extract_lane(exp2(v128.load_splat<f64>(o)), 0));
  }
}

/** out_ij = Σ_k (a_ik − b_kj)²: a row-major (n, d), b by coordinates (d, m). With `lower` the columns after the diagonal are left out. */
export function squaredDistances(n: i32, m: i32, d: i32, a: usize, b: usize, out: usize, lower: bool): void {
  const row = (<usize>m) << 3;
  for (let i = 0; i < n; i++) {
    const ai = a + ((<usize>i * d) << 3);
    const to = out + i * row;
    const end = lower ? min(m, i + 1) : m;
    let j = 0;
    for (; j + 1 < end; j += 2) {
      let s = f64x2.splat(0);
      let p = b + ((<usize>j) << 3);
      for (let k = 0; k < d; k++) {
        const t = f64x2.sub(v128.load_splat<f64>(ai + ((<usize>k) << 3)), v128.load(p));
        s = f64x2.add(s, f64x2.mul(t, t));
        p += row;
      }
      v128.store(to + ((<usize>j) << 3), s);
    }
    if (j < end) {
      let s: f64 = 0;
      for (let k = 0; k < d; k++) {
        const t = load<f64>(ai + ((<usize>k) << 3)) - load<f64>(b + k * row + ((<usize>j) << 3));
        s += t * t;
      }
      store<f64>(to + ((<usize>j) << 3), s);
    }
  }
}

// Correlation c(u) and g(u) with ∂c/∂ln l_j = g·u_j², u² = Σ u_j², u_j inversely proportional to l_j
// @ts-expect-error: a decorator on a function
@inline
function radialPair(family: i32, slope: bool, u2: v128): v128 {
  const one = f64x2.splat(1);
  if (family === 0) {
    const c = exp2(f64x2.neg(u2));
    return slope ? f64x2.add(c, c) : c;
  }
  const u = f64x2.sqrt(u2);
  if (family === 4) {
    // spherical, 0 beyond u = 1
    const inside = f64x2.lt(u, one);
    if (slope) return v128.and(inside, f64x2.mul(f64x2.splat(1.5), f64x2.div(f64x2.sub(one, u2), u)));
    const half = f64x2.mul(f64x2.splat(0.5), f64x2.mul(u2, u));
    return v128.and(inside, f64x2.add(f64x2.sub(one, f64x2.mul(f64x2.splat(1.5), u)), half));
  }
  const x = exp2(f64x2.neg(u));
  if (family === 1) return slope ? f64x2.div(x, u) : x;
  const s = f64x2.add(one, u);
  if (family === 2) return slope ? x : f64x2.mul(s, x);
  const third = f64x2.splat(1.0 / 3);
  return slope ? f64x2.mul(f64x2.mul(third, s), x) : f64x2.mul(f64x2.add(s, f64x2.mul(third, u2)), x);
}

/** p ← variance·c(u) (or ·g(u)) of n squared distances p, u² = scale·p; `zero` where p is 0. */
export function radial(family: i32, slope: bool, n: i32, p: usize, scale: f64, variance: f64, zero: f64): void {
  const vs = f64x2.splat(scale);
  const vv = f64x2.splat(variance);
  const vz = f64x2.splat(zero);
  for (let i = 0; i < n; i += 2) {
    const o = p + ((<usize>i) << 3);
    const last = i + 1 === n;
    const q = last ? v128.load_splat<f64>(o) : v128.load(o);
    const u2 = f64x2.mul(vs, q);
    const y = f64x2.mul(vv, radialPair(family, slope, u2));
    const z = v128.bitselect(vz, y, f64x2.eq(q, f64x2.splat(0)));
    if (last) store<f64>(o, f64x2.extract_lane(z, 0));
    else v128.store(o, z);
  }
}

/** c(u) of one value. */
export function radialAt(family: i32, u: f64): f64 {
  return f64x2.extract_lane(radialPair(family, false, f64x2.splat(u * u)), 0);
}
