import { AppError } from '@/lib/errors';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { filmForward } from './film';
import type { Forward, ForwardJacobian } from './forward';
import { gratingForward } from './grating-forward';
import { checkRecipe } from './resolve';
import { saxsForward, xrrForward } from './xray';

export interface CompiledRecipe {
  readonly recipe: MetrologyRecipe;
  /** The part of the axis that is fitted. */
  readonly axis: SpectrumAxis;
  /** Indices of that part in the axis that was given. */
  readonly used: Int32Array;
  /** All parameters in the recipe's order, tied and fixed ones among them. */
  readonly names: readonly string[];
  /** Spectrum of all parameters' values, in the order of `names`: tied ones are taken as given. Length channels × used. */
  readonly model: (values: ArrayLike<number>) => Float64Array;
  /** (m, names) row-major derivatives, analytic, by all parameters that are not fixed; absent where the ambient has parameters. */
  readonly jacobian?: (values: Float64Array) => Float64Array;
  /** Marks data that are angles modulo 360. */
  readonly periodic360: readonly boolean[];
  /** M of the harmonics of a grating; null for models that have none. */
  readonly truncation: number | null;
}

/**
 * A recipe on the axis of a spectrum: the function from parameters to the channels' values.
 * @param truncation - M of gratings whose recipe leaves it to the certificate.
 * @throws AppError `invalid_input` with the field's path; `out_of_domain` when the axis has no point in the recipe's range.
 */
export function compileRecipe(recipe: MetrologyRecipe, axis: SpectrumAxis, truncation: number | null = null): CompiledRecipe {
  checkRecipe(recipe);
  const { used, axis: part } = cut(axis, recipe.range);
  const names = recipe.parameters.map((p) => p.name);
  const index = new Map(names.map((n, i) => [n, i]));
  const { forward, jacobian } = forwardOf(recipe, part, names, truncation);
  const moved = recipe.parameters.flatMap((p, i) => (p.role.kind === 'fixed' ? [] : [i]));
  const points = used.length;
  return {
    recipe,
    axis: part,
    used,
    names,
    model: (values) => forward((name) => values[index.get(name)!]!),
    ...(jacobian ? { jacobian: (values: Float64Array) => jacobian(values, moved) } : {}),
    truncation: recipe.sample.kind === 'line-grating' ? (recipe.sample.truncation ?? truncation) : null,
    periodic360: recipe.channels.flatMap((c) => new Array<boolean>(points).fill(c.quantity === 'delta')),
  };
}

function forwardOf(
  recipe: MetrologyRecipe,
  axis: SpectrumAxis,
  names: readonly string[],
  truncation: number | null,
): { forward: Forward; jacobian: ForwardJacobian | null } {
  const { sample, channels } = recipe;
  const needs = (kind: SpectrumAxis['kind']): never => {
    throw new AppError('invalid_input', `a ${sample.kind} recipe needs an axis of kind ${kind}, not ${axis.kind}`, {
      field: 'axis.kind',
    });
  };
  switch (sample.kind) {
    case 'film-stack':
      return axis.kind === 'wavelength' ? filmForward(sample, channels, Float64Array.from(axis.nm), names) : needs('wavelength');
    case 'line-grating':
      return axis.kind === 'wavelength'
        ? gratingForward(sample, channels, Float64Array.from(axis.nm), names, truncation)
        : needs('wavelength');
    case 'xrr':
      return axis.kind === 'q' ? xrrForward(sample, channels.length, Float64Array.from(axis.perA), names) : needs('q');
    case 'saxs-lines':
      return axis.kind === 'qxqz'
        ? saxsForward(sample, channels.length, Float64Array.from(axis.qxPerNm), Float64Array.from(axis.qzPerNm), names)
        : needs('qxqz');
  }
}

/** The points of an axis within a range. */
function cut(axis: SpectrumAxis, range: { from: number; to: number }): { used: Int32Array; axis: SpectrumAxis } {
  const main = axis.kind === 'wavelength' ? axis.nm : axis.kind === 'q' ? axis.perA : axis.qxPerNm;
  const used = Int32Array.from([...main.keys()].filter((i) => main[i]! >= range.from && main[i]! <= range.to));
  if (used.length === 0)
    throw new AppError(
      'out_of_domain',
      `the axis runs from ${Math.min(...main)} to ${Math.max(...main)}: no point lies in the recipe's range ${range.from} to ${range.to}`,
      { field: 'axis' },
    );
  const pick = (v: readonly number[]): number[] => Array.from(used, (i) => v[i]!);
  switch (axis.kind) {
    case 'wavelength':
      return { used, axis: { kind: axis.kind, nm: pick(axis.nm) } };
    case 'q':
      return { used, axis: { kind: axis.kind, perA: pick(axis.perA) } };
    case 'qxqz':
      return { used, axis: { kind: axis.kind, qxPerNm: pick(axis.qxPerNm), qzPerNm: pick(axis.qzPerNm) } };
  }
}
