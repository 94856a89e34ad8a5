import { interpolatedAt, interpolateSites, type NotInterpolated, type SiteInterpolation } from '@/lib/spatial';
import { inUnit, toCsv } from '../csv';
import { decimalsForRange, num } from '../format';
import { type ColourScale, rgbOf } from './colour-scale';

export type MapKind = 'site' | 'die' | 'contour';

export interface WaferMapInput {
  /** Site coordinates in wafer mm, notch at −y. */
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** NaN: not measured, drawn hatched. */
  value: ArrayLike<number>;
  u?: ArrayLike<number> | undefined;
  /** What a missing value means, after "3 sites". Default "not measured". */
  missing?: string | undefined;
  unit: string;
  /** Name of the values in the file of the map; "value" where absent. */
  quantity?: string | undefined;
  radiusMm: number;
  edgeExclusionMm: number;
  die?: { widthMm: number; heightMm: number } | undefined;
}

/** The sites of a map: number, position, value under its name, and u where any site has one. */
export function waferMapCsv(m: Pick<WaferMapInput, 'x' | 'y' | 'value' | 'u' | 'unit' | 'quantity'>): string {
  const { u } = m;
  const hasU = u !== undefined && Array.from(u).some(Number.isFinite);
  return toCsv(
    ['site', 'x (mm)', 'y (mm)', inUnit(m.quantity ?? 'value', m.unit), ...(hasU ? [inUnit('u', m.unit)] : [])],
    Array.from({ length: m.value.length }, (_, i) => [i + 1, m.x[i], m.y[i], m.value[i], ...(hasU ? [u[i]] : [])]),
  );
}

export interface DrawnDie {
  col: number;
  row: number;
  x: number;
  y: number;
  value: number;
  /** Wholly inside the edge exclusion circle. */
  isWhole: boolean;
}

export interface WaferMapModel {
  kind: MapKind;
  input: WaferMapInput;
  scale: ColourScale;
  decimals: number;
  dies: DrawnDie[];
  /** Row 0 at the top; NaN outside the wafer. */
  grid: { size: number; values: Float64Array } | null;
  /** What the picture shows and what it does not. */
  note: string;
  summary: string;
  outside: { below: number; above: number; missing: number };
}

/** Everything a wafer map shows, decided before anything is drawn. `gridSize` is the contour's resolution. */
export function prepareWaferMap(input: WaferMapInput, kind: MapKind, scale: ColourScale, gridSize = 160): WaferMapModel {
  const between = kind === 'site' ? null : interpolateSites(input.x, input.y, input.value);
  const used: MapKind = kind === 'contour' && between?.status !== 'interpolated' ? 'site' : kind;
  const outside = { below: 0, above: 0, missing: 0 };
  for (let i = 0; i < input.value.length; i++) {
    const v = input.value[i]!;
    if (Number.isNaN(v)) outside.missing++;
    else if (v < scale.min) outside.below++;
    else if (v > scale.max) outside.above++;
  }
  const decimals = decimalsForRange([scale.min, scale.max]);
  return {
    kind: used,
    input,
    scale,
    decimals,
    dies: used === 'die' && input.die ? layDies(input, input.die, between) : [],
    grid:
      used === 'contour' && between
        ? { size: gridSize, values: within(input.value, gridOf(between, input.radiusMm, gridSize)) }
        : null,
    note: note(kind, used, between),
    summary: summarise(input, decimals, outside),
    outside,
  };
}

const WHY_NOT: Readonly<Record<NotInterpolated, string>> = {
  too_few_sites: 'fewer than three sites: shown as sites',
  sites_on_a_line: 'sites on one line: shown as sites',
  too_many_sites: 'more than 400 sites: shown as sites',
};

function note(asked: MapKind, used: MapKind, between: SiteInterpolation | null): string {
  if (between === null) return '';
  const { status } = between;
  if (status !== 'interpolated') return used === 'die' ? 'die value: mean of the sites in it' : WHY_NOT[status];
  return asked === 'die'
    ? 'die value: kriged at the die centre, never beyond the range of the sites'
    : 'between sites: kriged, exact at the sites, never beyond their range';
}

/** Values on a size × size grid over [−radius, radius]², row 0 at the top (+y), NaN outside the disc. */
function gridOf(between: SiteInterpolation, radiusMm: number, size: number): Float64Array {
  const values = new Float64Array(size * size).fill(Number.NaN);
  const inside: number[] = [];
  const [x, y]: [number[], number[]] = [[], []];
  for (let r = 0; r < size; r++)
    for (let c = 0; c < size; c++) {
      const px = radiusMm * ((2 * (c + 0.5)) / size - 1);
      const py = radiusMm * (1 - (2 * (r + 0.5)) / size);
      if (px * px + py * py > radiusMm * radiusMm) continue;
      inside.push(r * size + c);
      x.push(px);
      y.push(py);
    }
  interpolatedAt(between, x, y).forEach((v, k) => {
    values[inside[k]!] = v;
  });
  return values;
}

/** Interpolated values clipped to the range of the sites: a picture must not show values that were not measured. NaN stays. */
function within(sites: ArrayLike<number>, values: Float64Array): Float64Array {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < sites.length; i++) {
    if (sites[i]! < lo) lo = sites[i]!;
    if (sites[i]! > hi) hi = sites[i]!;
  }
  for (let i = 0; i < values.length; i++) values[i] = Math.min(hi, Math.max(lo, values[i]!));
  return values;
}

