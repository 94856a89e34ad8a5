import { inUnit, toCsv } from '../csv';
import { decimalsForRange, num } from '../format';
import { type ColourScale, rgbOf } from './colour-scale';
import { evaluateThinPlate, fitThinPlate, type ThinPlate, thinPlateGrid } from './thin-plate';

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
  /** What the values are, in the file of the map; "value" where absent. */
  quantity?: string | undefined;
  radiusMm: number;
  edgeExclusionMm: number;
  die?: { widthMm: number; heightMm: number } | undefined;
}

/** The sites of a map: number, place, value under its own name, and u where any site has one. */
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
  /** What the picture is and is not. */
  note: string;
  summary: string;
  outside: { below: number; above: number; missing: number };
}

/** Everything a wafer map shows, decided before anything is drawn. `gridSize` is the contour's resolution. */
export function prepareWaferMap(input: WaferMapInput, kind: MapKind, scale: ColourScale, gridSize = 160): WaferMapModel {
  const plate = kind === 'site' ? null : fitThinPlate(input.x, input.y, input.value);
  const canInterpolate = plate?.status === 'interpolated';
  const used: MapKind = kind === 'contour' && !canInterpolate ? 'site' : kind;
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
    dies: used === 'die' && input.die ? layDies(input, input.die, plate) : [],
    grid:
      used === 'contour' && plate
        ? { size: gridSize, values: within(input.value, thinPlateGrid(plate, input.radiusMm, gridSize)) }
        : null,
    note: note(kind, used, plate),
    summary: summarise(input, decimals, outside),
    outside,
  };
}

const WHY_NOT: Readonly<Record<ThinPlate['status'], string>> = {
  interpolated: '',
  too_few_sites: 'fewer than three sites: shown as sites',
  sites_on_a_line: 'sites on one line: shown as sites',
  too_many_sites: 'more than 400 sites: shown as sites',
};

function note(asked: MapKind, used: MapKind, plate: ThinPlate | null): string {
  if (asked === 'contour' && used === 'site') return WHY_NOT[plate?.status ?? 'too_few_sites'];
  if (used === 'contour') return 'between sites: thin-plate interpolation, exact at the sites, never beyond their range';
  if (used === 'die')
    return plate?.status === 'interpolated' ? 'die value: interpolated at the die centre' : 'die value: mean of the sites in it';
  return '';
}

/** Interpolated values kept inside the range of the sites: a picture must not show what nobody measured. NaN stays. */
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

/** Dies on a grid with a die centred on the wafer centre; those beyond the wafer edge are left out, partial ones kept and marked. */
function layDies(input: WaferMapInput, die: { widthMm: number; heightMm: number }, plate: ThinPlate | null): DrawnDie[] {
  const { widthMm: w, heightMm: h } = die;
  const out: DrawnDie[] = [];
  const usable = input.radiusMm - input.edgeExclusionMm;
  const nx = Math.ceil(input.radiusMm / w);
  const ny = Math.ceil(input.radiusMm / h);
  const means = plate?.status === 'interpolated' ? null : meansByDie(input, w, h);
  for (let row = -ny; row <= ny; row++)
    for (let col = -nx; col <= nx; col++) {
      const x = col * w;
      const y = row * h;
      const far = Math.hypot(Math.abs(x) + w / 2, Math.abs(y) + h / 2);
      const near = Math.hypot(Math.max(0, Math.abs(x) - w / 2), Math.max(0, Math.abs(y) - h / 2));
      if (near >= usable) continue;
      const r = Math.hypot(x, y);
      const value = means
        ? (means.get(`${col},${row}`) ?? Number.NaN)
        : r <= input.radiusMm
          ? evaluateThinPlate(plate!, x, y)
          : Number.NaN;
      out.push({ col, row, x, y, value, isWhole: far <= usable });
    }
  return out;
}

function meansByDie(input: WaferMapInput, w: number, h: number): Map<string, number> {
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
  return new Map([...sums].map(([k, e]) => [k, e.s / e.n]));
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

/** The next site when an arrow key is pressed: nearest inside the quarter plane of that direction; the same site when there is none. */
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
