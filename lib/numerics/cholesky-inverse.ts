import type { Cholesky } from './cholesky';

/** A⁻¹ (n, n) from its factor, symmetric. Use it only where every entry is wanted (covariances, leave-one-out). */
export function choleskyInverse(c: Cholesky): Float64Array {
  const { n, l } = c;
  const li = new Float64Array(n * n); // row j holds column j of L⁻¹, so that the products below run along rows
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const d = 1 / l[row + i]!;
    li[row + i] = d;
    let j = 0;
    for (; j + 3 < i; j += 4) {
      // columns j … j + 3 start at different rows; their common part is summed together, the first entries apart
      const [o0, o1, o2, o3] = [j * n, (j + 1) * n, (j + 2) * n, (j + 3) * n];
      let s0 = l[row + j]! * li[o0 + j]! + l[row + j + 1]! * li[o0 + j + 1]! + l[row + j + 2]! * li[o0 + j + 2]!;
      let s1 = l[row + j + 1]! * li[o1 + j + 1]! + l[row + j + 2]! * li[o1 + j + 2]!;
      let s2 = l[row + j + 2]! * li[o2 + j + 2]!;
      let s3 = 0;
      for (let k = j + 3; k < i; k++) {
        const v = l[row + k]!;
        s0 += v * li[o0 + k]!;
        s1 += v * li[o1 + k]!;
        s2 += v * li[o2 + k]!;
        s3 += v * li[o3 + k]!;
      }
      li[o0 + i] = -s0 * d;
      li[o1 + i] = -s1 * d;
      li[o2 + i] = -s2 * d;
      li[o3 + i] = -s3 * d;
    }
    for (; j < i; j++) {
      let s = 0;
      for (let k = j; k < i; k++) s += l[row + k]! * li[j * n + k]!;
      li[j * n + i] = -s * d;
    }
  }
  return productOfRows(li, n);
}

// A_ij = Σ_{k >= max(i, j)} u_ik u_jk for upper triangular rows u, two rows i by two rows j at a time.
function productOfRows(u: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  const one = (i: number, j: number): void => {
    let s = 0;
    for (let k = i; k < n; k++) s += u[i * n + k]! * u[j * n + k]!;
    out[i * n + j] = s;
    out[j * n + i] = s;
  };
  for (let i = 0; i < n; i += 2) {
    if (i + 1 >= n) {
      for (let j = 0; j <= i; j++) one(i, j);
      break;
    }
    const [p0, p1] = [i * n, (i + 1) * n];
    for (let j = 0; j < i; j += 2) {
      const [q0, q1] = [j * n, (j + 1) * n];
      const v = u[p0 + i]!;
      let s00 = v * u[q0 + i]!;
      let s01 = v * u[q1 + i]!;
      let s10 = 0;
      let s11 = 0;
      for (let k = i + 1; k < n; k++) {
        const a = u[p0 + k]!;
        const b = u[p1 + k]!;
        const x = u[q0 + k]!;
        const y = u[q1 + k]!;
        s00 += a * x;
        s01 += a * y;
        s10 += b * x;
        s11 += b * y;
      }
      out[p0 + j] = out[q0 + i] = s00;
      out[p0 + j + 1] = out[q1 + i] = s01;
      out[p1 + j] = out[q0 + i + 1] = s10;
      out[p1 + j + 1] = out[q1 + i + 1] = s11;
    }
    one(i, i);
    one(i + 1, i);
    one(i + 1, i + 1);
  }
  return out;
}
