import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cmul, complexArray, complexInvertInPlace, complexMultiply } from '@/lib/numerics';
import { plus, times, ZERO } from './complex-arithmetic';
import { type ConicalSystem, conicalSystem } from './conical';
import type { Incidence, Jones } from './far-field';
import { fourierCoefficients, piecewisePermittivity, reciprocal, toeplitz } from './fourier';
import { type FourierChange, fourierTangent, type LayerTangent, throughChange } from './fourier-tangent';
import { addModalChange, addThicknessChange, descend } from './layer-sensitivity';
import type { GratingLayer, LineGrating } from './line-grating';
import type { LayerModes } from './modal-recursion';
import { halfSpaceAdmittanceDerivative } from './vector-stack';

/** How a grating moves with one parameter of the conical mount. */
export interface ConicalTangent {
  readonly layers?: readonly (LayerTangent | null)[];
  readonly substrate?: Complex;
}

export interface JonesDerivatives {
  readonly jones: Jones;
  /** ∂ of every element, one entry per tangent. */
  readonly derivatives: readonly Jones[];
}

/**
 * Jones matrix of the zero order at any azimuth with its derivatives along given tangents, by the adjoint of the layer recursion (see `descend`): with
 * E′ = iPH, H′ = iQE and a = (k_x; k_y), b = (−k_x, k_y), δP = −a E⁻¹δE E⁻¹ b and δQ = diag(−B⁻¹δB B⁻¹, −δE).
 * @param tangents - one per parameter: thicknesses, edges, indices, substrate. @throws as `solveConical`; `dimension_mismatch` for layers it does not have.
 * @complexity the solution, and about 30 (2M + 1)³ per layer and parameter that moves its edges or indices.
 */
export function conicalDerivatives(
  grating: LineGrating,
  wavelengthNm: number,
  incidence: Incidence,
  truncation: number,
  tangents: readonly ConicalTangent[],
): JonesDerivatives {
  for (const [k, t] of tangents.entries())
    if ((t.layers?.length ?? 0) > grating.layers.length)
      throw new AppError('dimension_mismatch', `tangents[${k}] has more layers than the grating`, { tangent: k });
  const s = conicalSystem(grating, wavelengthNm, incidence, truncation);
  const n = s.kx.length;
  const m = 2 * n;
  const zeros = [truncation, n + truncation];
  const full = complexArray(m * m);
  for (let i = 0; i < m * m; i++) {
    full.re[i] = s.top.re[i]! + s.solution.admittance.re[i]!;
    full.im[i] = s.top.im[i]! + s.solution.admittance.im[i]!;
  }
  complexInvertInPlace(full, m);
  const rows = complexArray(2 * m);
  for (const [k, z] of zeros.entries()) {
    rows.re.set(full.re.subarray(z * m, z * m + m), k * m);
    rows.im.set(full.im.subarray(z * m, z * m + m), k * m);
  }
  // ∂(E_x, E_y) of order zero for E_x and E_y incident
  const derivatives = tangents.map(() => zeros.map(() => complexArray(2)));
  const changes = modalChanges(grating, s, tangents);
  for (const [k, zero] of zeros.entries()) {
    const r = s.solution.reflected[k]!;
    let u = complexArray(m, r.re.slice(), r.im.slice());
    u.re[zero]! += 1;
    let beta = rows;
    for (const [i, step] of s.solution.steps.entries()) {
      const l = grating.layers[s.positions[i]!]!;
      const down = descend(step, u, beta, 2, s.k0 * l.thicknessNm);
      for (const [j, t] of tangents.entries()) {
        const moved = t.layers?.[s.positions[i]!]?.thicknessNm;
        const out = derivatives[j]![k]!;
        if (moved) addThicknessChange(down.sensitivity, s.k0 * moved, out);
        const change = changes[i]![j];
        if (change) addModalChange(down.sensitivity, change.q, change.p, out);
      }
      ({ u, beta } = down);
    }
    for (const [j, t] of tangents.entries())
      if (t.substrate) addSubstrate(s, grating.substrate, t.substrate, beta, u, derivatives[j]![k]!);
  }
  const field = (k: number): ComplexArray => {
    const r = s.solution.reflected[k]!;
    return complexArray(
      2,
      Float64Array.from(zeros, (z) => r.re[z]!),
      Float64Array.from(zeros, (z) => r.im[z]!),
    );
  };
  return {
    jones: jonesOf(incidence, [field(0), field(1)]),
    derivatives: derivatives.map(([x, y]) => jonesOf(incidence, [x!, y!])),
  };
}

interface Change {
  readonly q: ComplexArray;
  readonly p: ComplexArray;
}

function modalChanges(grating: LineGrating, s: ConicalSystem, tangents: readonly ConicalTangent[]): (Change | null)[][] {
  const n = s.kx.length;
  return s.solution.steps.map((step, i) => {
    const layer = grating.layers[s.positions[i]!]!;
    let factors: Factors | null = null;
    return tangents.map((t) => {
      const tangent = t.layers?.[s.positions[i]!];
      const change = tangent ? fourierTangent(layer, tangent, grating.periodNm, n - 1) : null;
      if (!change) return null;
      factors ??= factorsOf(layer, grating.periodNm, s, step.modes);
      return modalChange(factors, change, n);
    });
  });
}

