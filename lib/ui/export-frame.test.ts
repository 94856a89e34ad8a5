import { expect, test } from 'vitest';
import { withColumns } from './csv';
import { frameSvg, legendDrawing, PNG_WIDTH, pngScale, wrapped } from './export-frame';
import { PALETTES } from './tokens';

const frame = (width: number, title = 'Measured <A1043.07>') =>
  frameSvg({
    title,
    facts: [
      ['lot', 'A1043'],
      ['tool', 'CVD-01 B'],
    ],
    unit: 'nm',
    notes: ['range 480 to 520 nm'],
    drawing: { svg: '<circle r="1"/>', width, height: 200 },
    legend: { svg: '<rect id="bar"/>', width: 180, height: 44 },
    madeMs: Date.UTC(2026, 10, 2, 14, 5),
    address: '/wafers/1',
    palette: PALETTES.light,
  });

test('a picture carries title, context, unit, notes, scale, date and place, and fits what it holds', () => {
  const f = frame(227);
  for (const part of [
    'Measured &lt;A1043.07&gt;',
    'lot A1043 · tool CVD-01 B · unit nm',
    'range 480 to 520 nm',
    'id="bar"',
    '2026-11-02 14:05 UTC',
    '/wafers/1',
  ])
    expect(f.text).toContain(part);
  expect(f.height).toBeGreaterThan(200 + 44);
  expect(f.width).toBeGreaterThan(227);
});

test('no line of a long title leaves the picture', () => {
  const f = frame(380, 'ALD-HFO2 hfo2_thickness HERON-52 predicted against measured');
  const lines = [...f.text.matchAll(/font-size="16"[^>]*>([^<]*)</g)].map((m) => m[1]!);
  expect(lines.join(' ')).toContain('predicted against measured');
  for (const line of lines) expect(14 + 10 * line.length).toBeLessThan(f.width);
});

test('every picture is at least 1200 px wide', () => {
  for (const width of [100, 227, 600, 900, 2400]) {
    const f = frame(width);
    expect(Math.round(f.width * pngScale(f.width))).toBeGreaterThanOrEqual(PNG_WIDTH);
  }
});

test('long text is broken, never lost', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
  expect(wrapped('a b', 3).join(' ')).toBe('a b');
});

test('context becomes columns of the table, also where a cell holds a line break or a quote', () => {
  expect(
    withColumns('site,value\r\n1,"a ""b"",\r\nc"\r\n2,3\r\n', [
      ['lot', 'A,1'],
      ['unit', 'nm'],
    ]),
  ).toBe('site,value,lot,unit\r\n1,"a ""b"",\r\nc","A,1",nm\r\n2,3,"A,1",nm\r\n');
  expect(withColumns('site,lot\r\n1,X\r\n', [['lot', 'A']])).toBe('site,lot\r\n1,X\r\n');
});

test('a legend says what every mark of the drawing means, in rows that fit below it', () => {
  const marks = ['maintenance', 'chamber clean', 'recipe change', 'kit & consumable'].map((text) => ({
    svg: '<circle r="3"/>',
    text,
  }));
  const wide = legendDrawing(marks, 900, '#000')!;
  const narrow = legendDrawing(marks, 260, '#000')!;
  for (const word of ['maintenance', 'chamber clean', 'kit &amp; consumable']) expect(narrow.svg).toContain(`>${word}</text>`);
  expect(narrow.svg.match(/<circle/g)).toHaveLength(4);
  expect(wide.height).toBe(16);
  expect(narrow.height).toBeGreaterThan(16);
  expect(narrow.width).toBeLessThanOrEqual(260);
  expect(legendDrawing([], 260, '#000')).toBeNull();
});
