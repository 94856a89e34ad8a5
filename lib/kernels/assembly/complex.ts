// One complex number is one register (re, im). Products of a register with a complex scalar use two copies of a vector, v and i·v, prepared once, so
// that the inner loops are only multiplications and additions.

// @ts-expect-error: a decorator on a function
@inline
export function at(i: i32, j: i32, n: i32): usize {
  return (<usize>i * n + j) << 4;
}

// @ts-expect-error: a decorator on a function
@inline
export function exchanged(v: v128): v128 {
  return v128.shuffle<f64>(v, v, 1, 0);
}

// i·v
// @ts-expect-error: a decorator on a function
@inline
export function turned(v: v128): v128 {
  return f64x2.mul(exchanged(v), f64x2(-1, 1));
}

// @ts-expect-error: a decorator on a function
@inline
export function conjugate(v: v128): v128 {
  return f64x2.mul(v, f64x2(1, -1));
}

// a·b from a's parts
// @ts-expect-error: a decorator on a function
@inline
export function times(re: f64, im: f64, b: v128): v128 {
  return f64x2.add(f64x2.mul(f64x2.splat(re), b), f64x2.mul(f64x2.splat(im), turned(b)));
}

export function modulus(re: f64, im: f64): f64 {
  const a = abs<f64>(re);
  const b = abs<f64>(im);
  const m = max(a, b);
  if (m === 0) return 0;
  const r = min(a, b) / m;
  return m * sqrt<f64>(1 + r * r);
}

// Σ_j row_j·v_j over columns from … n − 1, given v and v with swapped parts
// @ts-expect-error: a decorator on a function
@inline
export function rowDot(row: usize, v: usize, x: usize, from: i32, n: i32): v128 {
  let s = f64x2.splat(0);
  let t = f64x2.splat(0);
  for (let j = from; j < n; j++) {
    const o = (<usize>j) << 4;
    const a = v128.load(row + o);
    s = f64x2.add(s, f64x2.mul(a, v128.load(v + o)));
    t = f64x2.add(t, f64x2.mul(a, v128.load(x + o)));
  }
  return f64x2(f64x2.extract_lane(s, 0) - f64x2.extract_lane(s, 1), f64x2.extract_lane(t, 0) + f64x2.extract_lane(t, 1));
}

// @ts-expect-error: a decorator on a function
@inline
export function size(p: usize): f64 {
  return abs<f64>(load<f64>(p)) + abs<f64>(load<f64>(p, 8));
}
