import { AppError } from '@/lib/errors';
import { type Matrix, matrix } from '@/lib/numerics';
import type { OverlayModel, OverlayTerm } from './terms';

/**
 * Marks as columns of equal length. Field centre in the wafer frame (mm from wafer centre), mark inside the field (mm from field
 * centre), dx, dy = layer under test − reference layer in nm; NaN = not measured, on that axis only. u: standard uncertainties, nm.
 */
export interface OverlayMarks {
  readonly fieldX: ArrayLike<number>;
  readonly fieldY: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly dx: ArrayLike<number>;
  readonly dy: ArrayLike<number>;
  readonly uDx?: ArrayLike<number>;
  readonly uDy?: ArrayLike<number>;
}

// Rows that are filled together: they stay in the first-level cache for all terms.
const ROWS = 128;

/** Design of terms of one axis in normalised coordinates, one row a mark. */
export function overlayDesign(
  model: OverlayModel,
  terms: readonly OverlayTerm[],
  marks: Pick<OverlayMarks, 'fieldX' | 'fieldY' | 'x' | 'y'>,
): { readonly design: Matrix; readonly scale: Float64Array } {
  const p = terms.length;
  const n = marks.x.length;
  const design = matrix(n, p);
  const onMark = model.gridOn === 'mark';
  const order = Math.max(0, ...terms.map((t) => t.i + t.j));
  const { normRadiusMm: R, fieldHalfXMm: hx, fieldHalfYMm: hy } = model;
  const out = design.data;
  // powers of the four normalised coordinates, a column each, made when a term first asks for them
  const powers = new Map<number, Float64Array>();
  const coordinate = [
    (r: number) => (marks.fieldX[r]! + (onMark ? marks.x[r]! : 0)) / R,
    (r: number) => (marks.fieldY[r]! + (onMark ? marks.y[r]! : 0)) / R,
    (r: number) => marks.x[r]! / hx,
    (r: number) => marks.y[r]! / hy,
  ];
  const power = (axis: number, k: number): Float64Array => {
    const key = axis * (order + 1) + k;
    let column = powers.get(key);
    if (column) return column;
    column = new Float64Array(n);
    powers.set(key, column);
    if (k === 0) return column.fill(1);
    const of = coordinate[axis]!;
    if (k === 1) for (let r = 0; r < n; r++) column[r] = of(r);
    else {
      const base = power(axis, 1);
      const lower = power(axis, k - 1);
      for (let r = 0; r < n; r++) column[r] = lower[r]! * base[r]!;
    }
    return column;
  };
  const factors = terms.map((t) => {
    const first = t.scope === 'grid' ? 0 : 2;
    return { u: power(first, t.i), v: power(first + 1, t.j) };
  });
  for (let from = 0; from < n; from += ROWS) {
    const to = Math.min(n, from + ROWS);
    for (let c = 0; c < p; c++) {
      const { u, v } = factors[c]!;
      for (let r = from, o = from * p + c; r < to; r++, o += p) out[o] = u[r]! * v[r]!;
    }
  }
  const scale = Float64Array.from(terms, (t) =>
    t.scope === 'grid' ? model.normRadiusMm ** (t.i + t.j) : model.fieldHalfXMm ** t.i * model.fieldHalfYMm ** t.j,
  );
  return { design, scale };
}

/** @throws AppError `invalid_input` on unequal columns or a mark without a position. */
export function checkMarks(m: OverlayMarks): void {
  const n = m.dx.length;
  for (const key of ['fieldX', 'fieldY', 'x', 'y', 'dy', 'uDx', 'uDy'] as const) {
    const column = m[key];
    if (column && column.length !== n)
      throw new AppError(
        'invalid_input',
        `column ${key} has ${column.length} entries, dx has ${n}; give columns of equal length`,
        { field: key },
      );
    if (column && key !== 'dy' && !key.startsWith('u')) {
      for (let i = 0; i < n; i++)
        if (!Number.isFinite(column[i]!))
          throw new AppError('invalid_input', `${key}[${i}] is ${column[i]}; every mark needs a position`, {
            field: key,
            index: i,
          });
    }
  }
}
