/** Times of day in a time zone of the IANA database, by the tables of the runtime. Pure: times are epoch ms. */

const DAY_MS = 86_400_000;
const MIN_MS = 60_000;

/** A time as a clock on the wall of the zone shows it. */
export interface LocalTime {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** Minutes since midnight, 0 to 1439. */
  readonly minutes: number;
  /** 1 Monday to 7 Sunday. */
  readonly weekday: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let f = formats.get(zone);
  if (f === undefined) {
    f = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, f);
  }
  return f;
}

/** Whether the runtime knows a zone of this name: "Europe/Berlin", "UTC". */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false; // RangeError of Intl: no such zone
  }
}

/** What the clock on the wall shows, as if it showed UTC, epoch ms. */
function wallMs(zone: string, ms: number): number {
  const p: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(ms)) p[type] = Number(value);
  return Date.UTC(p['year']!, p['month']! - 1, p['day']!, p['hour']!, p['minute']!, p['second']!);
}

/** Wall clock minus UTC, ms. */
const offsetMs = (zone: string, ms: number): number => wallMs(zone, ms) - Math.floor(ms / 1000) * 1000;

/** ISO weekday of a date, 1 Monday to 7 Sunday. */
export const weekdayOf = (date: string): number => ((new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7) + 1;

/** A date some days later. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Days from one date to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / DAY_MS);

export function localOf(zone: string, ms: number): LocalTime {
  const wall = new Date(wallMs(zone, ms));
  const date = wall.toISOString().slice(0, 10);
  return { date, minutes: wall.getUTCHours() * 60 + wall.getUTCMinutes(), weekday: weekdayOf(date) };
}

/**
 * When the clock on the wall of a zone shows a time: of a time that is shown twice (clocks are set back) the first; of one that is skipped (clocks are set
 * forward) as much later as the clock is set, as in RFC 5545 and as `compatible` in the Temporal proposal of ECMAScript.
 * @param minutes - since midnight of the date; 1440 is the end of the day.
 */
export function instantOf(zone: string, date: string, minutes: number): number {
  const wall = Date.parse(`${date}T00:00Z`) + minutes * MIN_MS;
  const before = offsetMs(zone, wall - DAY_MS);
  const after = offsetMs(zone, wall + DAY_MS);
  const shown = [wall - before, wall - after].filter((t) => offsetMs(zone, t) === wall - t);
  return shown.length > 0 ? Math.min(...shown) : wall - before;
}

/** "06:30" as minutes since midnight. */
export const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** "Mon 2 Nov 06:30" on the wall of the zone. */
export function localWords(zone: string, ms: number): string {
  const l = localOf(zone, ms);
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][l.weekday - 1]!;
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][
    Number(l.date.slice(5, 7)) - 1
  ]!;
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${day} ${Number(l.date.slice(8))} ${month} ${two(Math.floor(l.minutes / 60))}:${two(l.minutes % 60)}`;
}
