import { PACKED_A, PACKED_B } from './gemm';

// C ← C + α·A·B for complex matrices as in gemm.ts. Real and imaginary parts have a pointer each and common strides, so that separate and interleaved
// arrays are treated alike; 4 x 2 complex numbers of C stay in eight registers.

const KC: i32 = 256;
const MC: i32 = 48;
const NC: i32 = 256;
const EDGE: usize = memory.data(128, 16);

// panels of four rows of A: re, im of each, row after row
function packRows(re: usize, im: usize, count: i32, depth: i32, across: usize, along: usize, alpha: f64): void {
  let to = PACKED_A;
  for (let i = 0; i < count; i += 4) {
    const rows = min(4, count - i);
    for (let k = 0; k < depth; k++) {
      let o = i * across + k * along;
      for (let r = 0; r < 4; r++) {
        store<f64>(to, r < rows ? alpha * load<f64>(re + o) : 0);
        store<f64>(to, r < rows ? alpha * load<f64>(im + o) : 0, 8);
        to += 16;
        o += r + 1 < rows ? across : 0;
      }
    }
  }
}

// panels of two columns of B: both real parts, both imaginary parts
function packColumns(re: usize, im: usize, count: i32, depth: i32, across: usize, along: usize): void {
  let to = PACKED_B;
  for (let j = 0; j < count; j += 2) {
    const two = j + 1 < count;
    for (let k = 0; k < depth; k++) {
      const o = j * across + k * along;
      store<f64>(to, load<f64>(re + o));
      store<f64>(to, two ? load<f64>(re + o + across) : 0, 8);
      store<f64>(to, load<f64>(im + o), 16);
      store<f64>(to, two ? load<f64>(im + o + across) : 0, 24);
      to += 32;
    }
  }
}

// @ts-expect-error: a decorator on a function
@inline
function addTo(p: usize, v: v128): void {
  v128.store(p, f64x2.add(v128.load(p), v));
}

function block(depth: i32, a: usize, b: usize, re: usize, im: usize, row: usize): void {
  let r0 = f64x2.splat(0);
  let r1 = f64x2.splat(0);
  let r2 = f64x2.splat(0);
  let r3 = f64x2.splat(0);
  let i0 = f64x2.splat(0);
  let i1 = f64x2.splat(0);
  let i2 = f64x2.splat(0);
  let i3 = f64x2.splat(0);
  for (let k = 0; k < depth; k++) {
    const br = v128.load(b);
    const bi = v128.load(b, 16);
    let s = v128.load_splat<f64>(a);
    r0 = f64x2.add(r0, f64x2.mul(s, br));
    i0 = f64x2.add(i0, f64x2.mul(s, bi));
    s = v128.load_splat<f64>(a, 8);
    r0 = f64x2.sub(r0, f64x2.mul(s, bi));
    i0 = f64x2.add(i0, f64x2.mul(s, br));
    s = v128.load_splat<f64>(a, 16);
    r1 = f64x2.add(r1, f64x2.mul(s, br));
    i1 = f64x2.add(i1, f64x2.mul(s, bi));
    s = v128.load_splat<f64>(a, 24);
    r1 = f64x2.sub(r1, f64x2.mul(s, bi));
    i1 = f64x2.add(i1, f64x2.mul(s, br));
    s = v128.load_splat<f64>(a, 32);
    r2 = f64x2.add(r2, f64x2.mul(s, br));
    i2 = f64x2.add(i2, f64x2.mul(s, bi));
    s = v128.load_splat<f64>(a, 40);
    r2 = f64x2.sub(r2, f64x2.mul(s, bi));
    i2 = f64x2.add(i2, f64x2.mul(s, br));
    s = v128.load_splat<f64>(a, 48);
    r3 = f64x2.add(r3, f64x2.mul(s, br));
    i3 = f64x2.add(i3, f64x2.mul(s, bi));
    s = v128.load_splat<f64>(a, 56);
    r3 = f64x2.sub(r3, f64x2.mul(s, bi));
    i3 = f64x2.add(i3, f64x2.mul(s, br));
    a += 64;
    b += 32;
  }
  addTo(re, r0);
  addTo(im, i0);
  addTo(re + row, r1);
  addTo(im + row, i1);
  addTo(re + 2 * row, r2);
  addTo(im + 2 * row, i2);
  addTo(re + 3 * row, r3);
  addTo(im + 3 * row, i3);
}

function edgeBlock(depth: i32, a: usize, b: usize, re: usize, im: usize, row: usize, rows: i32, cols: i32): void {
  memory.fill(EDGE, 0, 128);
  block(depth, a, b, EDGE, EDGE + 64, 16);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const o = i * row + ((<usize>j) << 3);
      const e = EDGE + (i << 4) + (j << 3);
      store<f64>(re + o, load<f64>(re + o) + load<f64>(e));
      store<f64>(im + o, load<f64>(im + o) + load<f64>(e, 64));
    }
  }
}

/** C (m, n) += α·A (m, k)·B (k, n), α real; C in separate row-major parts. */
export function complexGemm(
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  aRe: usize,
  aIm: usize,
  aRow: i32,
  aCol: i32,
  bRe: usize,
  bIm: usize,
  bRow: i32,
  bCol: i32,
  cRe: usize,
  cIm: usize,
  ldc: i32,
): void {
  const ar = (<usize>aRow) << 3;
  const ac = (<usize>aCol) << 3;
  const br = (<usize>bRow) << 3;
  const bc = (<usize>bCol) << 3;
  const row = (<usize>ldc) << 3;
  for (let jc = 0; jc < n; jc += NC) {
    const nc = min(NC, n - jc);
    for (let pc = 0; pc < k; pc += KC) {
      const kc = min(KC, k - pc);
      const ob = pc * br + jc * bc;
      packColumns(bRe + ob, bIm + ob, nc, kc, bc, br);
      for (let ic = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        const oa = ic * ar + pc * ac;
        packRows(aRe + oa, aIm + oa, mc, kc, ar, ac, alpha);
        for (let j = 0; j < nc; j += 2) {
          const bp = PACKED_B + (<usize>j >> 1) * ((<usize>kc) << 5);
          const cols = min(2, nc - j);
          for (let i = 0; i < mc; i += 4) {
            const ap = PACKED_A + (<usize>i >> 2) * ((<usize>kc) << 6);
            const o = (ic + i) * row + ((<usize>(jc + j)) << 3);
            const rows = min(4, mc - i);
            if (rows === 4 && cols === 2) block(kc, ap, bp, cRe + o, cIm + o, row);
            else edgeBlock(kc, ap, bp, cRe + o, cIm + o, row, rows, cols);
          }
        }
      }
    }
  }
}
