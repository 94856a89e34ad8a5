import type { DateOrder } from './fields';

const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([AP]M))?`;
const ZONE = String.raw`\s*(Z|[+-]\d{2}:?\d{2})?`;
const ISO = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[T ]${CLOCK})?${ZONE}$`, 'i');
const LOCAL = new RegExp(String.raw`^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,]\s*${CLOCK})?${ZONE}$`, 'i');
const LOCAL_DAY = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b/;

/** Whether a text begins with two short numbers and a year: day and month in an order that only the writer knows. */
export const isLocalDay = (text: string): boolean => LOCAL_DAY.test(text.trim());

/**
 * The time in a cell as ISO 8601 in UTC. A time without zone is taken as UTC, a date without time as its midnight. Year-month-day is unambiguous and
 * always read; day and month in front are read only where their order is declared, and then with a two-digit year as well. Null: not a time, or a day
 * or an hour that does not exist.
 */
export function cellTime(text: string, order: DateOrder = 'iso'): string | null {
  const iso = ISO.exec(text);
  if (iso) return instant([iso[1]!, iso[2]!, iso[3]!], iso.slice(4));
  const local = order === 'iso' ? null : LOCAL.exec(text);
  if (!local) return null;
  const [day, month] = order === 'day-first' ? [local[1]!, local[3]!] : [local[3]!, local[1]!];
  return instant([wholeYear(local[4]!), month, day], local.slice(5));
}

/** A two-digit year by the rule of POSIX (strptime, %y): 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068. */
const wholeYear = (y: string): string => (y.length === 4 ? y : `${Number(y) >= 69 ? 19 : 20}${y}`);

function instant([y, mo, d]: readonly [string, string, string], clock: readonly (string | undefined)[]): string | null {
  const [h = '0', mi = '00', s = '00', frac = '0', half, zone = 'Z'] = clock;
  const hour = hourOf(Number(h), half);
  if (hour === null) return null;
  const two = (v: string | number): string => String(v).padStart(2, '0');
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const at = new Date(`${y}-${two(mo)}-${two(d)}T${two(hour)}:${mi}:${s}.${frac.slice(0, 3).padEnd(3, '0')}${offset}`);
  // a day that does not exist (31 February) rolls over in Date, whatever its zone: refuse it
  const day = new Date(Date.UTC(Number(y), Number(mo) - 1, Number(d)));
  if (Number.isNaN(at.getTime()) || day.getUTCMonth() !== Number(mo) - 1 || day.getUTCDate() !== Number(d)) return null;
  return at.toISOString();
}

/** Hour of the day, 0 to 23, of an hour with or without AM and PM; null: there is no such hour. */
function hourOf(h: number, half: string | undefined): number | null {
  if (half === undefined) return h <= 23 ? h : null;
  if (h < 1 || h > 12) return null;
  return (h % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}

const other = (order: DateOrder): DateOrder => (order === 'day-first' ? 'month-first' : 'day-first');

/** Why a cell is not a time in the declared order, with the remedy. */
export function timeFault(text: string, order: DateOrder): string {
  if (text === '') return 'is empty';
  if (order === 'iso') return `"${text}" is no time; write 2026-11-23T17:05:00Z or 2026-11-23 17:05 (UTC)`;
  const swapped = cellTime(text, other(order)) === null ? '' : `, though it is one ${other(order)}`;
  return `"${text}" is no time when dates are ${order}${swapped}; correct it, or what is declared (${order === 'day-first' ? '23/11/2026' : '11/23/2026'} 17:05; a year of two digits is 1969 to 2068)`;
}

/**
 * The one message for a file whose times mostly have day and month in front without a declared order; it says which order the file allows. Null: it
 * is not such a file.
 */
export function undeclaredOrder(texts: readonly string[]): string | null {
  const given = texts.filter((t) => t.trim() !== '');
  const local = given.filter(isLocalDay);
  if (local.length === 0 || 2 * local.length <= given.length) return null;
  const allows = (order: DateOrder): boolean => local.every((t) => cellTime(t.trim(), order) !== null);
  const [day, month] = [allows('day-first'), allows('month-first')];
  const hint =
    day === month
      ? day
        ? 'the file can be read either way'
        : 'neither order reads every time of the file'
      : `only ${day ? 'day-first' : 'month-first'} reads every time of the file`;
  return `"${local[0]}" begins with day or month; declare whether dates are day-first or month-first (${hint}), or write all times as 2026-11-23 17:05 (UTC) or 2026-11-23T17:05:00Z`;
}
