import { AppError } from '@/lib/errors';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { chooseConicalTruncation, chooseTruncation, type LineGrating } from '@/lib/optics';
import { incidencesOf } from './channels';
import { gratingSample } from './grating';
import { incidenceRad, isClassical } from './grating-forward';

/** How the truncation of a grating recipe was chosen, stored with its version. */
export interface ConvergenceCertificate {
  /** M of 2M + 1 harmonics: what the fits use. */
  readonly truncation: number;
  readonly tolerance: number;
  /** Bound of the error of any order's amplitude or efficiency at that truncation. */
  readonly errorEstimate: number;
  readonly isReached: boolean;
  /** Angle of incidence that asked for the most harmonics, and its azimuth; certificates without one are of azimuth 0. */
  readonly angleDeg: number;
  readonly azimuthDeg?: number;
  readonly wavelengthNm: readonly number[];
  /** Sets of parameter values the sweep ran over: the start and the corners of the bounds that make a line. */
  readonly geometries: number;
  readonly sweep: readonly {
    readonly truncation: number;
    readonly change: number | null;
    readonly errorEstimate: number | null;
  }[];
}

const WAVELENGTHS = 5;

/**
 * The order sweep of a grating recipe over its range, angles and bounds; null for models without harmonics.
 * @throws AppError `out_of_domain` when no geometry within the bounds is a line; `not_converged` when the tolerance is not reached.
 */
export function certifyRecipe(recipe: MetrologyRecipe): ConvergenceCertificate | null {
  const { sample } = recipe;
  if (sample.kind !== 'line-grating' || sample.truncation !== null) return null;
  const { from, to } = recipe.range;
  const wavelengthNm = Float64Array.from({ length: WAVELENGTHS }, (_, i) => from + ((to - from) * i) / (WAVELENGTHS - 1));
  const build = gratingSample(sample, wavelengthNm);
  const gratings: { grating: LineGrating; wavelengthNm: number }[] = [];
  let geometries = 0;
  let fault: unknown;
  for (const corner of corners(recipe)) {
    try {
      const at = build((name) => corner.get(name)!);
      gratings.push(...Array.from(wavelengthNm, (w, i) => ({ grating: at(i), wavelengthNm: w })));
      geometries++;
    } catch (e) {
      if (!(e instanceof AppError) || e.code !== 'out_of_domain') throw e;
      fault = e; // this corner is no line; the fit's own steps stay away from it too
    }
  }
  if (geometries === 0) throw fault;
  const options = { tolerance: sample.tolerance };
  const sweeps = incidencesOf(recipe.channels).map((at) => ({
    ...at,
    found: isClassical(at)
      ? chooseTruncation(gratings, incidenceRad(at).angleRad, ['TE', 'TM'], options)
      : chooseConicalTruncation(gratings, incidenceRad(at), options),
  }));
  const { angleDeg, azimuthDeg, found } = sweeps.reduce((a, b) => (b.found.truncation > a.found.truncation ? b : a));
  if (!found.isReached)
    throw new AppError(
      'not_converged',
      `the order sweep ended at M = ${found.truncation} with an error of ${found.errorEstimate.toExponential(1)}, above the tolerance ${sample.tolerance}; allow a larger one or set the truncation`,
      { field: 'sample.tolerance' },
    );
  const finite = (v: number): number | null => (Number.isFinite(v) ? v : null);
  return {
    truncation: found.truncation,
    tolerance: found.tolerance,
    errorEstimate: found.errorEstimate,
    isReached: true,
    angleDeg,
    azimuthDeg,
    wavelengthNm: [...wavelengthNm],
    geometries,
    sweep: found.sweep.map((r) => ({
      truncation: r.truncation,
      change: finite(r.change),
      errorEstimate: finite(r.errorEstimate),
    })),
  };
}

/** Values of all parameters at the start, with all free ones at their lower bounds, and at their upper ones. */
function corners(recipe: MetrologyRecipe): Map<string, number>[] {
  return (['start', 'lower', 'upper'] as const).map((which) => {
    const values = new Map(
      recipe.parameters.map((p) => [p.name, p.role.kind === 'free' && which !== 'start' ? p.role[which] : p.value]),
    );
    for (const p of recipe.parameters)
      if (p.role.kind === 'tied')
        values.set(
          p.name,
          p.role.terms.reduce((s, t) => s + t.factor * values.get(t.parameter)!, p.role.offset),
        );
    return values;
  });
}
