/**
 * Thin-plate interpolation of scattered sites for contour pictures: f(p) = c0 + c1·x + c2·y + Σ w_i·r_i²·ln r_i, exact at the sites.
 * A picture aid between sites, not a fit: statistics never use it.
 */
export interface ThinPlate {
  x: Float64Array;
  y: Float64Array;
  /** n weights, then c0, c1, c2. */
  coefficients: Float64Array;
  /** Coordinates are divided by this before use. */
  scale: number;
  status: 'interpolated' | 'too_few_sites' | 'sites_on_a_line' | 'too_many_sites';
}

const MAX_SITES = 400;
const kernel = (r2: number): number => (r2 > 0 ? 0.5 * r2 * Math.log(r2) : 0);

/**
 * @param x - site x, mm. @param y - site y, mm. @param v - values; a NaN site is skipped.
 * @returns coefficients, or a status that says why there are none: fewer than 3 sites, all on a line, or more than 400 (draw sites instead).
 * @complexity n³/3 for n used sites.
 * @reference Wahba, Spline Models for Observational Data (1990), §2.4.
 */
export function fitThinPlate(x: ArrayLike<number>, y: ArrayLike<number>, v: ArrayLike<number>): ThinPlate {
  const use: number[] = [];
  for (let i = 0; i < v.length; i++) if (Number.isFinite(v[i]!)) use.push(i);
  const n = use.length;
  const scale = Math.max(1e-12, ...use.map((i) => Math.hypot(x[i]!, y[i]!)));
  const px = Float64Array.from(use, (i) => x[i]! / scale);
  const py = Float64Array.from(use, (i) => y[i]! / scale);
  const none = (status: ThinPlate['status']): ThinPlate => ({ x: px, y: py, coefficients: new Float64Array(0), scale, status });
  if (n < 3) return none('too_few_sites');
  if (n > MAX_SITES) return none('too_many_sites');
  const m = n + 3;
  const a = new Float64Array(m * m);
  const b = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const k = kernel((px[i]! - px[j]!) ** 2 + (py[i]! - py[j]!) ** 2);
      a[i * m + j] = k;
      a[j * m + i] = k;
    }
    const p = [1, px[i]!, py[i]!];
    for (let k = 0; k < 3; k++) {
      a[i * m + n + k] = p[k]!;
      a[(n + k) * m + i] = p[k]!;
    }
    b[i] = v[use[i]!]!;
  }
  return solveInPlace(a, b, m) ? { x: px, y: py, coefficients: b, scale, status: 'interpolated' } : none('sites_on_a_line');
}

/** Gaussian elimination with partial pivoting (the system is symmetric but indefinite); false when singular. */
function solveInPlace(a: Float64Array, b: Float64Array, m: number): boolean {
  for (let k = 0; k < m; k++) {
    let piv = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(a[i * m + k]!) > Math.abs(a[piv * m + k]!)) piv = i;
    if (Math.abs(a[piv * m + k]!) < 1e-11) return false;
    if (piv !== k) {
      for (let j = k; j < m; j++) [a[k * m + j], a[piv * m + j]] = [a[piv * m + j]!, a[k * m + j]!];
      [b[k], b[piv]] = [b[piv]!, b[k]!];
    }
    for (let i = k + 1; i < m; i++) {
      const f = a[i * m + k]! / a[k * m + k]!;
      if (f === 0) continue;
      for (let j = k; j < m; j++) a[i * m + j] = a[i * m + j]! - f * a[k * m + j]!;
      b[i] = b[i]! - f * b[k]!;
    }
  }
  for (let i = m - 1; i >= 0; i--) {
    let s = b[i]!;
    for (let j = i + 1; j < m; j++) s -= a[i * m + j]! * b[j]!;
    b[i] = s / a[i * m + i]!;
  }
  return true;
}

/** Value at (x, y) mm; NaN when there is no interpolation. */
export function evaluateThinPlate(t: ThinPlate, x: number, y: number): number {
  if (t.status !== 'interpolated') return Number.NaN;
  const n = t.x.length;
  const qx = x / t.scale;
  const qy = y / t.scale;
  let s = t.coefficients[n]! + t.coefficients[n + 1]! * qx + t.coefficients[n + 2]! * qy;
  for (let i = 0; i < n; i++) {
    const dx = qx - t.x[i]!;
    const dy = qy - t.y[i]!;
    s += t.coefficients[i]! * kernel(dx * dx + dy * dy);
  }
  return s;
}

/** Values on a size × size grid over [−radius, radius]², row 0 at the top (+y), NaN outside the disc. */
export function thinPlateGrid(t: ThinPlate, radiusMm: number, size: number): Float64Array {
  const out = new Float64Array(size * size).fill(Number.NaN);
  if (t.status !== 'interpolated') return out;
  for (let r = 0; r < size; r++) {
    const y = radiusMm * (1 - (2 * (r + 0.5)) / size);
    for (let c = 0; c < size; c++) {
      const x = radiusMm * ((2 * (c + 0.5)) / size - 1);
      if (x * x + y * y <= radiusMm * radiusMm) out[r * size + c] = evaluateThinPlate(t, x, y);
    }
  }
  return out;
}
