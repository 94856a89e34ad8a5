import { expect, test } from 'vitest';
import { textPx } from '../text-width';
import { PALETTES } from '../tokens';
import { galleryDrawing } from './gallery-drawing';

const tile = (i: number) => ({
  title: `L<${i}>.07`,
  caption: `${i}, σ 1`,
  facts: ['KITE-45 · CMP-01 H1 and a name too long for one line', '28 Nov 10:00 UTC'],
  isOut: i === 2,
  drawing: { svg: `<circle id="m${i}"/>`, width: 100, height: 100 },
});

test('every map of a gallery is in its picture once, named, within the width, none over another', () => {
  const d = galleryDrawing([0, 1, 2, 3, 4, 5, 6].map(tile), 400, PALETTES.light);
  expect(d.svg.match(/<circle id="m\d"/g)).toHaveLength(7);
  expect(d.svg).toContain('L&lt;6&gt;.07');
  expect(d.svg.match(/■/g)).toHaveLength(1);
  expect(d.svg.match(/28 Nov 10:00 UTC/g)).toHaveLength(7);
  expect(d.svg.match(/KITE-45/g)).toHaveLength(7);
  for (const [, text] of d.svg.matchAll(/font-size="10"[^>]*>([^<]*)</g)) expect(textPx(text!, 10)).toBeLessThanOrEqual(100);
  const places = Array.from(d.svg.matchAll(/<svg x="(\d+)" y="(\d+)"/g), ([, x, y]) => [Number(x), Number(y)] as const);
  expect(d.width).toBeLessThanOrEqual(400);
  for (const [i, [x, y]] of places.entries()) {
    expect(x + 100).toBeLessThanOrEqual(d.width);
    expect(y + 100).toBeLessThanOrEqual(d.height);
    for (const [x2, y2] of places.slice(i + 1)) expect(Math.abs(x - x2) >= 100 || Math.abs(y - y2) >= 130).toBe(true);
  }
});
