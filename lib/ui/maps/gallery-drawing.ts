import { type Drawing, escapeXml, wrapped } from '../export-frame';
import { charsIn } from '../text-width';
import type { Palette } from '../tokens';

export interface DrawnTile {
  /** "A1043.07". */
  readonly title: string;
  /** "30.12, σ 0.08": mean and σ of its sites. */
  readonly caption: string;
  /** Which wafer it is: product, chamber, time measured. */
  readonly facts: readonly string[];
  /** ■ in front of the title. */
  readonly isOut: boolean;
  readonly drawing: Drawing;
}

const GAP = 12;
/** Font sizes of the name and of the lines below it, and the line height, px. */
const NAME = 11;
const SMALL = 10;
const LINE = 13;

/** Maps side by side in rows no wider than `most` px, each with its wafer and facts below. */
export function galleryDrawing(tiles: readonly DrawnTile[], most: number, palette: Palette): Drawing {
  const size = Math.max(0, ...tiles.map((t) => t.drawing.width));
  const below = tiles.map((t) => [t.caption, ...t.facts].flatMap((text) => wrapped(text, charsIn(size, SMALL))));
  const step = size + LINE * (1 + Math.max(0, ...below.map((lines) => lines.length))) + 4 + GAP;
  const columns = Math.max(1, Math.min(tiles.length, Math.floor((most + GAP) / (size + GAP))));
  const rows = Math.ceil(tiles.length / columns);
  const svg = tiles
    .map((t, i) => {
      const [x, y] = [(i % columns) * (size + GAP), Math.floor(i / columns) * step];
      const mark = t.isOut ? `<tspan fill="${palette.out}">■ </tspan>` : '';
      const lines = below[i]!.map(
        (line, k) =>
          `<text x="${x}" y="${y + size + LINE * (k + 2)}" font-size="${SMALL}" fill="${palette.ink2}">${escapeXml(line)}</text>`,
      );
      return `<svg x="${x}" y="${y}" width="${size}" height="${size}" viewBox="0 0 ${t.drawing.width} ${t.drawing.height}">${t.drawing.svg}</svg>
<text x="${x}" y="${y + size + LINE}" font-size="${NAME}" fill="${palette.ink}">${mark}${escapeXml(t.title)}</text>${lines.join('')}`;
    })
    .join('\n');
  return { svg, width: columns * (size + GAP) - GAP, height: rows * step - GAP };
}