/** Constant factors of a layer's modal changes; rectangular matrices between n orders and 2n modes. */
interface Factors {
  /** W⁻¹ a E⁻¹ and E⁻¹ b V. */
  readonly pLeft: ComplexArray;
  readonly pRight: ComplexArray;
  /** Columns of V⁻¹ and rows of W for E_x (with B⁻¹) and E_y. */
  readonly xLeft: ComplexArray;
  readonly xRight: ComplexArray;
  readonly yLeft: ComplexArray;
  readonly yRight: ComplexArray;
}

function factorsOf(layer: GratingLayer, periodNm: number, s: ConicalSystem, modes: LayerModes): Factors {
  const n = s.kx.length;
  const m = 2 * n;
  const shape = piecewisePermittivity(periodNm, layer.background, layer.segments);
  const eInverse = toeplitz(fourierCoefficients(shape, n - 1), n);
  complexInvertInPlace(eInverse, n);
  const bInverse = toeplitz(fourierCoefficients(shape, n - 1, reciprocal), n);
  complexInvertInPlace(bInverse, n);
  const wa = complexArray(m * n);
  const bv = complexArray(n * m);
  const { wInverse, vInverse, w, v } = modes;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (const part of ['re', 'im'] as const) {
        wa[part][i * n + j] = wInverse[part][i * m + j]! * s.kx[j]! + wInverse[part][i * m + n + j]! * s.ky;
        bv[part][j * m + i] = -s.kx[j]! * v[part][j * m + i]! + s.ky * v[part][(n + j) * m + i]!;
      }
    }
  }
  const columns = (a: ComplexArray, from: number): ComplexArray => {
    const out = complexArray(m * n);
    for (let i = 0; i < m; i++) {
      out.re.set(a.re.subarray(i * m + from, i * m + from + n), i * n);
      out.im.set(a.im.subarray(i * m + from, i * m + from + n), i * n);
    }
    return out;
  };
  const rows = (a: ComplexArray, from: number): ComplexArray =>
    complexArray(n * m, a.re.slice(from * m, (from + n) * m), a.im.slice(from * m, (from + n) * m));
  return {
    pLeft: complexMultiply(wa, eInverse, m, n, n),
    pRight: complexMultiply(eInverse, bv, n, n, m),
    xLeft: complexMultiply(columns(vInverse, 0), bInverse, m, n, n),
    xRight: complexMultiply(bInverse, rows(w, 0), n, n, m),
    yLeft: columns(vInverse, n),
    yRight: rows(w, n),
  };
}

function modalChange(f: Factors, change: FourierChange, n: number): Change {
  const m = 2 * n;
  const p = throughChange(f.pLeft, change, 'direct', f.pRight, m, n, m);
  const q = throughChange(f.xLeft, change, 'inverse', f.xRight, m, n, m);
  const y = throughChange(f.yLeft, change, 'direct', f.yRight, m, n, m);
  for (let i = 0; i < m * m; i++) {
    p.re[i] = -p.re[i]!;
    p.im[i] = -p.im[i]!;
    q.re[i] = -q.re[i]! - y.re[i]!;
    q.im[i] = -q.im[i]! - y.im[i]!;
  }
  return { p, q };
}

// −β δY_s U below the last layer.
function addSubstrate(
  s: ConicalSystem,
  index: Complex,
  change: Complex,
  beta: ComplexArray,
  u: ComplexArray,
  out: ComplexArray,
): void {
  const m = u.re.length;
  const slope = halfSpaceAdmittanceDerivative(s.epsS, s.layout);
  const yu = complexMultiply(slope, u, m, m, 1);
  const b = complexMultiply(beta, yu, 2, m, 1);
  const scale = cmul(times(index, 2), change);
  for (let k = 0; k < 2; k++) {
    const v = cmul({ re: b.re[k]!, im: b.im[k]! }, scale);
    out.re[k]! -= v.re;
    out.im[k]! -= v.im;
  }
}

// Zero-order Jones matrix from the reflected (E_x, E_y) for unit E_x and unit E_y incident.
function jonesOf(incidence: Incidence, fields: readonly [ComplexArray, ComplexArray]): Jones {
  const c = Math.cos(incidence.azimuthRad);
  const s = Math.sin(incidence.azimuthRad);
  const cosine = Math.cos(incidence.angleRad);
  const element = (from: readonly [number, number], to: readonly [number, number]): Complex => {
    let v = ZERO;
    for (let i = 0; i < 2; i++)
      for (let k = 0; k < 2; k++) v = plus(v, times({ re: fields[i]!.re[k]!, im: fields[i]!.im[k]! }, from[i]! * to[k]!));
    return v;
  };
  const sIn = [-s, c] as const;
  const pIn = [cosine * c, cosine * s] as const;
  const pOut = [-c / cosine, -s / cosine] as const;
  return { pp: element(pIn, pOut), ps: element(sIn, pOut), sp: element(pIn, sIn), ss: element(sIn, sIn) };
}
