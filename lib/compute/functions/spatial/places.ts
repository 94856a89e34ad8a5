import { numbers, positive, whole } from '@/lib/formats/compute';
import { rasterAxes } from '@/lib/spatial';

/** Predictions with their variance and standard uncertainty at some positions. */
export interface Predicted {
  readonly prediction: Float64Array;
  readonly variance: Float64Array;
  readonly u: Float64Array;
}
/** A map on a raster, row-major from the lowest y. */
export interface Raster extends Predicted {
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
}
/** The result of every function that predicts a map. */
type Mapped = Predicted & { readonly map: Raster | null };
export type Predict = (x: ArrayLike<number>, y: ArrayLike<number>) => Predicted;

interface Places {
  readonly xNew?: readonly number[] | undefined;
  readonly yNew?: readonly number[] | undefined;
  readonly grid?: number | undefined;
  readonly radiusMm?: number | undefined;
}

/** Where a wafer map is predicted: at positions, on a raster over the wafer, or both. One form for every function that predicts a map. */
export const PLACES = {
  fields: {
    xNew: numbers('x of the predictions, mm').optional(),
    yNew: numbers('y of the predictions, mm').optional(),
    grid: whole(2, 401, 'Side of a raster of the predicted map, points').optional(),
    radiusMm: positive('Radius of the raster, mm; default 150').optional(),
  },
  relations: {
    sameLength: [['xNew', 'yNew']],
    together: [['xNew', 'yNew']],
    needs: { radiusMm: 'grid' },
    someOf: [['xNew', 'grid']],
  },
  /** Outside the wafer a raster has no values. */
  gaps: ['map.prediction', 'map.variance', 'map.u'],
  write: {
    predictions: (r: Mapped, i: Places) => ({
      x: i.xNew ?? [],
      y: i.yNew ?? [],
      prediction: r.prediction,
      variance: r.variance,
      u: r.u,
    }),
    map: ({ map }: Mapped) => ({
      x: Array.from(map?.prediction ?? [], (_, k) => map!.xs[k % map!.xs.length]!),
      y: Array.from(map?.prediction ?? [], (_, k) => map!.ys[Math.floor(k / map!.xs.length)]!),
      prediction: map?.prediction ?? [],
      variance: map?.variance ?? [],
      u: map?.u ?? [],
    }),
  },
};

const NOWHERE = new Float64Array(0);

/** Predictions at the requested positions. */
export const placesOf = (i: Places, predict: Predict): Predicted =>
  i.xNew && i.yNew ? predict(i.xNew, i.yNew) : { prediction: NOWHERE, variance: NOWHERE, u: NOWHERE };

/** Predictions on a raster over the wafer: row-major from the lowest y, null outside the radius; null where no raster was requested. */
export function rasterOf(i: Places, predict: Predict) {
  if (i.grid === undefined) return null;
  const radius = i.radiusMm ?? 150;
  const axis = rasterAxes(i.grid, radius);
  const n = i.grid;
  const inside = Array.from({ length: n * n }, (_, k) => k).filter(
    (k) => Math.hypot(axis[k % n]!, axis[Math.floor(k / n)]!) <= radius * (1 + 1e-12),
  );
  const at = predict(
    inside.map((k) => axis[k % n]!),
    inside.map((k) => axis[Math.floor(k / n)]!),
  );
  const spread = (v: Float64Array): Float64Array => {
    const out = new Float64Array(n * n).fill(Number.NaN);
    inside.forEach((k, m) => {
      out[k] = v[m]!;
    });
    return out;
  };
  return { xs: axis, ys: axis, prediction: spread(at.prediction), variance: spread(at.variance), u: spread(at.u) };
}
