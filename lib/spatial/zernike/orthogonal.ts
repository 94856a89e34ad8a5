import { AppError } from '@/lib/errors';
import { gaussLegendreOn, matrix, qrFactor, solveR } from '@/lib/numerics';
import { zernikeValues } from './polynomials';

/** Polynomials P_j = Σ_k T_jk Z_k that are orthonormal on something else than the full disc; T is lower triangular, P_j keeps the sign of Z_j. */
export interface OrthogonalBasis {
  readonly terms: number;
  readonly normRadiusMm: number;
  /** T, row-major (terms, terms). */
  readonly transform: Float64Array;
}

// From weighted samples of Z: A = QR, so Q = A R⁻¹ is orthonormal under the weights and T = R⁻ᵀ
function fromSamples(design: Float64Array, rows: number, terms: number, normRadiusMm: number): OrthogonalBasis {
  const qr = qrFactor(matrix(rows, terms, design));
  const transform = new Float64Array(terms * terms);
  const e = new Float64Array(terms);
  for (let j = 0; j < terms; j++) {
    const d = qr.factors[j * terms + j]!;
    if (!(Math.abs(d) > 1e-9 * Math.abs(qr.factors[0]!)))
      throw new AppError('rank_deficient', `term ${j} depends on the lower ones here; use fewer terms or more sites`, {
        term: j,
      });
    e.fill(0);
    e[j] = Math.sign(d);
    const column = solveR(qr, e); // column j of R⁻¹, signed
    for (let k = 0; k <= j; k++) transform[j * terms + k] = column[k]!;
  }
  return { terms, normRadiusMm, transform };
}

/**
 * Basis orthonormal over given sites (mean over the sites): coefficients do not change when terms are added, and their squares add up to the mean
 * square.
 * @param x, y - sites, mm.
 * @param terms - number of polynomials.
 * @throws AppError `rank_deficient` when the sites alias terms; `invalid_input` with fewer sites than terms.
 * @reference Wang & Silva, Appl. Opt. 19 (1980) 1510 (Gram–Schmidt on the sites); done here by QR.
 */
export function orthogonalOnSites(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  terms: number,
  normRadiusMm = 150,
): OrthogonalBasis {
  const n = x.length;
  if (n < terms)
    throw new AppError('invalid_input', `${n} sites cannot carry ${terms} terms; use fewer terms`, { sites: n, terms });
  const a = zernikeValues(x, y, terms, 1 / normRadiusMm).data.map((v) => v / Math.sqrt(n));
  return fromSamples(a, n, terms, normRadiusMm);
}

/**
 * Annular Zernike polynomials: orthonormal over inner ratio·R <= r <= R (a map without its centre, a wafer clamp), by exact quadrature of the order
 * needed.
 * @param terms - number of polynomials.
 * @param inner - inner over outer radius, 0 <= inner < 1; 0 gives the Zernike polynomials themselves.
 * @throws AppError `out_of_domain` on another ratio.
 * @reference Mahajan, J. Opt. Soc. Am. 71 (1981) 75.
 */
export function annularZernike(terms: number, inner: number, normRadiusMm = 150): OrthogonalBasis {
  if (!(inner >= 0 && inner < 1))
    throw new AppError('out_of_domain', `inner ratio must lie in [0, 1), got ${inner}`, { field: 'inner' });
  const order = Math.ceil((Math.sqrt(8 * terms + 1) - 3) / 2);
  const radial = gaussLegendreOn(order + 1, inner * inner, 1); // in r²: products have degree 2·order in r
  const angles = 2 * order + 2;
  const n = radial.nodes.length * angles;
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  const root = new Float64Array(n);
  let i = 0;
  radial.nodes.forEach((s, k) => {
    for (let a = 0; a < angles; a++, i++) {
      const t = (2 * Math.PI * a) / angles;
      x[i] = Math.sqrt(s) * Math.cos(t);
      y[i] = Math.sqrt(s) * Math.sin(t);
      root[i] = Math.sqrt(radial.weights[k]! / (1 - inner * inner) / angles);
    }
  });
  const a = zernikeValues(x, y, terms).data.map((v, k) => v * root[Math.floor(k / terms)]!);
  return fromSamples(a, n, terms, normRadiusMm);
}

/** Values of the basis at positions in mm, row-major (points, terms). @param x - (n,), mm; `y` likewise. @returns dimensionless. */
export function orthogonalValues(b: OrthogonalBasis, x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const z = zernikeValues(x, y, b.terms, 1 / b.normRadiusMm).data;
  const out = new Float64Array(z.length);
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < b.terms; j++) {
      let s = 0;
      for (let k = 0; k <= j; k++) s += b.transform[j * b.terms + k]! * z[i * b.terms + k]!;
      out[i * b.terms + j] = s;
    }
  }
  return out;
}
