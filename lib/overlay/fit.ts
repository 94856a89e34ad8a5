import { type AxisFit, fitAxis, type OverlayFitOptions } from './axis-fit';
import { checkMarks, type OverlayMarks } from './design';
import type { SharedFit } from './direct-fit';
import { type OverlaySummary, overlaySummary } from './statistics';
import { type OverlayModel, overlayModel } from './terms';

export type { AxisFit, FittedTerm, OverlayFitOptions } from './axis-fit';

/** An overlay model fitted to the marks of a wafer. */
export interface OverlayFit {
  readonly model: OverlayModel;
  readonly dx: AxisFit;
  readonly dy: AxisFit;
  /** Terms of both axes by identifier, nm/mm^p. Unidentifiable ones are absent. */
  readonly coefficients: Readonly<Record<string, number>>;
  readonly unidentifiable: readonly string[];
  /** Modelled overlay and residual at every mark, nm; residual NaN where not measured. */
  readonly modelled: { readonly dx: Float64Array; readonly dy: Float64Array };
  /** (n,), nm; raw = modelled + residual. */
  readonly residual: { readonly dx: Float64Array; readonly dy: Float64Array };
  /** Of every measured mark; evaluated when first read. */
  readonly statistics: { readonly raw: OverlaySummary; readonly modelled: OverlaySummary; readonly residual: OverlaySummary };
  readonly derived: { readonly grid: DerivedTerms | null; readonly field: DerivedTerms | null };
}

/** Symmetric and asymmetric parts of the linear terms: M = (Mx ± My)/2, rotation (Ry − Rx)/2, non-orthogonality (Ry + Rx)/2. */
export interface DerivedTerms {
  /** ppm. */
  readonly magnification: number;
  /** ppm. */
  readonly asymmetricMagnification: number;
  /** µrad. */
  readonly rotation: number;
  /** µrad. */
  readonly asymmetricRotation: number;
}

/**
 * Joint inter-field and intra-field overlay fit: per axis one weighted (or robust) least-squares problem over all marks.
 * @param marks - columns as in `OverlayMarks`. @param model - from `overlayModel`; default the 10-parameter model.
 * @returns terms in physical units with covariance, statistics of raw = modelled + residual, and the terms the plan cannot see.
 * @throws AppError `rank_deficient` naming the terms when `onDeficient` is `throw`; `invalid_input` on unequal columns, a bad
 * uncertainty, or fewer measured marks than terms.
 * @reference J. D. Armitage & J. P. Kirk, Proc. SPIE 921 (1988) 207; van den Brink et al., Proc. SPIE 921 (1988) 180.
 */
export function fitOverlay(
  marks: OverlayMarks,
  model: OverlayModel = overlayModel(),
  options: OverlayFitOptions = {},
): OverlayFit {
  checkMarks(marks);
  const shared: SharedFit = { last: null };
  const x = fitAxis(marks, model, 'dx', marks.dx, marks.uDx, options, shared);
  const y = fitAxis(marks, model, 'dy', marks.dy, marks.uDy, options, shared);
  const coefficients: Record<string, number> = {};
  for (const t of [...x.fit.terms, ...y.fit.terms]) if (t.value !== null) coefficients[t.id] = t.value;
  return {
    model,
    dx: x.fit,
    dy: y.fit,
    coefficients,
    unidentifiable: [...x.fit.terms, ...y.fit.terms].filter((t) => t.value === null).map((t) => t.id),
    modelled: { dx: x.modelled, dy: y.modelled },
    residual: { dx: x.residual, dy: y.residual },
    statistics: summaries({
      raw: [marks.dx, marks.dy],
      modelled: [x.modelled, y.modelled],
      residual: [x.residual, y.residual],
    }),
    derived: {
      grid: derivedTerms(coefficients, ['mx', 'my', 'rx', 'ry']),
      field: derivedTerms(coefficients, ['k3', 'k4', 'k5', 'k6']),
    },
  };
}

// A summary is made when it is first read: a correction needs none of them, a report all.
function summaries(
  columns: Readonly<Record<keyof OverlayFit['statistics'], readonly [ArrayLike<number>, ArrayLike<number>]>>,
): OverlayFit['statistics'] {
  const made: Partial<Record<keyof OverlayFit['statistics'], OverlaySummary>> = {};
  const of = (key: keyof OverlayFit['statistics']): OverlaySummary => {
    made[key] ??= overlaySummary(...columns[key]);
    return made[key];
  };
  return {
    get raw() {
      return of('raw');
    },
    get modelled() {
      return of('modelled');
    },
    get residual() {
      return of('residual');
    },
  };
}

function derivedTerms(
  c: Readonly<Record<string, number>>,
  [mx, my, rx, ry]: readonly [string, string, string, string],
): DerivedTerms | null {
  const [a, b, r, s] = [c[mx], c[my], c[rx], c[ry]];
  if (a === undefined || b === undefined || r === undefined || s === undefined) return null;
  return {
    magnification: (a + b) / 2,
    asymmetricMagnification: (a - b) / 2,
    rotation: (s - r) / 2,
    asymmetricRotation: (s + r) / 2,
  };
}
