import { dot } from './qr';

// Real symmetric eigenproblem: Householder reduction to tridiagonal form, implicit QR with Wilkinson shifts. G. H. Golub & C. F. Van Loan, Matrix
// Computations, 4th ed. (2013), Alg. 8.3.1–8.3.3. The transformation is stored by rows, so that every rotation touches contiguous numbers.

// y ← y + f·x
// @ts-expect-error: a decorator on a function
@inline
function add(n: i32, f: f64, x: usize, y: usize): void {
  const v = f64x2.splat(f);
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const o = (<usize>i) << 3;
    v128.store(y + o, f64x2.add(v128.load(y + o), f64x2.mul(v, v128.load(x + o))));
  }
  if (i < n) {
    const o = (<usize>i) << 3;
    store<f64>(y + o, load<f64>(y + o) + f * load<f64>(x + o));
  }
}

// (x, y) ← (c·x + s·y, c·y − s·x)
// @ts-expect-error: a decorator on a function
@inline
function turn(n: i32, c: f64, s: f64, x: usize, y: usize): void {
  const vc = f64x2.splat(c);
  const vs = f64x2.splat(s);
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const o = (<usize>i) << 3;
    const a = v128.load(x + o);
    const b = v128.load(y + o);
    v128.store(x + o, f64x2.add(f64x2.mul(vc, a), f64x2.mul(vs, b)));
    v128.store(y + o, f64x2.sub(f64x2.mul(vc, b), f64x2.mul(vs, a)));
  }
  if (i < n) {
    const o = (<usize>i) << 3;
    const a = load<f64>(x + o);
    const b = load<f64>(y + o);
    store<f64>(x + o, c * a + s * b);
    store<f64>(y + o, c * b - s * a);
  }
}

/**
 * @param a - A (n, n), both triangles; destroyed. @param q - (n, n), receives the orthonormal eigenvectors in its rows.
 * @param d - (n,), receives the eigenvalues, in no order. @param work - 3n.
 * @returns QR sweeps, or −1 − i when eigenvalue i takes more than 60.
 */
export function symmetricEigen(n: i32, a: usize, q: usize, d: usize, work: usize): i32 {
  const row = (<usize>n) << 3;
  const e = work;
  const betas = e + row;
  const w = betas + row;
  for (let k = 0; k < n - 1; k++) {
    // the reflector reduces row k, right of the diagonal, to its first entry, and is stored there
    const rest = n - k - 1;
    const v = a + k * row + ((<usize>(k + 1)) << 3);
    const head = load<f64>(v);
    let size: f64 = 0;
    for (let i = 0; i < rest; i++) size = max<f64>(size, abs<f64>(load<f64>(v + ((<usize>i) << 3))));
    store<f64>(betas + ((<usize>k) << 3), 0);
    store<f64>(e + ((<usize>k) << 3), head);
    if (rest === 1 || size === 0) continue;
    let norm: f64 = 0;
    for (let i = 0; i < rest; i++) {
      const x = load<f64>(v + ((<usize>i) << 3)) / size;
      norm += x * x;
    }
    norm = size * sqrt<f64>(norm);
    const alpha = head >= 0 ? -norm : norm;
    store<f64>(e + ((<usize>k) << 3), alpha);
    store<f64>(v, head - alpha);
    const beta = 1 / (norm * (norm + abs<f64>(head)));
    store<f64>(betas + ((<usize>k) << 3), beta);
    // w = βAv − (β²vᵀAv/2)v, A ← A − v·wᵀ − w·vᵀ
    const block = a + ((<usize>(k + 1) * (n + 1)) << 3);
    for (let i = 0; i < rest; i++) store<f64>(w + ((<usize>i) << 3), beta * dot(rest, block + i * row, v));
    add(rest, -0.5 * beta * dot(rest, w, v), v, w);
    for (let i = 0; i < rest; i++) {
      const to = block + i * row;
      add(rest, -load<f64>(v + ((<usize>i) << 3)), w, to);
      add(rest, -load<f64>(w + ((<usize>i) << 3)), v, to);
    }
  }
  for (let i = 0; i < n; i++) store<f64>(d + ((<usize>i) << 3), load<f64>(a + ((<usize>i * (n + 1)) << 3)));
  memory.fill(q, 0, n * row);
  for (let i = 0; i < n; i++) store<f64>(q + ((<usize>i * (n + 1)) << 3), 1);
  for (let k = n - 3; k >= 0; k--) {
    const beta = load<f64>(betas + ((<usize>k) << 3));
    if (beta === 0) continue;
    const rest = n - k - 1;
    const v = a + k * row + ((<usize>(k + 1)) << 3);
    const block = q + ((<usize>(k + 1) * (n + 1)) << 3);
    for (let i = 0; i < rest; i++) {
      const to = block + i * row;
      add(rest, -beta * dot(rest, to, v), v, to);
    }
  }
  return diagonalise(n, d, e, q);
}

function diagonalise(n: i32, d: usize, e: usize, q: usize): i32 {
  const row = (<usize>n) << 3;
  let hi = n - 1;
  let tries = 0;
  let sweeps = 0;
  while (hi > 0) {
    let lo = hi;
    for (; lo > 0; lo--) {
      const p = e + ((<usize>(lo - 1)) << 3);
      const scale = abs<f64>(load<f64>(d + ((<usize>lo) << 3))) + abs<f64>(load<f64>(d + ((<usize>(lo - 1)) << 3)));
      if (abs<f64>(load<f64>(p)) <= f64.EPSILON * scale || abs<f64>(load<f64>(p)) < 1e-290) {
        store<f64>(p, 0);
        break;
      }
    }
    if (lo === hi) {
      hi--;
      tries = 0;
      continue;
    }
    if (++tries > 60) return -1 - hi;
    sweeps++;
    const last = load<f64>(d + ((<usize>hi) << 3));
    const off = load<f64>(e + ((<usize>(hi - 1)) << 3));
    const delta = 0.5 * (load<f64>(d + ((<usize>(hi - 1)) << 3)) - last);
    const root = sqrt<f64>(delta * delta + off * off);
    let x = load<f64>(d + ((<usize>lo) << 3)) - (last - (off / (delta >= 0 ? delta + root : delta - root)) * off);
    let z = load<f64>(e + ((<usize>lo) << 3));
    for (let k = lo; k < hi; k++) {
      const dk = d + ((<usize>k) << 3);
      const ek = e + ((<usize>k) << 3);
      const r = sqrt<f64>(x * x + z * z);
      const c = r > 0 ? x / r : 1;
      const s = r > 0 ? z / r : 0;
      if (k > lo) store<f64>(ek - 8, r);
      const p = load<f64>(dk);
      const t = load<f64>(dk, 8);
      const f = load<f64>(ek);
      // the pair as mean and difference, so that close entries keep their digits
      const u = s * (t - p) + 2 * c * f;
      store<f64>(dk, p + s * u);
      store<f64>(dk, t - s * u, 8);
      store<f64>(ek, c * u - f);
      if (k + 1 < hi) {
        x = load<f64>(ek);
        z = s * load<f64>(ek, 8);
        store<f64>(ek, c * load<f64>(ek, 8), 8);
      }
      turn(n, c, s, q + k * row, q + (k + 1) * row);
    }
  }
  return sweeps;
}
