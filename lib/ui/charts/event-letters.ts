import { textPx } from '../text-width';

/** Letters of one or more events that are closer than their letters are wide. */
export interface EventLetters {
  readonly text: string;
  /** Middle of the text, px. */
  readonly x: number;
}

/** Font size, and gap between two texts, px. */
export const EVENT_SIZE = 9;
const GAP = 3;
/** Different letters that are written out; the others are counted. */
const MOST = 3;

interface Group {
  readonly from: number;
  to: number;
  readonly glyphs: string[];
}

const textOf = ({ glyphs }: Group): string => {
  const kinds = [...new Set(glyphs)];
  return kinds.length > MOST ? `${kinds.slice(0, MOST - 1).join(' ')} +${kinds.length - MOST + 1}` : kinds.join(' ');
};
const middle = (g: Group): number => (g.from + g.to) / 2;
const half = (g: Group): number => textPx(textOf(g), EVENT_SIZE) / 2;

/**
 * The letters above the marks of events: those that would touch are grouped, each kind once, so that every mark has a letter.
 * @param events - ascending x, px.
 */
export function eventLetters(events: readonly { readonly x: number; readonly glyph: string }[]): EventLetters[] {
  const groups: Group[] = [];
  for (const { x, glyph } of events) {
    groups.push({ from: x, to: x, glyphs: [glyph] });
    // A text that grew may touch the one before it.
    for (let b = groups.at(-1)!, a = groups.at(-2); a !== undefined; b = groups.at(-1)!, a = groups.at(-2)) {
      if (middle(b) - half(b) >= middle(a) + half(a) + GAP) break;
      groups.splice(-2, 2, { from: a.from, to: b.to, glyphs: [...a.glyphs, ...b.glyphs] });
    }
  }
  return groups.map((g) => ({ text: textOf(g), x: middle(g) }));
}
