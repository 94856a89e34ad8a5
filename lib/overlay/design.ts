import { AppError } from '@/lib/errors';
import { type Coordinate, type Matrix, type Monomials, monomialDesign } from '@/lib/numerics';
import type { OverlayModel, OverlayTerm } from './terms';

/**
 * Marks as columns of equal length. Field centre in the wafer frame (mm from wafer centre), mark inside the field (mm from field
 * centre), dx, dy = layer under test − reference layer in nm; NaN = not measured, on that axis only. u: standard uncertainties, nm.
 */
export interface OverlayMarks {
  /** (n,), mm. */
  readonly fieldX: ArrayLike<number>;
  /** (n,), mm. */
  readonly fieldY: ArrayLike<number>;
  /** (n,), mm. */
  readonly x: ArrayLike<number>;
  /** (n,), mm. */
  readonly y: ArrayLike<number>;
  /** (n,), nm. */
  readonly dx: ArrayLike<number>;
  /** (n,), nm. */
  readonly dy: ArrayLike<number>;
  /** (n,), nm. */
  readonly uDx?: ArrayLike<number>;
  /** (n,), nm. */
  readonly uDy?: ArrayLike<number>;
}

/** What the design of a model's terms needs of the marks. */
export type MarkPositions = Pick<OverlayMarks, 'fieldX' | 'fieldY' | 'x' | 'y'>;

/** Terms of one axis as monomials of the normalised coordinates: grid x, y then field x, y. @param marks - positions, mm. */
export function overlayMonomials(model: OverlayModel, terms: readonly OverlayTerm[], marks: MarkPositions): Monomials {
  const { normRadiusMm: R, fieldHalfXMm: hx, fieldHalfYMm: hy } = model;
  const onMark = model.gridOn === 'mark';
  const grid: Coordinate[] = [
    { parts: onMark ? [marks.fieldX, marks.x] : [marks.fieldX], unit: R },
    { parts: onMark ? [marks.fieldY, marks.y] : [marks.fieldY], unit: R },
  ];
  const own: Coordinate[] = [
    { parts: [marks.x], unit: hx },
    { parts: [marks.y], unit: hy },
  ];
  const hasGrid = terms.some((t) => t.scope === 'grid');
  const hasField = terms.some((t) => t.scope === 'field');
  const coordinates = [...(hasGrid ? grid : []), ...(hasField ? own : [])];
  const field = hasGrid ? grid.length : 0;
  const columns = terms.map((t) => {
    const a = t.scope === 'grid' ? 0 : field;
    return { a, i: t.i, b: a + 1, j: t.j };
  });
  return { coordinates, columns };
}

/** What a coefficient in normalised coordinates is divided by to be one in nm/mm^p. @returns (terms,), mm^p. */
export function termScales(model: OverlayModel, terms: readonly OverlayTerm[]): Float64Array {
  return Float64Array.from(terms, (t) =>
    t.scope === 'grid' ? model.normRadiusMm ** (t.i + t.j) : model.fieldHalfXMm ** t.i * model.fieldHalfYMm ** t.j,
  );
}

/** Design of terms of one axis in normalised coordinates, one row a mark. @returns design, (n, terms), and the scales, mm^p. */
export function overlayDesign(
  model: OverlayModel,
  terms: readonly OverlayTerm[],
  marks: MarkPositions,
): { readonly design: Matrix; readonly scale: Float64Array } {
  return { design: monomialDesign(overlayMonomials(model, terms, marks)), scale: termScales(model, terms) };
}

/**
 * Refuses marks that are no columns of equal length with a position each.
 * @throws AppError `invalid_input` on unequal columns or a mark without a position.
 */
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
      if (areFinite(column)) continue;
      for (let i = 0; i < n; i++)
        if (!Number.isFinite(column[i]!))
          throw new AppError('invalid_input', `${key}[${i}] is ${column[i]}; every mark needs a position`, {
            field: key,
            index: i,
          });
    }
  }
}

/** Whether every value is a finite number: 0·v is 0 for those alone. */
export function areFinite(v: ArrayLike<number>): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < v.length; i += 4) {
    // four sums that do not wait for each other
    a += 0 * v[i]!;
    b += 0 * v[i + 1]!;
    c += 0 * v[i + 2]!;
    d += 0 * v[i + 3]!;
  }
  for (; i < v.length; i++) a += 0 * v[i]!;
  return a + b + c + d === 0;
}