/**
 * Dies on a grid with a die centred on the wafer centre; those beyond the usable radius are left out, partial ones are kept and marked. A die has the
 * interpolated value at its centre, or without interpolation the mean of the sites in it; NaN where its centre is not on the wafer.
 */
function layDies(
  input: WaferMapInput,
  die: { widthMm: number; heightMm: number },
  between: SiteInterpolation | null,
): DrawnDie[] {
  const { widthMm: w, heightMm: h } = die;
  const places: Omit<DrawnDie, 'value'>[] = [];
  const usable = input.radiusMm - input.edgeExclusionMm;
  const nx = Math.ceil(input.radiusMm / w);
  const ny = Math.ceil(input.radiusMm / h);
  for (let row = -ny; row <= ny; row++)
    for (let col = -nx; col <= nx; col++) {
      const x = col * w;
      const y = row * h;
      const far = Math.hypot(Math.abs(x) + w / 2, Math.abs(y) + h / 2);
      const near = Math.hypot(Math.max(0, Math.abs(x) - w / 2), Math.max(0, Math.abs(y) - h / 2));
      if (near < usable) places.push({ col, row, x, y, isWhole: far <= usable });
    }
  const values = between?.field
    ? within(
        input.value,
        interpolatedAt(
          between,
          places.map((d) => d.x),
          places.map((d) => d.y),
        ),
      )
    : meansByDie(input, w, h, places);
  return places.map((d, k) => ({
    ...d,
    value: between?.field && Math.hypot(d.x, d.y) > input.radiusMm ? Number.NaN : values[k]!,
  }));
}

function meansByDie(input: WaferMapInput, w: number, h: number, dies: readonly { col: number; row: number }[]): number[] {
  const sums = new Map<string, { s: number; n: number }>();
  for (let i = 0; i < input.value.length; i++) {
    const v = input.value[i]!;
    if (Number.isNaN(v)) continue;
    const key = `${Math.round(input.x[i]! / w)},${Math.round(input.y[i]! / h)}`;
    const e = sums.get(key) ?? { s: 0, n: 0 };
    e.s += v;
    e.n++;
    sums.set(key, e);
  }
  return dies.map((d) => {
    const e = sums.get(`${d.col},${d.row}`);
    return e === undefined ? Number.NaN : e.s / e.n;
  });
}

function summarise(input: WaferMapInput, decimals: number, outside: WaferMapModel['outside']): string {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let n = 0;
  for (let i = 0; i < input.value.length; i++) {
    const v = input.value[i]!;
    if (Number.isNaN(v)) continue;
    lo = Math.min(lo, v);
    hi = Math.max(hi, v);
    sum += v;
    n++;
  }
  if (n === 0) return input.missing ? `all ${outside.missing} sites ${input.missing}` : 'no site was measured';
  const missing = outside.missing > 0 ? `, ${outside.missing} ${input.missing ?? 'not measured'}` : '';
  // A residual's mean is zero up to rounding; its digits would be noise.
  const mean = Math.abs(sum / n) < 1e-9 * (hi - lo) ? 0 : sum / n;
  return `${n} sites, mean ${num(mean, decimals)}${input.unit === '' ? '' : ` ${input.unit}`}, from ${num(lo, decimals)} to ${num(hi, decimals)}${missing}`;
}

/** Site nearest to a point in mm, within `withinMm`; -1 when there is none. */
export function siteAt(input: Pick<WaferMapInput, 'x' | 'y' | 'value'>, xMm: number, yMm: number, withinMm: number): number {
  let best = -1;
  let d2 = withinMm * withinMm;
  for (let i = 0; i < input.value.length; i++) {
    const q = (input.x[i]! - xMm) ** 2 + (input.y[i]! - yMm) ** 2;
    if (q <= d2) {
      d2 = q;
      best = i;
    }
  }
  return best;
}

/** The next site in the direction of an arrow key: the nearest in the quarter plane of that direction; the same site when there is none. */
export function siteTowards(input: Pick<WaferMapInput, 'x' | 'y' | 'value'>, from: number, dx: number, dy: number): number {
  if (from < 0) return siteAt(input, 0, 0, Number.POSITIVE_INFINITY);
  let best = from;
  let cost = Number.POSITIVE_INFINITY;
  for (let i = 0; i < input.value.length; i++) {
    const vx = input.x[i]! - input.x[from]!;
    const vy = input.y[i]! - input.y[from]!;
    const along = vx * dx + vy * dy;
    const across = Math.abs(vx * dy - vy * dx);
    if (i === from || along <= 1e-9 || across > along + 1e-9) continue;
    const c = along + 2 * across;
    if (c < cost) {
      cost = c;
      best = i;
    }
  }
  return best;
}

/** Pixels of the contour as RGBA, transparent outside the wafer. */
export function gridPixels(grid: { size: number; values: Float64Array }, scale: ColourScale): Uint8ClampedArray<ArrayBuffer> {
  const px = new Uint8ClampedArray(grid.size * grid.size * 4);
  for (let i = 0; i < grid.values.length; i++) {
    const c = rgbOf(scale, grid.values[i]!);
    if (c) px.set([c[0], c[1], c[2], 255], i * 4);
  }
  return px;
}
