/** Numbers, units and times as the screens show them. Pure: the current time is always an argument. */

const MINUS = '−';
const MISSING = '–';

/**
 * Decimals that show an uncertainty with two significant figures (GUM 7.2.6), 0 to 9.
 * @param u - standard uncertainty or, where none is known, the spread to be resolved; <= 0 or not finite gives 3.
 */
export function decimalsFor(u: number | null | undefined): number {
  if (u === null || u === undefined || !(u > 0) || !Number.isFinite(u)) return 3;
  return Math.min(9, Math.max(0, 1 - Math.floor(Math.log10(u))));
}

/** Decimals for a column of values without stated uncertainty: the range is resolved to about 1/1000. NaN is skipped. */
export function decimalsForRange(values: ArrayLike<number>): number {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  }
  if (!(hi >= lo)) return 2;
  const span = hi - lo || Math.abs(hi) / 10 || 1;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(span))));
}

/** A number with a fixed count of decimals and a true minus sign; NaN, null and undefined are "–", never 0. */
export function num(value: number | null | undefined, decimals = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
  const a = Math.abs(value);
  const s = a >= 1e7 || (a > 0 && a < 10 ** -(decimals + 2)) ? a.toExponential(Math.min(decimals, 3)) : a.toFixed(decimals);
  const zero = Number(s) === 0;
  return (value < 0 && !zero ? MINUS : '') + (a >= 10_000 && a < 1e7 ? group(s) : s);
}

function group(s: string): string {
  const [int = '', frac] = s.split('.');
  const g = int.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
  return frac === undefined ? g : `${g}.${frac}`;
}

/** Decimals beyond which a number is written with an exponent. */
const MOST_DECIMALS = 9;

/** A number that a person entered (a limit, a target): never rounded, with `least` decimals or as many as it has. */
export function asEntered(value: number | null | undefined, least = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return num(value, least);
  const written = String(Math.abs(value));
  const [digits = '', exponent = '0'] = written.split('e');
  const decimals = Math.max(0, (digits.split('.')[1] ?? '').length - Number(exponent));
  if (decimals > MOST_DECIMALS || Math.abs(value) >= 1e7) return `${value < 0 ? MINUS : ''}${written.replace('e-', `e${MINUS}`)}`;
  return num(value, Math.max(least, decimals));
}

/** "31.62 ± 0.05" when the uncertainty is known, else the value alone. */
export function withU(value: number | null | undefined, u: number | null | undefined, decimals?: number): string {
  const d = decimals ?? decimalsFor(u);
  const v = num(value, d);
  return u !== null && u !== undefined && u > 0 && v !== MISSING ? `${v} ± ${num(u, d)}` : v;
}

/** A value with its sign always written: "+4.1", "−0.3". */
export function signed(value: number | null | undefined, decimals = 1): string {
  const s = num(value, decimals);
  return value !== null && value !== undefined && value > 0 && !/^[0.]+$/.test(s) ? `+${s}` : s;
}

export const count = (n: number | null | undefined): string => num(n, 0);

export function percent(share: number | null | undefined, decimals = 1): string {
  return share === null || share === undefined || Number.isNaN(share) ? MISSING : `${num(share * 100, decimals)} %`;
}

export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let v = n;
  let i = 0;
  while (v >= 1000 && i < units.length - 1) {
    v /= 1000;
    i++;
  }
  return `${num(v, i === 0 || v >= 100 ? 0 : 1)} ${units[i]}`;
}

const UNIT_LABELS: Readonly<Record<string, string>> = {
  um: 'µm',
  urad: 'µrad',
  degC: '°C',
  C: '°C',
  deg: '°',
  ohm_sq: 'Ω/sq',
  'ohm/sq': 'Ω/sq',
  angstrom: 'Å',
  'mJ/cm2': 'mJ/cm²',
  '1': '',
  none: '',
};

/** A unit as written on screen ("um" is shown "µm"); the empty string for a pure number. */
export const unitLabel = (unit: string | null | undefined): string => (unit ? (UNIT_LABELS[unit] ?? unit) : '');

/** "CD mean, nm" for a column header or an axis. */
export const withUnit = (name: string, unit: string | null | undefined): string =>
  unitLabel(unit) ? `${name}, ${unitLabel(unit)}` : name;

const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

/** A span of time with one unit: "0.4 s", "41 min", "3.5 h", "12 d". */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return MISSING;
  const a = Math.abs(ms);
  if (a < 1000) return `${num(ms, 0)} ms`;
  if (a < 10_000) return `${num(ms / 1000, a % 1000 === 0 ? 0 : 1)} s`;
  if (a < MIN) return `${num(ms / 1000, 0)} s`;
  if (a < HOUR) return `${num(ms / MIN, 0)} min`;
  if (a < 10 * HOUR) return `${num(ms / HOUR, 1)} h`;
  if (a < DAY) return `${num(ms / HOUR, 0)} h`;
  if (a < 10 * DAY) return `${num(ms / DAY, 1)} d`;
  return `${num(ms / DAY, 0)} d`;
}

/** "41 min ago", "in 3 h", "just now" (below 5 s). The absolute time belongs in the title of the same element. */
export function relativeTime(thenMs: number | null | undefined, nowMs: number): string {
  if (thenMs === null || thenMs === undefined || Number.isNaN(thenMs)) return 'never';
  const d = nowMs - thenMs;
  if (Math.abs(d) < 5000) return 'just now';
  return d > 0 ? `${duration(d)} ago` : `in ${duration(-d)}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const two = (n: number): string => String(n).padStart(2, '0');

/** "2 Nov 2026, 14:02:07" (UTC): table cells whose header says UTC and where the second counts. */
export const fullTime = (ms: number | null | undefined): string =>
  ms === null || ms === undefined || Number.isNaN(ms)
    ? MISSING
    : `${shortDate(ms)} ${new Date(ms).getUTCFullYear()}, ${clock(ms, true)}`;

/** "2 Nov 2026, 14:02:07 UTC". */
export function absoluteTime(ms: number | null | undefined): string {
  const text = fullTime(ms);
  return text === MISSING ? text : `${text} UTC`;
}

/** "2 Nov" (UTC). */
export function shortDate(ms: number): string {
  const d = new Date(ms);
  return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]}`;
}

/** "14:02" or "14:02:07" (UTC). */
export function clock(ms: number, seconds = false): string {
  const d = new Date(ms);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}${seconds ? `:${two(d.getUTCSeconds())}` : ''}`;
}

/** "2 Nov 14:02" (UTC): table cells where the order matters more than the age. */
export const shortTime = (ms: number | null | undefined): string =>
  ms === null || ms === undefined || Number.isNaN(ms) ? MISSING : `${shortDate(ms)} ${clock(ms)}`;

/** "1 lot", "3 lots". */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** With a capital first letter. */
export const capital = (s: string): string => `${s.charAt(0).toUpperCase()}${s.slice(1)}`;

/** The number a person typed, also with a decimal comma or a true minus; NaN where it is not a number. */
export function parseNumber(text: string): number {
  const s = text.trim().replace('−', '-').replace(',', '.');
  return s === '' ? Number.NaN : Number(s);
}
