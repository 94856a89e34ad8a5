import { inUnit, toCsv } from '../csv';
import { num } from '../format';
import { charsIn, textPx } from '../text-width';
import type { BarItem } from './bars';
import { niceTicks, tickDecimals } from './ticks';

/** Font size of the labels, px. */
const SIZE = 11;
const GAP = 8;
const ELLIPSIS = '…';
/** Characters of a label that stay, whatever stands after it. */
const LEAST_CHARS = 5;

/** The bars as a table: name, value, and u where any bar has one. */
export function barsCsv(items: readonly Pick<BarItem, 'label' | 'value' | 'u'>[], unit: string): string {
  const hasU = items.some((b) => b.u !== undefined && Number.isFinite(b.u));
  return toCsv(
    ['name', inUnit('value', unit), ...(hasU ? [inUnit('u', unit)] : [])],
    items.map((b) => [b.label, b.value, ...(hasU ? [b.u] : [])]),
  );
}

/** Width of the labels, px: what the longest needs, at least `least`, at most half of the drawing. */
export function labelRoom(items: readonly Pick<BarItem, 'label' | 'detail'>[], least: number, width: number): number {
  const longest = Math.max(0, ...items.map((b) => textPx(b.detail ? `${b.label} ${b.detail}` : b.label, SIZE)));
  return Math.min(Math.max(least, longest + 2 * GAP), Math.max(least, width / 2));
}

/** A label that fits its room: what is too long loses its middle, so that its first and last words are read. */
export function shownLabel(label: string, room: number, detail = ''): string {
  const most = Math.max(LEAST_CHARS, charsIn(room - 2 * GAP, SIZE) - (detail === '' ? 0 : detail.length + 1));
  if (label.length <= most) return label;
  const head = Math.ceil((most - 1) / 2);
  return `${label.slice(0, head)}${ELLIPSIS}${label.slice(label.length - (most - 1 - head))}`;
}

/** Ticks whose numbers never touch: fewer where the room, px, is small. */
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

/** What a picture of the bars must say: whiskers and a reference line only where they are. */
export const barNotes = (items: readonly Pick<BarItem, 'u'>[], reference: { label: string } | undefined): string[] => [
  ...(items.some((b) => (b.u ?? 0) > 0) ? ['whiskers ± 2u; pale: not told apart from zero'] : []),
  ...(reference === undefined ? [] : [`dashed line: ${reference.label}`]),
];
