import { expSmall, isSmall, minus, plus, times } from './layers';
import { COSINES, exp2, sincos2 } from './vector';

// Airy's recursion for both polarisations of plane waves in homogeneous films, two wavelengths at a time.

// @ts-expect-error: a decorator on a function
@inline
function read(p: usize, last: bool): v128 {
  return last ? v128.load_splat<f64>(p) : v128.load(p);
}
// @ts-expect-error: a decorator on a function
@inline
function write(p: usize, last: bool, v: v128): void {
  if (last) store<f64>(p, f64x2.extract_lane(v, 0));
  else v128.store(p, v);
}

// State of a polarisation in the upward recursion: admittance of the medium below, r and t of everything below its top.
const S: usize = memory.data(96, 16);
const P: usize = memory.data(96, 16);

// @ts-expect-error: a decorator on a function
@inline
function start(at: usize, yr: v128, yi: v128): void {
  v128.store(at, yr);
  v128.store(at, yi, 16);
  v128.store(at, f64x2.splat(0), 32);
  v128.store(at, f64x2.splat(0), 48);
  v128.store(at, f64x2.splat(1), 64);
  v128.store(at, f64x2.splat(0), 80);
}

// r = (u + v q)/(v + u q) and t = 2 Y X t′/(v + u q) with u, v = Y ∓ Y′ and q = r′X²: one division for f, r and t
// @ts-expect-error: a decorator on a function
@inline
function cross(at: usize, yr: v128, yi: v128, xr: v128, xi: v128, sr: v128, si: v128): void {
  const br = v128.load(at);
  const bi = v128.load(at, 16);
  const rr = v128.load(at, 32);
  const ri = v128.load(at, 48);
  const tr = v128.load(at, 64);
  const ti = v128.load(at, 80);
  const ur = minus(yr, br);
  const ui = minus(yi, bi);
  const vr = plus(yr, br);
  const vi = plus(yi, bi);
  const qr = minus(times(rr, sr), times(ri, si));
  const qi = plus(times(rr, si), times(ri, sr));
  const dr = plus(vr, minus(times(ur, qr), times(ui, qi)));
  const di = plus(vi, plus(times(ur, qi), times(ui, qr)));
  const over = f64x2.div(f64x2.splat(1), plus(times(dr, dr), times(di, di)));
  const nr = plus(ur, minus(times(vr, qr), times(vi, qi)));
  const ni = plus(ui, plus(times(vr, qi), times(vi, qr)));
  v128.store(at, yr);
  v128.store(at, yi, 16);
  v128.store(at, times(plus(times(nr, dr), times(ni, di)), over), 32);
  v128.store(at, times(minus(times(ni, dr), times(nr, di)), over), 48);
  const two = f64x2.splat(2);
  const gr = times(two, minus(times(yr, xr), times(yi, xi)));
  const gi = times(two, plus(times(yr, xi), times(yi, xr)));
  const hr = minus(times(gr, tr), times(gi, ti));
  const hi = plus(times(gr, ti), times(gi, tr));
  v128.store(at, times(plus(times(hr, dr), times(hi, di)), over), 64);
  v128.store(at, times(minus(times(hi, dr), times(hr, di)), over), 80);
}

/**
 * Field amplitudes of stacks at w points: r and t of both polarisations, magnetic ratios in p.
 * @param media - number of media with the two half-spaces. @param index - (media, 2, w): real and imaginary part of ñ of each.
 * @param k0 - (w,) vacuum wave numbers. @param tangential - (2, w): square of k_x/k₀. @param thickness - of the films (media − 2).
 * @param out - (12, w): real and imaginary parts of r_s, r_p, t_s, t_p, then |r_s|², |r_p|² and the transmitted powers of s and p.
 */
export function filmAmplitudes(
  media: i32,
  w: i32,
  index: usize,
  k0: usize,
  tangential: usize,
  thickness: usize,
  out: usize,
): void {
  const step = (<usize>w) << 3;
  const zero = f64x2.splat(0);
  for (let i = 0; i < w; i += 2) {
    const o = (<usize>i) << 3;
    const last = i + 1 === w;
    const k = read(k0 + o, last);
    const pr = read(tangential + o, last);
    const pi = read(tangential + step + o, last);
    // X of the medium below the current interface, and its square
    let xr = f64x2.splat(1);
    let xi = zero;
    let sr = xr;
    let si = zero;
    let endS = zero;
    let endP = zero;
    for (let j = media - 1; j >= 0; j--) {
      const from = index + 2 * <usize>j * step + o;
      const nr = read(from, last);
      const ni = read(from + step, last);
      const er = minus(times(nr, nr), times(ni, ni));
      const ei = times(f64x2.splat(2), times(nr, ni));
      const a = minus(er, pr);
      const b = minus(ei, pi);
      const m = f64x2.sqrt(plus(times(a, a), times(b, b)));
      const major = f64x2.sqrt(times(f64x2.splat(0.5), plus(m, f64x2.abs(a))));
      const minor = v128.andnot(f64x2.div(times(f64x2.splat(0.5), b), major), f64x2.eq(major, zero));
      const up = f64x2.ge(a, zero);
      let kr = v128.bitselect(major, minor, up);
      let ki = v128.bitselect(minor, major, up);
      // the branch that decays or travels downwards
      const sign = v128.and(f64x2.lt(plus(kr, ki), zero), f64x2.splat(-0.0));
      kr = v128.xor(kr, sign);
      ki = v128.xor(ki, sign);
      const over = f64x2.div(f64x2.splat(1), plus(times(er, er), times(ei, ei)));
      const yr = times(plus(times(kr, er), times(ki, ei)), over);
      const yi = times(minus(times(ki, er), times(kr, ei)), over);
      if (j === media - 1) {
        start(S, kr, ki);
        start(P, yr, yi);
        endS = kr;
        endP = yr;
      } else {
        cross(S, kr, ki, xr, xi, sr, si);
        cross(P, yr, yi, xr, xi, sr, si);
      }
      if (j > 0 && j < media - 1) {
        const d = times(k, v128.load_splat<f64>(thickness + ((<usize>(j - 1)) << 3)));
        const decay = f64x2.neg(times(ki, d));
        const e = isSmall(decay) ? expSmall(decay) : exp2(decay);
        xi = times(e, sincos2(times(kr, d)));
        xr = times(e, v128.load(COSINES));
        sr = minus(times(xr, xr), times(xi, xi));
        si = times(f64x2.splat(2), times(xr, xi));
      }
    }
    for (let p = 0; p < 2; p++) {
      const at = p === 0 ? S : P;
      const rr = v128.load(at, 32);
      const ri = v128.load(at, 48);
      const tr = v128.load(at, 64);
      const ti = v128.load(at, 80);
      const r = out + 2 * <usize>p * step + o;
      write(r, last, rr);
      write(r + step, last, ri);
      write(r + 4 * step, last, tr);
      write(r + 5 * step, last, ti);
      const power = out + (8 + <usize>p) * step + o;
      write(power, last, plus(times(rr, rr), times(ri, ri)));
      const end = p === 0 ? endS : endP;
      write(power + 2 * step, last, f64x2.div(times(plus(times(tr, tr), times(ti, ti)), end), v128.load(at)));
    }
  }
}
