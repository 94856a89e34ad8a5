// Householder QR, column by column: the matrix is transposed first, so that every column is contiguous. G. H. Golub & C. F. Van Loan, Matrix
// Computations, 4th ed. (2013), Alg. 5.2.1 and, with pivoting, 5.4.1.

// @ts-expect-error: a decorator on a function
@inline
function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

// Σ x_i y_i over n numbers, four partial sums of two
export function dot(n: i32, x: usize, y: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let i = 0;
  for (; i + 7 < n; i += 8) {
    const o = (<usize>i) << 3;
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x + o), v128.load(y + o)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x + o, 16), v128.load(y + o, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(x + o, 32), v128.load(y + o, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(x + o, 48), v128.load(y + o, 48)));
  }
  let s = total(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
  for (; i < n; i++) s += load<f64>(x + ((<usize>i) << 3)) * load<f64>(y + ((<usize>i) << 3));
  return s;
}

// y −= f·x
function subtract(n: i32, f: f64, x: usize, y: usize): void {
  const v = f64x2.splat(f);
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const o = (<usize>i) << 3;
    v128.store(y + o, f64x2.sub(v128.load(y + o), f64x2.mul(v, v128.load(x + o))));
  }
  if (i < n) {
    const o = (<usize>i) << 3;
    store<f64>(y + o, load<f64>(y + o) - f * load<f64>(x + o));
  }
}

/** B (n, m) ← Aᵀ, A (m, n), both row-major. */
export function transpose(m: i32, n: i32, a: usize, b: usize): void {
  for (let i = 0; i < m; i += 8) {
    const last = min(m, i + 8);
    for (let j = 0; j < n; j++)
      for (let r = i; r < last; r++) store<f64>(b + ((<usize>j * m + r) << 3), load<f64>(a + ((<usize>r * n + j) << 3)));
  }
}

function largest(n: i32, x: usize): f64 {
  let v: f64 = 0;
  for (let i = 0; i < n; i++) v = max(v, abs<f64>(load<f64>(x + ((<usize>i) << 3))));
  return v;
}

function swapColumns(m: i32, c: usize, k: i32, j: i32): void {
  const p = c + ((<usize>k * m) << 3);
  const q = c + ((<usize>j * m) << 3);
  for (let i = 0; i < m; i++) {
    const o = (<usize>i) << 3;
    const u = load<f64>(p + o);
    store<f64>(p + o, load<f64>(q + o));
    store<f64>(q + o, u);
  }
}

/**
 * A (m, n) row-major into Aᵀ = C (n, m), whose rows then hold the columns of R up to the diagonal and the reflectors after it; `tau` (n) their
 * scalars.
 * @param extra - right-hand sides that follow the n rows of C and become Qᵀb.
 * @param norms - scratch (2n). @param permutation - n whole numbers, written when `pivot` is set.
 */
export function factorQr(
  m: i32,
  n: i32,
  extra: i32,
  a: usize,
  tau: usize,
  c: usize,
  pivot: bool,
  norms: usize,
  permutation: usize,
): void {
  transpose(m, n, a, c);
  const exact = norms + ((<usize>n) << 3); // norms² at their last evaluation
  if (pivot) {
    for (let j = 0; j < n; j++) {
      const p = c + ((<usize>j * m) << 3);
      const s = dot(m, p, p);
      store<f64>(norms + ((<usize>j) << 3), s);
      store<f64>(exact + ((<usize>j) << 3), s);
      store<i32>(permutation + ((<usize>j) << 2), j);
    }
  }
  for (let k = 0; k < n; k++) {
    const ok = (<usize>k) << 3;
    if (pivot) {
      let best = k;
      for (let j = k + 1; j < n; j++)
        if (load<f64>(norms + ((<usize>j) << 3)) > load<f64>(norms + ((<usize>best) << 3))) best = j;
      if (best !== k) {
        const ob = (<usize>best) << 3;
        swapColumns(m, c, k, best);
        store<f64>(norms + ob, load<f64>(norms + ok));
        store<f64>(exact + ob, load<f64>(exact + ok));
        const t = load<i32>(permutation + (ok >> 1));
        store<i32>(permutation + (ok >> 1), load<i32>(permutation + (ob >> 1)));
        store<i32>(permutation + (ob >> 1), t);
      }
    }
    store<f64>(tau + ok, 0);
    const column = c + ((<usize>k * m + k) << 3);
    const below = column + 8;
    const rest = m - k - 1;
    const size = largest(rest + 1, column);
    if (size === 0) continue; // a zero column has the identity as its reflector
    const alpha = load<f64>(column);
    const inverse = 1 / size;
    let norm: f64 = 0;
    if (size > 1e-140 && size < 1e140) norm = sqrt<f64>(dot(rest + 1, column, column));
    else {
      for (let i = 0; i <= rest; i++) {
        const v = load<f64>(column + ((<usize>i) << 3)) * inverse;
        norm += v * v;
      }
      norm = size * sqrt<f64>(norm);
    }
    const beta = alpha >= 0 ? -norm : norm;
    const t = (beta - alpha) / beta;
    const f = 1 / (alpha - beta);
    for (let i = 0; i < rest; i++) store<f64>(below + ((<usize>i) << 3), load<f64>(below + ((<usize>i) << 3)) * f);
    store<f64>(column, beta);
    store<f64>(tau + ok, t);
    for (let j = k + 1; j < n + extra; j++) {
      const head = c + ((<usize>j * m + k) << 3);
      const w = t * (load<f64>(head) + dot(rest, below, head + 8));
      store<f64>(head, load<f64>(head) - w);
      subtract(rest, w, below, head + 8);
      if (!pivot || j >= n) continue;
      // the running norm loses digits by subtraction: recomputed once it has fallen below 1e-8 of its last exact value
      const o = (<usize>j) << 3;
      const h = load<f64>(head);
      let s = max<f64>(0, load<f64>(norms + o) - h * h);
      if (!(s > 1e-8 * load<f64>(exact + o))) {
        s = dot(rest, head + 8, head + 8);
        store<f64>(exact + o, s);
      }
      store<f64>(norms + o, s);
    }
  }
}
