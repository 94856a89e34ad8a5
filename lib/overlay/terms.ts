import { AppError } from '@/lib/errors';

/** Axis of the overlay error. */
export type OverlayAxis = 'dx' | 'dy';
/** Whether a term acts on the wafer (inter-field) or inside the field (intra-field). */
export type TermScope = 'grid' | 'field';

/**
 * One term c·u^i·v^j of one axis. Grid terms act on the wafer position, field terms on the position inside the field.
 * The coefficient is in nm/mm^(i+j): for i + j = 1 that is ppm (scaling) and µrad (rotation) at once, as 1 nm/mm = 1e-6.
 */
export interface OverlayTerm {
  readonly id: string;
  readonly axis: OverlayAxis;
  readonly scope: TermScope;
  /** Power of x; `j` of y. */
  readonly i: number;
  readonly j: number;
  readonly unit: string;
  readonly label: string;
}

/**
 * Powers (i, j) with i + j <= order, by degree, x first: (0,0) (1,0) (0,1) (2,0) (1,1) (0,2) …
 * @param order - 0 to 9.
 * @returns (i, j) pairs.
 * @throws AppError `invalid_input` on another order.
 */
export function powersUpTo(order: number): (readonly [number, number])[] {
  if (!Number.isInteger(order) || order < 0 || order > 9)
    throw new AppError('invalid_input', `overlay order must be an integer from 0 to 9, got ${order}`);
  const out: [number, number][] = [];
  for (let d = 0; d <= order; d++) for (let j = 0; j <= d; j++) out.push([d - j, j]);
  return out;
}

/**
 * Number of k in k1…k20 of a field term; null above third order. dx holds the odd, dy the even numbers, dy with x and y exchanged.
 * @param i - power of x; `j` of y.
 */
export function fieldK(axis: OverlayAxis, i: number, j: number): number | null {
  const d = i + j;
  if (d > 3) return null;
  const along = axis === 'dx' ? j : i; // place within the degree: x^d first for dx, y^d first for dy
  const k = (d * (d + 1)) / 2 + along;
  return axis === 'dx' ? 2 * k + 1 : 2 * k + 2;
}

const LINEAR: Readonly<Record<string, { id: string; label: string; unit: string }>> = {
  'dx,0,0': { id: 'tx', label: 'translation x', unit: 'nm' },
  'dy,0,0': { id: 'ty', label: 'translation y', unit: 'nm' },
  'dx,1,0': { id: 'mx', label: 'magnification x', unit: 'ppm' },
  'dy,0,1': { id: 'my', label: 'magnification y', unit: 'ppm' },
  'dx,0,1': { id: 'rx', label: 'rotation x', unit: 'µrad' },
  'dy,1,0': { id: 'ry', label: 'rotation y', unit: 'µrad' },
};

const SUPERSCRIPT = ['', '', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
const power = (name: string, p: number): string => (p === 0 ? '' : `${name}${SUPERSCRIPT[p] ?? ''}`);

/**
 * A term with its identifier, label and unit. Grid: tx ty mx my rx ry, then `grid.dx.21` for x²y; field: k1…k20, then `field.dx.40`.
 * The seed model: dx = Tx + Mx x + Rx y + Σ c_ij x^i y^j, dy = Ty + My y + Ry x + Σ c_ij x^i y^j.
 * @param scope - grid or field.
 * @param i - power of x; `j` of y.
 */
export function overlayTerm(scope: TermScope, axis: OverlayAxis, i: number, j: number): OverlayTerm {
  const d = i + j;
  const linear = LINEAR[`${axis},${i},${j}`];
  const unit = linear?.unit ?? `nm/mm${SUPERSCRIPT[d] ?? ''}`;
  const monomial = `${power('x', i)}${power('y', j)}` || '1';
  const k = scope === 'field' ? fieldK(axis, i, j) : null;
  if (scope === 'grid') {
    return {
      id: linear?.id ?? `grid.${axis}.${i}${j}`,
      axis,
      scope,
      i,
      j,
      unit,
      label: `grid ${linear?.label ?? `${axis} ${monomial}`}`,
    };
  }
  return {
    id: k ? `k${k}` : `field.${axis}.${i}${j}`,
    axis,
    scope,
    i,
    j,
    unit,
    label: `field ${linear?.label ?? `${axis} ${monomial}`}`,
  };
}

/** The terms of a model and where they act. */
export interface OverlayModel {
  readonly terms: readonly OverlayTerm[];
  /** Where grid terms are evaluated: at the centre of the field (joint models) or at the mark itself. */
  readonly gridOn: 'field_centre' | 'mark';
  /** Scales of the internal coordinates, mm; they fix the condition number, not the result. */
  readonly normRadiusMm: number;
  readonly fieldHalfXMm: number;
  readonly fieldHalfYMm: number;
}

/** What a model holds. */
export interface OverlayModelOptions {
  /** Order of the grid (inter-field) part, 0 for translation only, null for none. Default 1. */
  readonly gridOrder?: number | null;
  /** Order of the field (intra-field) part, null for none. Default 1. Its translation is left to the grid when that exists. */
  readonly fieldOrder?: number | null;
  readonly gridOn?: 'field_centre' | 'mark';
  /** Identifiers to leave out, e.g. those no exposure tool can actuate. */
  readonly without?: readonly string[];
  /** Scale of the grid coordinates. Default 150. */
  readonly normRadiusMm?: number;
  readonly fieldHalfXMm?: number;
  readonly fieldHalfYMm?: number;
}

/**
 * The terms of a joint inter-field and intra-field model. Default: 6 grid + 4 field terms, the "10-parameter" model.
 * Grid terms act on field centres when field terms are present: evaluated at the mark, the linear parts of both would be collinear.
 * @throws AppError `invalid_input` on an order outside 0…9 or a model without terms.
 * @reference van den Brink et al., Proc. SPIE 921 (1988) 180; Armitage & Kirk, Proc. SPIE 921 (1988) 207.
 */
export function overlayModel(options: OverlayModelOptions = {}): OverlayModel {
  const gridOrder = options.gridOrder === undefined ? 1 : options.gridOrder;
  const fieldOrder = options.fieldOrder === undefined ? 1 : options.fieldOrder;
  const skip = new Set(options.without ?? []);
  const terms: OverlayTerm[] = [];
  for (const axis of ['dx', 'dy'] as const) {
    if (gridOrder !== null) for (const [i, j] of powersUpTo(gridOrder)) terms.push(overlayTerm('grid', axis, i, j));
    if (fieldOrder !== null) {
      for (const [i, j] of powersUpTo(fieldOrder))
        if (gridOrder === null || i + j > 0) terms.push(overlayTerm('field', axis, i, j));
    }
  }
  const kept = terms.filter((t) => !skip.has(t.id));
  if (kept.length === 0) throw new AppError('invalid_input', 'the overlay model has no terms; give a grid or a field order');
  return {
    terms: kept,
    gridOn: options.gridOn ?? (fieldOrder === null ? 'mark' : 'field_centre'),
    normRadiusMm: options.normRadiusMm ?? 150,
    fieldHalfXMm: options.fieldHalfXMm ?? 13,
    fieldHalfYMm: options.fieldHalfYMm ?? 16.5,
  };
}
