// C ← C + α·A·B on packed panels: an MC x KC block of A stays in the second-level cache, a KC x NC panel of B in the third, a 4 x 4 block of C in
// eight registers. K. Goto & R. van de Geijn, ACM Trans. Math. Softw. 34 (2008) 12. Strides are counted in elements; transposing swaps them.

const KC: i32 = 256;
const MC: i32 = 96;
const NC: i32 = 512;
export const PACKED_A: usize = memory.data(196608, 16); // MC·KC doubles
export const PACKED_B: usize = memory.data(1048576, 16); // KC·NC doubles
const EDGE: usize = memory.data(128, 16);

// Panels of four rows of A (or, with swapped strides, of four columns of B); missing rows of the last panel are zero.
function pack(to: usize, from: usize, count: i32, depth: i32, across: usize, along: usize, alpha: f64): void {
  for (let i = 0; i < count; i += 4) {
    const p0 = from + i * across;
    const left = count - i;
    if (left >= 4 && across === 8) {
      const va = f64x2.splat(alpha);
      for (let k = 0; k < depth; k++) {
        const p = p0 + k * along;
        v128.store(to, f64x2.mul(va, v128.load(p)));
        v128.store(to, f64x2.mul(va, v128.load(p, 16)), 16);
        to += 32;
      }
      continue;
    }
    const p1 = p0 + (left > 1 ? across : 0);
    const p2 = p0 + (left > 2 ? 2 * across : 0);
    const p3 = p0 + (left > 3 ? 3 * across : 0);
    const a1 = left > 1 ? alpha : 0;
    const a2 = left > 2 ? alpha : 0;
    const a3 = left > 3 ? alpha : 0;
    for (let k = 0; k < depth; k++) {
      const o = k * along;
      store<f64>(to, alpha * load<f64>(p0 + o));
      store<f64>(to, left > 1 ? a1 * load<f64>(p1 + o) : 0, 8);
      store<f64>(to, left > 2 ? a2 * load<f64>(p2 + o) : 0, 16);
      store<f64>(to, left > 3 ? a3 * load<f64>(p3 + o) : 0, 24);
      to += 32;
    }
  }
}

// @ts-expect-error: a decorator on a function
@inline
function addTo(p: usize, v: v128): void {
  v128.store(p, f64x2.add(v128.load(p), v));
}

// C[0..4, 0..4] += panel of A · panel of B
function block(depth: i32, a: usize, b: usize, c: usize, row: usize): void {
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  for (let k = 0; k < depth; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<f64>(a);
    c00 = f64x2.add(c00, f64x2.mul(s, b0));
    c01 = f64x2.add(c01, f64x2.mul(s, b1));
    s = v128.load_splat<f64>(a, 8);
    c10 = f64x2.add(c10, f64x2.mul(s, b0));
    c11 = f64x2.add(c11, f64x2.mul(s, b1));
    s = v128.load_splat<f64>(a, 16);
    c20 = f64x2.add(c20, f64x2.mul(s, b0));
    c21 = f64x2.add(c21, f64x2.mul(s, b1));
    s = v128.load_splat<f64>(a, 24);
    c30 = f64x2.add(c30, f64x2.mul(s, b0));
    c31 = f64x2.add(c31, f64x2.mul(s, b1));
    a += 32;
    b += 32;
  }
  addTo(c, c00);
  addTo(c + 16, c01);
  c += row;
  addTo(c, c10);
  addTo(c + 16, c11);
  c += row;
  addTo(c, c20);
  addTo(c + 16, c21);
  c += row;
  addTo(c, c30);
  addTo(c + 16, c31);
}

// A block that extends over the edge of C is computed in a separate buffer.
function edgeBlock(depth: i32, a: usize, b: usize, c: usize, row: usize, rows: i32, cols: i32): void {
  memory.fill(EDGE, 0, 128);
  block(depth, a, b, EDGE, 32);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const p = c + i * row + ((<usize>j) << 3);
      store<f64>(p, load<f64>(p) + load<f64>(EDGE + (i << 5) + (j << 3)));
    }
  }
}

/**
 * C (m, n) += α·A (m, k)·B (k, n). C is row-major with `ldc` elements per row; A and B have a row and a column stride each.
 * With `lower` the 4 x 4 blocks wholly above the diagonal of C are left out.
 */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  a: usize,
  aRow: i32,
  aCol: i32,
  b: usize,
  bRow: i32,
  bCol: i32,
  c: usize,
  ldc: i32,
  lower: bool,
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
      const panel = (<usize>kc) << 5;
      pack(PACKED_B, b + pc * br + jc * bc, nc, kc, bc, br, 1);
      for (let ic = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        if (lower && jc > ic + mc - 1) continue;
        pack(PACKED_A, a + ic * ar + pc * ac, mc, kc, ar, ac, alpha);
        for (let j = 0; j < nc; j += 4) {
          const bp = PACKED_B + (<usize>j >> 2) * panel;
          const cols = min(4, nc - j);
          let i = 0;
          if (lower) i = max(0, (jc + j - ic) & ~3);
          for (; i < mc; i += 4) {
            const ap = PACKED_A + (<usize>i >> 2) * panel;
            const cp = c + (ic + i) * row + ((<usize>(jc + j)) << 3);
            const rows = min(4, mc - i);
            if (rows === 4 && cols === 4) block(kc, ap, bp, cp, row);
            else edgeBlock(kc, ap, bp, cp, row, rows, cols);
          }
        }
      }
    }
  }
}
