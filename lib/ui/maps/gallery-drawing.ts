import { type Drawing, escapeXml } from '../export-frame';
import type { Palette } from '../tokens';

export interface DrawnTile {
  /** "A1043.07". */
  readonly title: string;
  /** "30.12, σ 0.08": mean and σ of its sites. */
  readonly caption: string;
  /** ■ in front of the title. */
  readonly isOut: boolean;
  readonly drawing: Drawing;
}

const GAP = 12;
const TEXT = 30;

/** Maps side by side in rows no wider than `most` px, each with its wafer and what it says below. */
export function galleryDrawing(tiles: readonly DrawnTile[], most: number, palette: Palette): Drawing {
  const size = Math.max(0, ...tiles.map((t) => t.drawing.width));
  const columns = Math.max(1, Math.min(tiles.length, Math.floor((most + GAP) / (size + GAP))));
  const rows = Math.ceil(tiles.length / columns);
  const svg = tiles
    .map((t, i) => {
      const [x, y] = [(i % columns) * (size + GAP), Math.floor(i / columns) * (size + TEXT + GAP)];
      const mark = t.isOut ? `<tspan fill="${palette.out}">■ </tspan>` : '';
      return `<svg x="${x}" y="${y}" width="${size}" height="${size}" viewBox="0 0 ${t.drawing.width} ${t.drawing.height}">${t.drawing.svg}</svg>
<text x="${x}" y="${y + size + 13}" font-size="11" fill="${palette.ink}">${mark}${escapeXml(t.title)}</text><text x="${x}" y="${y + size + 26}" font-size="10" fill="${palette.ink2}">${escapeXml(t.caption)}</text>`;
    })
    .join('\n');
  return { svg, width: columns * (size + GAP) - GAP, height: rows * (size + TEXT + GAP) - GAP };
}
