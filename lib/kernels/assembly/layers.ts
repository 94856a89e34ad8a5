import { COSINES, exp2, sincos2 } from './vector';

// Waves in homogeneous layers, two points at a time.

// Below this a few terms of the series of sin, cos and exp are exact to rounding: the case of weak absorption.
const SMALL: f64 = 0.015625;

// @ts-expect-error: a decorator on a function
@inline
export function plus(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}
// @ts-expect-error: a decorator on a function
@inline
export function minus(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}
// @ts-expect-error: a decorator on a function
@inline
export function times(a: v128, b: v128): v128 {
  return f64x2.mul(a, b);
}
// @ts-expect-error: a decorator on a function
@inline
export function isSmall(x: v128): bool {
  return !v128.any_true(f64x2.ge(f64x2.abs(x), f64x2.splat(SMALL)));
}
// eˣ of a small number, Taylor to x⁷ (remainder 9e-20)
// @ts-expect-error: a decorator on a function
@inline
export function expSmall(x: v128): v128 {
  const x2 = times(x, x);
  const a = plus(f64x2.splat(0.5), times(x, f64x2.splat(1.0 / 6)));
  const b = plus(f64x2.splat(1.0 / 24), times(x, f64x2.splat(1.0 / 120)));
  const c = plus(f64x2.splat(1.0 / 720), times(x, f64x2.splat(1.0 / 5040)));
  return plus(f64x2.splat(1), plus(x, times(x2, plus(a, times(x2, plus(b, times(x2, c)))))));
}

/**
 * |r|² of Parratt's recursion with Névot–Croce factors for slabs k_j² = q²/4 − c_j, Im k ≥ 0; q in `points` numbers, thickness and roughness of the
 * upper interface per slab. Parratt, Phys. Rev. 95 (1954) 359; Névot & Croce, Rev. Phys. Appl. 15 (1980) 761.
 */
export function layeredReflectivity(
  slabs: i32,
  cr: usize,
  ci: usize,
  thickness: usize,
  sigma: usize,
  points: i32,
  q: usize,
  out: usize,
): void {
  const zero = f64x2.splat(0);
  const half = f64x2.splat(0.5);
  for (let i = 0; i < points; i += 2) {
    const at = (<usize>i) << 3;
    const last = i + 1 === points;
    const qi = last ? v128.load_splat<f64>(q + at) : v128.load(q + at);
    const q4 = times(f64x2.splat(0.25), times(qi, qi));
    // wave number of the slab below the current interface
    let br = zero;
    let bi = zero;
    let rr = zero;
    let ri = zero;
    for (let j = slabs - 1; j >= 0; j--) {
      const o = (<usize>j) << 3;
      const a = minus(q4, v128.load_splat<f64>(cr + o));
      const b = f64x2.neg(v128.load_splat<f64>(ci + o));
      const m = f64x2.sqrt(plus(times(a, a), times(b, b)));
      const major = f64x2.sqrt(times(half, plus(m, f64x2.abs(a))));
      const minor = v128.andnot(f64x2.div(times(half, b), major), f64x2.eq(major, zero));
      const up = f64x2.ge(a, zero);
      const kr = v128.bitselect(major, minor, up);
      const ki = v128.bitselect(minor, major, up);
      if (j < slabs - 1) {
        // r = (u g + v q)/(v + u g q): f = u/v with roughness factor g, q = r′X²; one division in all
        let ur = minus(kr, br);
        let ui = minus(ki, bi);
        const vr = plus(kr, br);
        const vi = plus(ki, bi);
        const s = load<f64>(sigma + o, 8);
        if (s > 0) {
          const g = f64x2.splat(-2 * s * s);
          const e = exp2(times(g, minus(times(kr, br), times(ki, bi))));
          const phase = times(g, plus(times(kr, bi), times(ki, br)));
          let sine: v128;
          let cosine: v128;
          if (isSmall(phase)) {
            const p2 = times(phase, phase);
            const p3 = plus(f64x2.splat(-1.0 / 6), times(p2, plus(f64x2.splat(1.0 / 120), times(p2, f64x2.splat(-1.0 / 5040)))));
            sine = plus(phase, times(times(phase, p2), p3));
            const p4 = plus(f64x2.splat(1.0 / 24), times(p2, f64x2.splat(-1.0 / 720)));
            cosine = minus(f64x2.splat(1), times(p2, minus(half, times(p2, p4))));
          } else {
            sine = sincos2(phase);
            cosine = v128.load(COSINES);
          }
          const c = times(e, cosine);
          const d = times(e, sine);
          const t = minus(times(ur, c), times(ui, d));
          ui = plus(times(ur, d), times(ui, c));
          ur = t;
        }
        const thick = load<f64>(thickness + o, 8);
        let xr = rr;
        let xi = ri;
        if (thick > 0 && j < slabs - 2) {
          const d = f64x2.splat(2 * thick);
          const x = f64x2.neg(times(bi, d));
          const e = isSmall(x) ? expSmall(x) : exp2(x);
          const sine = times(e, sincos2(times(br, d)));
          const cosine = times(e, v128.load(COSINES));
          xr = minus(times(rr, cosine), times(ri, sine));
          xi = plus(times(rr, sine), times(ri, cosine));
        }
        const nr = plus(ur, minus(times(vr, xr), times(vi, xi)));
        const ni = plus(ui, plus(times(vr, xi), times(vi, xr)));
        const dr = plus(vr, minus(times(ur, xr), times(ui, xi)));
        const di = plus(vi, plus(times(ur, xi), times(ui, xr)));
        const dd = plus(times(dr, dr), times(di, di));
        const over = f64x2.div(f64x2.splat(1), dd);
        const some = f64x2.gt(dd, zero);
        rr = v128.bitselect(times(plus(times(nr, dr), times(ni, di)), over), xr, some);
        ri = v128.bitselect(times(minus(times(ni, dr), times(nr, di)), over), xi, some);
      }
      br = kr;
      bi = ki;
    }
    const y = plus(times(rr, rr), times(ri, ri));
    if (last) store<f64>(out + at, f64x2.extract_lane(y, 0));
    else v128.store(out + at, y);
  }
}
