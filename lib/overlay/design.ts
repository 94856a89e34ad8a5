import { AppError } from '@/lib/errors';
import { type Matrix, matrix } from '@/lib/numerics';
import type { OverlayAxis, OverlayModel, OverlayTerm } from './terms';

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

/** Design of one axis in normalised coordinates, one row a mark. */
export function overlayDesign(
  model: OverlayModel,
  axis: OverlayAxis,
  marks: Pick<OverlayMarks, 'fieldX' | 'fieldY' | 'x' | 'y'>,
): { readonly design: Matrix; readonly terms: OverlayTerm[]; readonly scale: Float64Array } {
  const terms = model.terms.filter((t) => t.axis === axis);
  const p = terms.length;
  const n = marks.x.length;
  const design = matrix(n, p);
  const onMark = model.gridOn === 'mark';
  const order = Math.max(0, ...terms.map((t) => t.i + t.j));
  // powers of the four coordinates of a mark: x from 0, y from order + 1, field ones behind the grid ones
  const stride = order + 1;
  const power = new Float64Array(4 * stride).fill(1);
  const first = Int32Array.from(terms, (t) => (t.scope === 'grid' ? 0 : 2 * stride) + t.i);
  const second = Int32Array.from(terms, (t) => (t.scope === 'grid' ? stride : 3 * stride) + t.j);
  const raise = (at: number, v: number): void => {
    for (let k = 1; k <= order; k++) power[at + k] = power[at + k - 1]! * v;
  };
  const { normRadiusMm: R, fieldHalfXMm: hx, fieldHalfYMm: hy } = model;
  const out = design.data;
  for (let r = 0; r < n; r++) {
    const x = marks.x[r]!;
    const y = marks.y[r]!;
    raise(0, (marks.fieldX[r]! + (onMark ? x : 0)) / R);
    raise(stride, (marks.fieldY[r]! + (onMark ? y : 0)) / R);
    raise(2 * stride, x / hx);
    raise(3 * stride, y / hy);
    for (let c = 0; c < p; c++) out[r * p + c] = power[first[c]!]! * power[second[c]!]!;
  }
  const scale = Float64Array.from(terms, (t) =>
    t.scope === 'grid' ? model.normRadiusMm ** (t.i + t.j) : model.fieldHalfXMm ** t.i * model.fieldHalfYMm ** t.j,
  );
  return { design, terms, scale };
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
