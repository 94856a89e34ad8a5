import { interpolateCividis, interpolateViridis } from 'd3-scale-chromatic';

export type ColourMap = 'viridis' | 'cividis' | 'diverging';

export interface ColourScale {
  map: ColourMap;
  /** Ends of the scale in the unit of the values; the same for every map that is compared. */
  min: number;
  max: number;
  /** Marked on the scale bar; usually specification limits. */
  limits?: { lower: number | null; upper: number | null } | undefined;
  /** Centre of a diverging scale, marked; target or 0. */
  centre?: number | undefined;
}

/** Values beyond the ends: colours that are in no map. */
export const BELOW = '#b8c4ff';
export const ABOVE = '#ff5ccd';

const LUT_SIZE = 256;
const LUTS: Partial<Record<ColourMap, Uint8ClampedArray>> = {};

/** 256 colours as r, g, b triples, made once per map. */
export function lut(map: ColourMap): Uint8ClampedArray {
  let t = LUTS[map];
  if (!t) {
    t = new Uint8ClampedArray(LUT_SIZE * 3);
    const of = map === 'viridis' ? interpolateViridis : map === 'cividis' ? interpolateCividis : diverging;
    for (let i = 0; i < LUT_SIZE; i++) t.set(parseRgb(of(i / (LUT_SIZE - 1))), i * 3);
    LUTS[map] = t;
  }
  return t;
}

/** Blue, white, orange: anchors interpolated in linear light, with equal lightness on both sides of the centre. */
const ANCHORS: readonly [number, number, number][] = [
  [8, 62, 138],
  [58, 128, 196],
  [150, 193, 226],
  [247, 247, 245],
  [247, 190, 128],
  [222, 118, 36],
  [138, 58, 8],
];

function diverging(t: number): string {
  const s = Math.min(1, Math.max(0, t)) * (ANCHORS.length - 1);
  const i = Math.min(ANCHORS.length - 2, Math.floor(s));
  const f = s - i;
  const mix = (k: 0 | 1 | 2): number => {
    const a = (ANCHORS[i]![k] / 255) ** 2.2;
    const b = (ANCHORS[i + 1]![k] / 255) ** 2.2;
    return Math.round(255 * (a + (b - a) * f) ** (1 / 2.2));
  };
  return `rgb(${mix(0)}, ${mix(1)}, ${mix(2)})`;
}

export function parseRgb(s: string): [number, number, number] {
  const hex = /^#([0-9a-f]{6})$/i.exec(s);
  if (hex) {
    const n = Number.parseInt(hex[1]!, 16);
    return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
  }
  const m = /^rgb\((\d+), ?(\d+), ?(\d+)\)$/.exec(s);
  return m ? [Number(m[1]), Number(m[2]), Number(m[3])] : [0, 0, 0];
}

/** r, g, b of a value; out of range in its own colour; null for a missing one (hatched by the caller). */
export function rgbOf(scale: ColourScale, value: number): [number, number, number] | null {
  if (Number.isNaN(value)) return null;
  if (value < scale.min) return parseRgb(BELOW);
  if (value > scale.max) return parseRgb(ABOVE);
  const t = scale.max > scale.min ? (value - scale.min) / (scale.max - scale.min) : 0.5;
  const k = Math.round(t * (LUT_SIZE - 1)) * 3;
  const table = lut(scale.map);
  return [table[k]!, table[k + 1]!, table[k + 2]!];
}

export const cssOf = (scale: ColourScale, value: number): string | null => {
  const c = rgbOf(scale, value);
  return c ? `rgb(${c[0]}, ${c[1]}, ${c[2]})` : null;
};

/**
 * The common range of compared maps: from the limits when given, else from all finite values, symmetric about the
 * centre for a diverging map.
 */
export function sharedScale(
  map: ColourMap,
  sets: readonly ArrayLike<number>[],
  o: { centre?: number; limits?: ColourScale['limits']; fromLimits?: boolean } = {},
): ColourScale {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (const s of sets)
    for (let i = 0; i < s.length; i++) {
      const v = s[i]!;
      if (v < lo) lo = v;
      if (v > hi) hi = v;
    }
  if (!(hi >= lo)) [lo, hi] = [0, 1];
  const { lower, upper } = o.limits ?? { lower: null, upper: null };
  if (o.fromLimits && lower !== null && upper !== null) [lo, hi] = [lower, upper];
  if (hi === lo) [lo, hi] = [lo - 0.5, hi + 0.5];
  if (map === 'diverging') {
    const c = o.centre ?? 0;
    const half = Math.max(Math.abs(hi - c), Math.abs(c - lo));
    [lo, hi] = [c - half, c + half];
  }
  return {
    map,
    min: lo,
    max: hi,
    ...(o.limits ? { limits: o.limits } : {}),
    ...(map === 'diverging' ? { centre: o.centre ?? 0 } : {}),
  };
}
