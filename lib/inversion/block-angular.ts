import { matrix, type Qr, qrFactor, solveR, upperR } from '@/lib/numerics';

/** Rows of one block of min Σ ‖A_s x_s + B_s g + r_s‖²: own unknowns x_s, unknowns g that all blocks share, several right-hand sides. */
export interface BlockRows {
  readonly rows: number;
  /** A, (rows, own) row-major. */
  readonly own: Float64Array;
  readonly ownCount: number;
  /** B, (rows, shared) row-major. */
  readonly shared: Float64Array;
  /** r, each (rows,). */
  readonly rhs: readonly Float64Array[];
}

/** What the shared unknowns see of blocks: ‖C g + d‖², C upper triangular, with one d a right-hand side. */
export interface SharedRows {
  /** C, (k, k) row-major. */
  readonly c: Float64Array;
  /** (k,) each. */
  readonly d: readonly Float64Array[];
}

/** A block without its own unknowns, and the way back to them. */
export interface EliminatedBlock extends SharedRows {
  /** x = −R⁻¹(d₁ + T g) of the block's own unknowns for one right-hand side and shared step g. @throws AppError `rank_deficient`. */
  readonly ownOf: (g: Float64Array, rhs: number) => Float64Array;
}

/**
 * Orthogonal elimination of a block's own unknowns: A = Q [R; 0], and the rows of Qᵀ[B r] below R no longer depend on x_s. No normal matrix is formed; RᵀR of
 * the stacked C is the Schur complement of the whole problem.
 * @param k - number of shared unknowns.
 * @returns C, (k, k), and d, (k,) per right-hand side.
 * @complexity 2·rows·(own + shared)² a block, whatever the number of blocks.
 * @reference Golub, Plemmons & Sameh (1988), High-Speed Computing, 171; Björck, Numerical Methods for Least Squares Problems (1996), §6.3.
 */
export function eliminateOwn(b: BlockRows, k: number): EliminatedBlock {
  const { rows: m, ownCount: q } = b;
  const column = (j: number): Float64Array => Float64Array.from({ length: m }, (_, i) => b.shared[i * k + j]!);
  if (q === 0) return { ...triangle(b.shared, b.rhs, k), ownOf: () => new Float64Array(0) };
  const columns = Array.from({ length: k }, (_, j) => column(j));
  const f: Qr = qrFactor(matrix(m, q, b.own.slice()), { carry: [...columns, ...b.rhs] });
  const [top, rhs] = [f.carried.slice(0, k), f.carried.slice(k)];
  const below = new Float64Array((m - q) * k);
  for (let i = q; i < m; i++) for (let j = 0; j < k; j++) below[(i - q) * k + j] = top[j]![i]!;
  return {
    ...triangle(
      below,
      rhs.map((v) => v.slice(q)),
      k,
    ),
    ownOf: (g, which) => {
      const c = Float64Array.from({ length: q }, (_, i) => {
        let s = -rhs[which]![i]!;
        for (let j = 0; j < k; j++) s -= top[j]![i]! * g[j]!;
        return s;
      });
      return solveR(f, c);
    },
  };
}

/**
 * The rows of several blocks as one triangle: their joint information about the shared unknowns.
 * @param rhs - number of right-hand sides.
 * @returns C, (k, k), and d, (k,) per right-hand side.
 */
export function joinShared(parts: readonly SharedRows[], k: number, rhs: number): SharedRows {
  const rows = Float64Array.from(parts.flatMap((p) => Array.from(p.c)));
  return triangle(
    rows,
    Array.from({ length: rhs }, (_, i) => Float64Array.from(parts.flatMap((p) => Array.from(p.d[i]!)))),
    k,
  );
}

/**
 * g = −C⁻¹ d, the least-squares step of the shared unknowns.
 * @param rhs - which right-hand side.
 * @returns g, (k,).
 * @throws AppError `rank_deficient` with the column that nothing determines.
 */
export function solveShared({ c, d }: SharedRows, rhs: number): Float64Array {
  const k = d[rhs]!.length;
  if (k === 0) return new Float64Array(0);
  const f = qrFactor(matrix(k, k, c.slice()), { carry: [d[rhs]!.map((v) => -v)] });
  return solveR(f, f.carried[0]!);
}

// Householder triangle of rows (p, k), padded where there are fewer rows than columns.
function triangle(rows: Float64Array, rhs: readonly Float64Array[], k: number): SharedRows {
  if (k === 0) return { c: new Float64Array(0), d: rhs.map(() => new Float64Array(0)) };
  const p = Math.max(k, rows.length / k);
  const padded = new Float64Array(p * k);
  padded.set(rows);
  const f = qrFactor(matrix(p, k, padded), {
    carry: rhs.map((v) => {
      const out = new Float64Array(p);
      out.set(v);
      return out;
    }),
  });
  return { c: upperR(f).data, d: f.carried.map((v) => v.slice(0, k)) };
}
