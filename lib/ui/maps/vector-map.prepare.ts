import { num } from '../format';

export interface VectorMapInput {
  /** Mark positions, wafer mm. */
  x: Float64Array;
  y: Float64Array;
  /** Overlay vectors, nm; NaN: not measured. */
  dx: Float64Array;
  dy: Float64Array;
  radiusMm: number;
  /** Field outlines: centres and size, mm. */
  fields: readonly { x: number; y: number; column: number; row: number }[];
  fieldWidthMm: number;
  fieldHeightMm: number;
}

export interface DrawnVector {
  i: number;
  x: number;
  y: number;
  dx: number;
  dy: number;
  length: number;
  isWorst: boolean;
}

export interface VectorMapModel {
  vectors: DrawnVector[];
  missing: number;
  /** Length of the legend arrow, nm: round, and the same on every compared map. */
  legendNm: number;
  /** Millimetres on the wafer per nanometre of overlay. */
  mmPerNm: number;
  summary: string;
}

/** One arrow scale for compared maps: the 95th percentile length covers `shareOfField` of a field; the legend arrow is a round number. */
export function sharedArrowScale(
  sets: readonly { dx: Float64Array; dy: Float64Array }[],
  fieldWidthMm: number,
  shareOfField = 0.45,
): { legendNm: number; mmPerNm: number } {
  const lengths = sets.flatMap((s) => Array.from(s.dx, (d, i) => Math.hypot(d, s.dy[i]!))).filter(Number.isFinite);
  lengths.sort((a, b) => a - b);
  const p95 = lengths[Math.floor(0.95 * (lengths.length - 1))] ?? 1;
  const ref = p95 > 0 ? p95 : 1;
  const mag = 10 ** Math.floor(Math.log10(ref));
  const legendNm = ([1, 2, 5, 10].map((m) => m * mag).findLast((v) => v <= ref * 1.0001) ?? mag) as number;
  return { legendNm, mmPerNm: (shareOfField * fieldWidthMm) / ref };
}

/** Explains the highlighted arrows: the longest ones, not ones beyond a limit; null where there are none. */
export function longestWords(m: Pick<VectorMapModel, 'vectors'>): string | null {
  const n = m.vectors.filter((v) => v.isWorst).length;
  return n === 0 ? null : n === 1 ? 'the longest' : `the ${n} longest`;
}

/** Vectors ready to draw; the five longest are marked. NaN vectors are counted as missing. */
export function prepareVectorMap(input: VectorMapInput, scale: { legendNm: number; mmPerNm: number }, worst = 5): VectorMapModel {
  const vectors: DrawnVector[] = [];
  let missing = 0;
  for (let i = 0; i < input.x.length; i++) {
    const dx = input.dx[i]!;
    const dy = input.dy[i]!;
    if (Number.isNaN(dx) || Number.isNaN(dy)) missing++;
    else vectors.push({ i, x: input.x[i]!, y: input.y[i]!, dx, dy, length: Math.hypot(dx, dy), isWorst: false });
  }
  const order = [...vectors].sort((a, b) => b.length - a.length);
  for (const v of order.slice(0, worst)) v.isWorst = true;
  const longest = order[0];
  const summary = longest
    ? `${vectors.length} marks, longest ${num(longest.length, 2)} nm at (${num(longest.x, 1)}, ${num(longest.y, 1)}) mm${missing > 0 ? `, ${missing} not measured` : ''}`
    : 'no mark was measured';
  return { vectors, missing, ...scale, summary };
}
