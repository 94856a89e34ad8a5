import { AppError } from '@/lib/errors';
import { readContainer, writeContainer } from './container';
import type { ForwardModel } from './jacobian';
import { sobolPoints } from './low-discrepancy';

/** What a library holds and how its points were laid. */
export interface LibraryHeader {
  readonly names: readonly string[];
  /** Bounds of the box, one per name, in the units of the parameters. */
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** Values of a spectrum. Store N, C, S rather than angles modulo 360: distances between spectra are taken as they are. */
  readonly channels: number;
  readonly count: number;
  readonly layout:
    | { readonly kind: 'sobol'; readonly seed: number; readonly skip: number }
    | { readonly kind: 'grid'; readonly points: readonly number[] };
  /** Anything the owner wants to keep: wavelengths, recipe version, truncation. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** Spectra on points of a box of parameters. */
export interface SpectralLibrary {
  readonly header: LibraryHeader;
  /** (count, names) row-major. */
  readonly parameters: Float64Array;
  /** (count, channels) row-major. */
  readonly spectra: Float32Array;
}

const KIND = 'spectral-library';

/** How the points of a library are laid. */
export type LibraryPlan = Omit<LibraryHeader, 'count' | 'about'> & {
  /** Number of points of a Sobol layout; a grid has the product of its `points`. */
  readonly count?: number;
  readonly about?: LibraryHeader['about'];
};

/**
 * Points of a plan, (count, names) row-major, bounds included in a grid.
 * @returns points in the units of the parameters.
 * @throws AppError `invalid_input` naming the field.
 */
export function libraryPoints(plan: LibraryPlan): Float64Array {
  const n = plan.names.length;
  for (let j = 0; j < n; j++)
    if (!(plan.upper[j]! > plan.lower[j]!))
      throw new AppError('invalid_input', `bounds of ${plan.names[j]} are ${plan.lower[j]} and ${plan.upper[j]}; give a range`, {
        parameter: plan.names[j],
      });
  const at = (j: number, u: number): number => plan.lower[j]! + (plan.upper[j]! - plan.lower[j]!) * u;
  if (plan.layout.kind === 'sobol') {
    if (!(Number.isInteger(plan.count) && plan.count! > 0))
      throw new AppError('invalid_input', `count is ${plan.count}; give a positive number of points`, { field: 'count' });
    return sobolPoints(plan.count!, n, plan.layout.seed, plan.layout.skip).map((u, i) => at(i % n, u));
  }
  const { points } = plan.layout;
  if (points.length !== n || points.some((p) => !(Number.isInteger(p) && p >= 2)))
    throw new AppError('invalid_input', `a grid needs 2 or more points for each of ${n} parameters`, { field: 'points' });
  const count = points.reduce((s, p) => s * p, 1);
  const out = new Float64Array(count * n);
  for (let i = 0; i < count; i++) {
    let rest = i;
    for (let j = n - 1; j >= 0; j--) {
      out[i * n + j] = at(j, (rest % points[j]!) / (points[j]! - 1));
      rest = Math.floor(rest / points[j]!);
    }
  }
  return out;
}

/**
 * Compute a library point by point; yields after every `every` points, so that a worker can report and stop.
 * @param every - points between two reports.
 * @returns the library when the generator ends.
 * @throws AppError `invalid_input` from the plan; `out_of_domain` naming the point where the model is not finite.
 * @throws AppError `dimension_mismatch` when the model gives another number of channels.
 */
export function* buildLibrary(
  model: ForwardModel,
  plan: LibraryPlan,
  every = 100,
): Generator<{ readonly done: number; readonly total: number }, SpectralLibrary, void> {
  const parameters = libraryPoints(plan);
  const n = plan.names.length;
  const m = plan.channels;
  const count = parameters.length / n;
  const spectra = new Float32Array(count * m);
  for (let i = 0; i < count; i++) {
    const p = parameters.slice(i * n, (i + 1) * n);
    const s = model(p);
    if (s.length !== m) throw new AppError('dimension_mismatch', `the model returned ${s.length} values, the plan says ${m}`);
    if (!s.every(Number.isFinite))
      throw new AppError('out_of_domain', `the model is not finite at ${Array.from(p).join(', ')}; tighten the bounds`, {
        point: Array.from(p),
      });
    spectra.set(s, i * m);
    if ((i + 1) % every === 0 || i + 1 === count) yield { done: i + 1, total: count };
  }
  const { count: _, about, ...rest } = plan;
  return { header: { ...rest, count, about: about ?? {} }, parameters, spectra };
}

/** Bytes of a library file: see `writeContainer`; arrays `parameters` (float64) and `spectra` (float32). */
export const encodeLibrary = (l: SpectralLibrary): Uint8Array<ArrayBuffer> =>
  writeContainer({ kind: KIND, meta: l.header, arrays: { parameters: l.parameters, spectra: l.spectra } });

/** A library from the bytes of its file, in place. @throws AppError `invalid_input` for another file or sizes that contradict the header. */
export function decodeLibrary(bytes: Uint8Array): SpectralLibrary {
  const c = readContainer(bytes, KIND);
  const header = c.meta as LibraryHeader;
  const { parameters, spectra } = c.arrays;
  if (
    !(parameters instanceof Float64Array && spectra instanceof Float32Array) ||
    parameters.length !== header.count * header.names.length ||
    spectra.length !== header.count * header.channels
  )
    throw new AppError('invalid_input', 'the arrays of the library do not fit its header', { field: 'bytes' });
  return { header, parameters, spectra };
}
