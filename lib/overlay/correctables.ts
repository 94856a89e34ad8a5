import { AppError } from '@/lib/errors';
import { type OverlayMarks, overlayDesign } from './design';
import { fitOverlay, type OverlayFit, type OverlayFitOptions } from './fit';
import { type OverlaySummary, overlaySummary } from './statistics';
import { type OverlayModel, overlayModel } from './terms';

/** A correction of the exposure tool. */
export interface Correctable {
  readonly id: string;
  /** −coefficient: what to enter so that the modelled error vanishes, in `unit`. */
  readonly value: number;
  readonly unit: string;
  readonly label: string;
  /** Standard uncertainty, in `unit`; null where the marks leave nothing to estimate it from. */
  readonly uValue: number | null;
}

/** Corrections and the overlay that they leave. */
export interface Correctables {
  readonly terms: readonly Correctable[];
  /** Terms asked for that the plan could not identify: they are left at zero. */
  readonly notIdentified: readonly string[];
  /** Expected overlay, nm, when exactly these corrections are applied: measured + correction at every mark. */
  readonly after: { readonly dx: Float64Array; readonly dy: Float64Array };
  readonly statistics: { readonly before: OverlaySummary; readonly after: OverlaySummary };
}

/**
 * Correctables of a chosen sub-set of terms: correction = −modelled error of those terms.
 * @param ids - terms the exposure tool can actuate; default all of the model.
 * @returns corrections in nm/mm^p (1 nm/mm = 1 ppm = 1 µrad).
 * @throws AppError `invalid_input` on an identifier the model does not have.
 * @reference Mack, Fundamental Principles of Optical Lithography (2007), ch. 8.
 */
export function correctables(fit: OverlayFit, marks: OverlayMarks, ids?: readonly string[]): Correctables {
  const all = [...fit.dx.terms, ...fit.dy.terms];
  const wanted = new Set(ids ?? all.map((t) => t.id));
  for (const id of wanted) {
    if (!all.some((t) => t.id === id))
      throw new AppError('invalid_input', `term ${id} is not part of the model; known: ${all.map((t) => t.id).join(', ')}`, {
        term: id,
      });
  }
  const chosen = all.filter((t) => wanted.has(t.id));
  const after = { dx: Float64Array.from(marks.dx), dy: Float64Array.from(marks.dy) };
  for (const axis of ['dx', 'dy'] as const) {
    const terms = fit.model.terms.filter((t) => t.axis === axis);
    const { design } = overlayDesign(fit.model, terms, marks);
    terms.forEach((t, c) => {
      const term = chosen.find((f) => f.id === t.id);
      if (term?.normalised === undefined || term.normalised === null) return;
      for (let i = 0; i < after[axis].length; i++) after[axis][i]! -= term.normalised * design.data[i * terms.length + c]!;
    });
  }
  return {
    terms: chosen.flatMap((t) =>
      t.value === null ? [] : [{ id: t.id, value: -t.value || 0, unit: t.unit, label: t.label, uValue: t.standardError }],
    ),
    notIdentified: chosen.filter((t) => t.value === null).map((t) => t.id),
    after,
    statistics: { before: overlaySummary(marks.dx, marks.dy), after: overlaySummary(after.dx, after.dy) },
  };
}

/** Corrections of one exposure. */
export interface FieldCorrection {
  /** Centre of the field, wafer frame, mm. */
  readonly fieldX: number;
  /** mm. */
  readonly fieldY: number;
  /** k-terms of this exposure, nm/mm^p, to be entered with the opposite sign already applied. */
  readonly corrections: Readonly<Record<string, number>>;
  readonly n: number;
  readonly unidentifiable: readonly string[];
}

/**
 * Per-exposure corrections: the residual of each field fitted by field terms alone, after the common model was taken out.
 * Terms a field's marks cannot identify are left at zero; fields without measured marks are absent.
 * @param residual - of the common fit, nm.
 * @param order - field order per exposure, default 1 (k1…k6).
 * @returns one entry per field with measured marks.
 * @throws AppError as `fitOverlay`.
 */
export function perFieldCorrections(
  marks: OverlayMarks,
  residual: OverlayFit['residual'],
  order = 1,
  options: OverlayFitOptions = {},
): FieldCorrection[] {
  const byField = new Map<string, number[]>();
  for (let i = 0; i < marks.dx.length; i++) {
    if (Number.isNaN(residual.dx[i]!) && Number.isNaN(residual.dy[i]!)) continue;
    const key = `${marks.fieldX[i]!.toFixed(4)},${marks.fieldY[i]!.toFixed(4)}`;
    const list = byField.get(key);
    if (list) list.push(i);
    else byField.set(key, [i]);
  }
  const out: FieldCorrection[] = [];
  for (const rows of byField.values()) {
    const pick = (column: ArrayLike<number>): number[] => rows.map((i) => column[i]!);
    const local: OverlayMarks = {
      fieldX: pick(marks.fieldX),
      fieldY: pick(marks.fieldY),
      x: pick(marks.x),
      y: pick(marks.y),
      dx: pick(residual.dx),
      dy: pick(residual.dy),
    };
    let use = order;
    let model: OverlayModel = overlayModel({ gridOrder: null, fieldOrder: use });
    const measured = Math.min(
      local.dx.length,
      rows.filter((i) => !Number.isNaN(residual.dx[i]!) && !Number.isNaN(residual.dy[i]!)).length,
    );
    while (use > 0 && measured < model.terms.length / 2) model = overlayModel({ gridOrder: null, fieldOrder: --use });
    if (measured === 0) continue;
    const fit = fitOverlay(local, model, options);
    const corrections: Record<string, number> = {};
    for (const [id, v] of Object.entries(fit.coefficients)) corrections[id] = -v || 0;
    out.push({
      fieldX: local.fieldX[0]!,
      fieldY: local.fieldY[0]!,
      corrections,
      n: rows.length,
      unidentifiable: fit.unidentifiable,
    });
  }
  return out;
}
