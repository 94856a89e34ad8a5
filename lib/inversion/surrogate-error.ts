import { AppError } from '@/lib/errors';
import { type Surrogate, surrogateRunner } from './surrogate';

/** Error of a surrogate over its box, on rigorous spectra that it has not seen. */
export interface SurrogateErrorMap {
  /** Cells along each parameter; a cell's index has the last parameter fastest. */
  readonly cells: readonly number[];
  /** Held-back points of each cell. */
  readonly count: Int32Array;
  /** Root mean square of (surrogate − rigorous)/σ over points and channels; NaN in a cell without points. */
  readonly rmsSigma: Float64Array;
  /** Largest |surrogate − rigorous| in the unit of the data; NaN in a cell without points. */
  readonly max: Float64Array;
  /** The same over the whole box. */
  readonly overall: { readonly rmsSigma: number; readonly rms: number; readonly max: number; readonly count: number };
  /** Point with the largest error. */
  readonly worst: Float64Array;
}

/**
 * Error map of a surrogate from held-back rigorous points.
 * @param s - the surrogate, on the box of the points.
 * @param parameters - (count, n) row-major.
 * @param spectra - (count, channels) row-major.
 * @param cellsPerAxis - by default 3 for up to four parameters, 2 up to ten, then 1: the map stays below 1,100 cells.
 * @throws AppError `invalid_input` without points or for lengths that do not fit.
 */
export function surrogateErrorMap(
  s: Surrogate,
  parameters: Float64Array,
  spectra: Float64Array | Float32Array,
  cellsPerAxis = s.names.length <= 4 ? 3 : s.names.length <= 10 ? 2 : 1,
): SurrogateErrorMap {
  const n = s.names.length;
  const m = s.basis.channels;
  const points = parameters.length / n;
  if (!(points >= 1) || spectra.length !== points * m)
    throw new AppError('invalid_input', `${spectra.length} values are not ${points} held-back spectra of ${m} channels`, {
      field: 'spectra',
    });
  const total = cellsPerAxis ** n;
  const count = new Int32Array(total);
  const square = new Float64Array(total);
  const max = new Float64Array(total);
  const runner = surrogateRunner(s);
  const out = new Float64Array(points * m);
  runner.batch(parameters, points, out);
  let plain = 0;
  let worst = 0;
  let worstAt = 0;
  for (let i = 0; i < points; i++) {
    let cell = 0;
    for (let j = 0; j < n; j++) {
      const u = (parameters[i * n + j]! - s.lower[j]!) / (s.upper[j]! - s.lower[j]!);
      cell = cell * cellsPerAxis + Math.min(cellsPerAxis - 1, Math.max(0, Math.floor(u * cellsPerAxis)));
    }
    count[cell]!++;
    for (let c = 0; c < m; c++) {
      const d = out[i * m + c]! - spectra[i * m + c]!;
      square[cell]! += (d * s.basis.inverseSigma[c]!) ** 2;
      plain += d * d;
      max[cell] = Math.max(max[cell]!, Math.abs(d));
      if (Math.abs(d) > worst) {
        worst = Math.abs(d);
        worstAt = i;
      }
    }
  }
  return {
    cells: new Array<number>(n).fill(cellsPerAxis),
    count,
    rmsSigma: square.map((v, c) => (count[c]! > 0 ? Math.sqrt(v / (count[c]! * m)) : Number.NaN)),
    max: max.map((v, c) => (count[c]! > 0 ? v : Number.NaN)),
    overall: {
      rmsSigma: Math.sqrt(square.reduce((a, v) => a + v, 0) / (points * m)),
      rms: Math.sqrt(plain / (points * m)),
      max: worst,
      count: points,
    },
    worst: parameters.slice(worstAt * n, (worstAt + 1) * n),
  };
}
