/** Reading the filters of an address. Unknown values fall back, so that an old link still opens. */
export type SearchParams = Readonly<Record<string, string | string[] | undefined>>;

/** Longer than any name in a filter. */
const LONGEST = 500;
/** Characters that no stored text has: U+0000, and half a surrogate pair. */
const IMPOSSIBLE = /\0|\p{Surrogate}/u;
/** Times that records can have; anything outside is not a valid filter. */
const EARLIEST_MS = Date.UTC(1970, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

/** First value of a parameter, or null; a value that no stored text can equal counts as not given. */
export function param(params: SearchParams, key: string): string | null {
  const v = params[key];
  const first = Array.isArray(v) ? v[0] : v;
  return first === undefined || first === '' || first.length > LONGEST || IMPOSSIBLE.test(first) ? null : first;
}

/** The time of a parameter, ms; NaN when it is not a time, or not one that records can have. */
function time(params: SearchParams, key: string): number {
  const t = Date.parse(param(params, key) ?? '');
  return t >= EARLIEST_MS && t < LATEST_MS ? t : Number.NaN;
}

/** One of the allowed values, else the fallback. */
export function choice<T extends string>(params: SearchParams, key: string, allowed: readonly T[], fallback: T): T {
  const v = param(params, key);
  return v !== null && (allowed as readonly string[]).includes(v) ? (v as T) : fallback;
}

const SPAN = { h: 3_600_000, d: 86_400_000 } as const;

/**
 * Time window of `range=7d` or of `from=…&to=…` (ISO 8601 with zone); at most 400 days, never empty.
 * @returns milliseconds UTC, `fromMs < toMs`.
 */
export function timeWindow(
  params: SearchParams,
  nowMs: number,
  fallback = '7d',
): { fromMs: number; toMs: number; range: string } {
  const from = time(params, 'from');
  const to = time(params, 'to');
  if (Number.isFinite(from)) {
    const end = Number.isFinite(to) && to > from ? to : nowMs > from ? nowMs : from + SPAN.d;
    return { fromMs: Math.max(from, end - 400 * SPAN.d), toMs: end, range: 'custom' };
  }
  const text = param(params, 'range') ?? fallback;
  const m = /^(\d{1,3})([hd])$/.exec(text);
  const n = m ? Number(m[1]) : 0;
  const ms = m && n > 0 ? n * SPAN[m[2] as 'h' | 'd'] : 7 * SPAN.d;
  return { fromMs: nowMs - Math.min(ms, 400 * SPAN.d), toMs: nowMs, range: m && n > 0 ? text : '7d' };
}

/** The whole number of a parameter if it is within bounds, else the fallback. */
export function integer(params: SearchParams, key: string, fallback: number, min: number, max: number): number {
  const v = Number(param(params, key) ?? Number.NaN);
  return Number.isInteger(v) && v >= min && v <= max ? v : fallback;
}
