import { charsIn, widestTextPx } from './text-width';
import type { Palette } from './tokens';

/** Content of an SVG element and the size it is drawn in, px. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** What the drawing belongs to: "lot", "A1043". */
export type Fact = readonly [name: string, value: string];

export interface Frame {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly unit: string;
  /** Limits, range, what is drawn: one line each. */
  readonly notes: readonly string[];
  readonly drawing: Drawing;
  /** Colour bar or scale arrow, below the drawing. */
  readonly legend?: Drawing | null | undefined;
  readonly madeMs: number;
  /** Address of the page it was made on. */
  readonly address: string;
  readonly palette: Palette;
}

/** Least width of a picture, px: enough for a column of a report. */
export const PNG_WIDTH = 1200;
const PAD = 14;
const LINE = 16;
const TITLE = 22;
const LEAST_WIDTH = 420;
/** Font size of all lines but the title and the foot, px. */
const SIZE = 12;
/** Characters of the title (16 px, semi-bold) that fit on a line, relative to text of 12 px. */
const TITLE_SHARE = 0.65;

export const escapeXml = (s: string): string =>
  s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Text in lines of at most `most` characters, broken between words, and within a word only where it is longer than a line. */
export function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length > most) {
      lines.push(line);
      line = '';
    }
    while (rest.length > most) {
      lines.push(rest.slice(0, most));
      rest = rest.slice(most);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** A mark of a legend as drawn, 18 by 10 px, and what it means. */
export interface LegendMark {
  readonly svg: string;
  readonly text: string;
}

const MARK = { width: 18, height: 10, gap: 5, between: 16 } as const;

/** The legend of a drawing in rows no wider than `most` px; null without entries. */
export function legendDrawing(marks: readonly LegendMark[], most: number, ink: string): Drawing | null {
  const parts: string[] = [];
  let [x, y, width] = [0, 0, 0];
  for (const m of marks) {
    const wide = MARK.width + MARK.gap + widestTextPx(m.text, SIZE);
    if (x > 0 && x + wide > most) [x, y] = [0, y + LINE];
    parts.push(
      `<svg x="${x}" y="${y + 3}" width="${MARK.width}" height="${MARK.height}">${m.svg}</svg><text x="${x + MARK.width + MARK.gap}" y="${y + 12}" font-size="${SIZE}" fill="${ink}">${escapeXml(m.text)}</text>`,
    );
    x += wide + MARK.between;
    width = Math.max(width, x - MARK.between);
  }
  return parts.length === 0 ? null : { svg: parts.join('\n'), width, height: y + LINE };
}

/** "2026-11-02 14:05 UTC". */
const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** A self-contained picture for a report: title, what it shows and in which unit, limits, the drawing, its scale, and when and where it was made. */
export function frameSvg(f: Frame): { readonly text: string; readonly width: number; readonly height: number } {
  const width = Math.max(LEAST_WIDTH, f.drawing.width + 2 * PAD, (f.legend?.width ?? 0) + 2 * PAD);
  const most = charsIn(width - 2 * PAD, SIZE);
  const head = wrapped(f.title, Math.floor(most * TITLE_SHARE));
  const context = wrapped(
    [
      ...f.facts.filter(([, value]) => value !== f.title).map(([name, value]) => `${name} ${value}`),
      ...(f.unit === '' ? [] : [`unit ${f.unit}`]),
    ].join(' · '),
    most,
  );
  const notes = f.notes.flatMap((n) => wrapped(n, most));
  const foot = wrapped(`Driftless · ${utc(f.madeMs)} · ${f.address}`, most);
  const parts: string[] = [];
  let y = PAD;
  const text = (lines: readonly string[], size: number, step: number, style: string): void => {
    for (const line of lines) {
      y += step;
      parts.push(`<text x="${PAD}" y="${y - step + size}" font-size="${size}" ${style}>${escapeXml(line)}</text>`);
    }
  };
  const place = (d: Drawing): void => {
    parts.push(
      `<svg x="${PAD}" y="${y}" width="${d.width}" height="${d.height}" viewBox="0 0 ${d.width} ${d.height}">${d.svg}</svg>`,
    );
    y += d.height;
  };
  text(head, 16, TITLE, `font-weight="600" fill="${f.palette.ink}"`);
  text(context, SIZE, LINE, `fill="${f.palette.ink2}"`);
  text(notes, SIZE, LINE, `fill="${f.palette.ink2}"`);
  y += 6;
  place(f.drawing);
  if (f.legend) {
    y += 6;
    place(f.legend);
  }
  y += 8;
  text(foot, 10, 14, `fill="${f.palette.ink3}"`);
  const height = y + PAD / 2;
  return {
    text: `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif">
<rect width="100%" height="100%" fill="${f.palette.surface}"/>
${parts.join('\n')}
</svg>`,
    width,
    height,
  };
}

/** Scale of a picture, so that it is at least 1 200 px wide, and sharp. */
export const pngScale = (width: number): number => Math.max(2, PNG_WIDTH / width);
