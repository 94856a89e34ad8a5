import { exchanged, modulus } from './complex';

// u ← c·u + s·v, v ← c·v − conj(s)·u for `count` numbers, `step` bytes apart
// @ts-expect-error: a decorator on a function
@inline
export function rotate(u: usize, v: usize, count: i32, step: usize, c: f64, sr: f64, si: f64): void {
  const vc = f64x2.splat(c);
  const vr = f64x2.splat(sr);
  const vi = f64x2(-si, si);
  for (let j = 0; j < count; j++) {
    const a = v128.load(u);
    const b = v128.load(v);
    v128.store(u, f64x2.add(f64x2.mul(vc, a), f64x2.add(f64x2.mul(vr, b), f64x2.mul(vi, exchanged(b)))));
    v128.store(v, f64x2.add(f64x2.sub(f64x2.mul(vc, b), f64x2.mul(vr, a)), f64x2.mul(vi, exchanged(a))));
    u += step;
    v += step;
  }
}

// The rotation that takes (f, g) to (r, 0): c = |f|/|r|, s = (f/|f|)·conj(g)/|r|
export let cosine: f64 = 1;
export let sineRe: f64 = 0;
export let sineIm: f64 = 0;
export function rotation(fr: f64, fi: f64, gr: f64, gi: f64): void {
  const f = modulus(fr, fi);
  const r = modulus(f, modulus(gr, gi));
  const pr = f === 0 ? 1 : fr / f;
  const pi = f === 0 ? 0 : fi / f;
  cosine = r === 0 ? 1 : f / r;
  sineRe = r === 0 ? 0 : (pr * gr + pi * gi) / r;
  sineIm = r === 0 ? 0 : (pi * gr - pr * gi) / r;
}
