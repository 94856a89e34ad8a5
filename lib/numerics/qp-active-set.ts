/** Below this share of its normal a row counts as a combination of the active ones. */
export const DEPENDENT = 1e-12;

/** Working set: J with its leading columns spanning the active normals, R upper triangular, multipliers u. */
export class ActiveSet {
  size = 0;
  readonly rows: Int32Array;
  readonly sign: Float64Array;
  readonly u: Float64Array;
  readonly r: Float64Array;
  readonly d: Float64Array;
  private readonly member = new Set<number>();

  constructor(
    readonly n: number,
    readonly j: Float64Array,
  ) {
    this.rows = new Int32Array(n + 1);
    this.sign = new Float64Array(n + 1);
    this.u = new Float64Array(n + 1);
    this.r = new Float64Array(n * n);
    this.d = new Float64Array(n);
  }

  has(i: number): boolean {
    return this.member.has(i);
  }

  /** Givens rotations bring the new normal's part outside the active space to one entry; returns false when it is dependent. */
  add(row: number, sign: number, multiplier: number): boolean {
    const { n, j, d } = this;
    const q = this.size;
    let norm = 0;
    for (let k = 0; k < n; k++) norm = Math.max(norm, Math.abs(d[k]!));
    for (let k = n - 1; k > q; k--) {
      const a = d[k - 1]!;
      const b = d[k]!;
      if (b === 0) continue;
      const h = Math.hypot(a, b);
      const cs = a / h;
      const sn = b / h;
      d[k - 1] = h;
      d[k] = 0;
      for (let i = 0; i < n; i++) {
        const t = j[i * n + k - 1]!;
        const v = j[i * n + k]!;
        j[i * n + k - 1] = cs * t + sn * v;
        j[i * n + k] = cs * v - sn * t;
      }
    }
    if (Math.abs(d[q]!) <= DEPENDENT * norm) return false;
    for (let i = 0; i <= q; i++) this.r[i * n + q] = d[i]!;
    this.rows[q] = row;
    this.sign[q] = sign;
    this.u[q] = multiplier;
    this.member.add(row);
    this.size = q + 1;
    return true;
  }

  remove(l: number): void {
    const { n, j, r } = this;
    this.member.delete(this.rows[l]!);
    const q = this.size;
    for (let k = l; k < q - 1; k++) {
      this.rows[k] = this.rows[k + 1]!;
      this.sign[k] = this.sign[k + 1]!;
      this.u[k] = this.u[k + 1]!;
      for (let i = 0; i < n; i++) r[i * n + k] = r[i * n + k + 1]!;
    }
    this.u[q - 1] = this.u[q]!;
    this.size = q - 1;
    for (let k = l; k < q - 1; k++) {
      const a = r[k * n + k]!;
      const b = r[(k + 1) * n + k]!;
      if (b === 0) continue;
      const h = Math.hypot(a, b);
      const cs = a / h;
      const sn = b / h;
      for (let i = k; i < q - 1; i++) {
        const t = r[k * n + i]!;
        const v = r[(k + 1) * n + i]!;
        r[k * n + i] = cs * t + sn * v;
        r[(k + 1) * n + i] = cs * v - sn * t;
      }
      for (let i = 0; i < n; i++) {
        const t = j[i * n + k]!;
        const v = j[i * n + k + 1]!;
        j[i * n + k] = cs * t + sn * v;
        j[i * n + k + 1] = cs * v - sn * t;
      }
    }
  }
}
