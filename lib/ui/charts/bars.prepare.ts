import { inUnit, toCsv } from '../csv';
import { num } from '../format';
import { charsIn, textPx } from '../text-width';
import { niceTicks, paddedRange, tickDecimals } from './ticks';

export interface BarItem {
  key: string;
  label: string;
  /** Second, paler line of the label, e.g. the aberration's name. */
  detail?: string;
  value: number;
  /** Standard uncertainty: drawn as ±2u. */
  u?: number | undefined;
  /** What choosing it leads to. */
  title?: string;
}

/** Key of the bar that is chosen. */
type Chosen = string | null | undefined;

/** Font size of the labels, px. */
const SIZE = 11;
const GAP = 8;
const ELLIPSIS = '…';
/** Characters of a label that are kept, whatever follows it. */
const LEAST_CHARS = 5;

/** A minus within a name, "Z(1,−1)": in a file it is the hyphen of the keyboard, so that it can be searched for. */
const MINUS = /(?<=.)\u2212(?=\d)/g;

const withU = (items: readonly Pick<BarItem, 'u'>[]): boolean => items.some((b) => b.u !== undefined && Number.isFinite(b.u));

/** The bars as a file: name, value, and u where any bar has one. */
export function barsCsv(items: readonly Pick<BarItem, 'label' | 'value' | 'u'>[], unit: string): string {
  const hasU = withU(items);
  return toCsv(
    ['name', inUnit('value', unit), ...(hasU ? [inUnit('u', unit)] : [])],
    items.map((b) => [b.label.replace(MINUS, '-'), b.value, ...(hasU ? [b.u] : [])]),
  );
}

/** Width of the labels, px: what the longest needs, at least `least`, at most half of the drawing. */
export function labelRoom(items: readonly Pick<BarItem, 'label' | 'detail'>[], least: number, width: number): number {
  const longest = Math.max(0, ...items.map((b) => textPx(b.detail ? `${b.label} ${b.detail}` : b.label, SIZE)));
  return Math.min(Math.max(least, longest + 2 * GAP), Math.max(least, width / 2));
}

/** A label that fits its room: one that is too long loses its middle, so that its first and last words can be read. */
export function shownLabel(label: string, room: number, detail = ''): string {
  const most = Math.max(LEAST_CHARS, charsIn(room - 2 * GAP, SIZE) - (detail === '' ? 0 : detail.length + 1));
  if (label.length <= most) return label;
  const head = Math.ceil((most - 1) / 2);
  return `${label.slice(0, head)}${ELLIPSIS}${label.slice(label.length - (most - 1 - head))}`;
}

/** Ticks whose labels never touch: fewer where the room, px, is small. */
export function barTicks(min: number, max: number, room: number): { ticks: number[]; decimals: number } {
  for (let n = 4; n > 1; n--) {
    const ticks = niceTicks(min, max, n);
    const decimals = tickDecimals(ticks);
    const widest = Math.max(...ticks.map((t) => textPx(num(t, decimals), SIZE))) + GAP;
    if (ticks.length < 2 || ((ticks[1]! - ticks[0]!) / (max - min || 1)) * room >= widest) return { ticks, decimals };
  }
  const ticks = [min < 0 && max > 0 ? 0 : min];
  return { ticks, decimals: tickDecimals(ticks) };
}

/** What a picture of the bars must say: whiskers, a line across them and a chosen bar only where they are. */
export function barNotes(
  items: readonly Pick<BarItem, 'key' | 'label' | 'u'>[],
  reference: { label: string } | undefined,
  chosen: Chosen,
): string[] {
  const one = items.find((b) => b.key === chosen);
  return [
    ...(items.some((b) => (b.u ?? 0) > 0) ? ['whiskers ± 2u; pale: not told apart from zero'] : []),
    ...(reference === undefined ? [] : [`dashed line: ${reference.label}`]),
    ...(one === undefined ? [] : [`marked: ${one.label}, chosen`]),
  ];
}

/** From zero on, unless a bar goes below it; room for the whiskers and the reference. */
export function barDomain(items: readonly Pick<BarItem, 'value' | 'u'>[], reference: number | undefined): [number, number] {
  const ends = items.flatMap((b) => [b.value, b.value + 2 * (b.u ?? 0), b.value - 2 * (b.u ?? 0)]);
  const [lo, hi] = paddedRange([0, reference, ...ends], 0.04);
  return [items.every((b) => b.value >= 0) ? 0 : lo, hi];
}

const nameOf = (b: Pick<BarItem, 'key' | 'label' | 'detail'>, chosen: Chosen): string =>
  `${b.label}${b.detail ? `, ${b.detail}` : ''}${b.key === chosen ? ', chosen' : ''}`;

/** One bar as it is read aloud. */
export const barWords = (b: BarItem, unit: string, chosen: Chosen): string =>
  `${nameOf(b, chosen)}: ${num(b.value, 3)}${b.u ? ` ± ${num(b.u, 3)}` : ''} ${unit}${b.title === undefined ? '' : `; ${b.title}`}`;

/** The bars as a table on screen; u where any bar has one. */
export function barTable(items: readonly BarItem[], unit: string, decimals: number, chosen: Chosen) {
  const hasU = withU(items);
  return {
    header: ['Name', inUnit('Value', unit), ...(hasU ? ['u'] : [])],
    rows: () =>
      items.map((b) => ({
        key: b.key,
        cells: [nameOf(b, chosen), num(b.value, decimals), ...(hasU ? [num(b.u, decimals)] : [])],
      })),
  };
}

const SUMMED = 12;

/** All bars in one sentence: the first ones, and the chosen one wherever it stands. */
export function barsSummary(
  title: string,
  unit: string,
  items: readonly Pick<BarItem, 'key' | 'label' | 'value'>[],
  chosen: Chosen,
): string {
  const told = items.filter((b, i) => i < SUMMED || b.key === chosen);
  const words = told.map((b) => `${b.label} ${num(b.value, 3)}${b.key === chosen ? ' (chosen)' : ''}`);
  return `${title}, ${unit}: ${words.join(', ')}${items.length > told.length ? ` and ${items.length - told.length} more` : ''}`;
}
