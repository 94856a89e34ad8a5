import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { cellNumber } from '../csv/map-rows';
import { readTable } from '.';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, headerLine: number | null = null, search = true) => readTable(bytes(text), headerLine, search);
const refusal = (work: () => unknown): AppError => {
  try {
    work();
  } catch (e) {
    if (e instanceof AppError) return e;
    throw e;
  }
  throw new Error('nothing was refused');
};

const ROWS = ['0.0 0.0 120.31', ' 40.0    0.0   120.44', '-40.0 0.0 NaN', '0.0 40.0 120.2'];

describe('a table with blanks between its columns', () => {
  test('is read with header and rows, each with its line; what stands before it is told', () => {
    const t = read(['ELL-01 recipe OX-120', '', 'X   Y  Thickness', ...ROWS, ''].join('\n'));
    expect(t.header).toEqual(['X', 'Y', 'Thickness']);
    expect(t.rows).toEqual([
      ['0.0', '0.0', '120.31'],
      ['40.0', '0.0', '120.44'],
      ['-40.0', '0.0', 'NaN'],
      ['0.0', '40.0', '120.2'],
    ]);
    expect(t.line).toEqual([4, 5, 6, 7]);
    expect([t.headerLine, t.delimiter]).toEqual([3, ' ']);
    expect(t.metadata).toEqual([{ line: 1, text: 'ELL-01 recipe OX-120' }]);
  });
  test('its header may be a comment', () => {
    expect(read(['# x y t', ...ROWS].join('\r\n')).header).toEqual(['x', 'y', 't']);
    expect(read(['% x y t', ...ROWS].join('\n'), null, false).headerLine).toBe(1);
  });
  test('a blank line within is a gap, as in any other table', () => {
    expect(read(['x y t', ...ROWS.slice(0, 2), '', ...ROWS.slice(2)].join('\n')).rows[2]).toEqual(['', '', '']);
  });
  test('decimal commas are decimals, since blanks separate the columns', () => {
    const t = read(['x y t', '0,0 0,5 120,312', '1,0 0,5 120,401', '2,0 0,5 120,5'].join('\n'));
    expect(t.rows[0]!.map((c) => cellNumber(c, t.delimiter))).toEqual([0, 0.5, 120.312]);
  });
  test('the line of another width is named, with the remedy', () => {
    const e = refusal(() => read(['x y t', ...ROWS, '1 2'].join('\n')));
    expect([e.code, e.details['field']]).toEqual(['invalid_input', 'file']);
    expect(e.message).toMatch(/^line 6 has 2 cells, the table has 3 \(line 1\); write NaN/);
  });
  test('without a search, lines before the table are refused and not passed over', () => {
    expect(refusal(() => read(['Station ELL-01', 'x y t', ...ROWS].join('\n'), null, false)).message).toMatch(
      /^line 1 stands before the names of the columns in line 2/,
    );
    expect(read(['Station ELL-01', 'x y t', ...ROWS].join('\n'), 2, false).header).toEqual(['x', 'y', 't']);
  });
  test('a unit in brackets belongs to its name', () => {
    expect(read(['X (mm) Y (mm) Thickness (nm)', ...ROWS].join('\n')).header).toEqual(['X (mm)', 'Y (mm)', 'Thickness (nm)']);
  });
  test('the table is the block with the numbers, however long what stands before it is', () => {
    const before = Array.from({ length: 20 }, (_, i) => `Parameter${i}: ${i}`);
    const t = read([...before, '', 'x y t', ...ROWS].join('\n'));
    expect([t.headerLine, t.rows.length, t.metadata.length]).toEqual([22, 4, 20]);
  });
  test('names that do not fit the columns are refused by line, told or found, and nothing is dropped', () => {
    const text = ['Site X Site Y Thickness', ...ROWS].join('\n');
    for (const line of [null, 1])
      for (const search of [true, false])
        expect(refusal(() => read(text, line, search)).message).toMatch(
          /^line 1 .*write names without blanks, units in brackets$/,
        );
  });
  test('a table without names is refused, and says where they go', () => {
    expect(refusal(() => read(ROWS.join('\n'))).message).toMatch(/^no line names the columns; put their names above line 1/);
  });
  test('what stands after the table is refused by its line', () => {
    expect(refusal(() => read(['x y t', ...ROWS, '', 'Mean 120.3'].join('\n'))).message).toMatch(/^line 7 has 2 cells/);
  });
  test('a commented-out row is no measurement: it is refused by its line', () => {
    expect(refusal(() => read(['x y t', '# 0 0 999.0', ...ROWS].join('\n'))).message).toMatch(/^line 2 is a comment/);
    expect(refusal(() => read(['# x y t', ...ROWS, '#0 10 999'].join('\n'))).message).toMatch(/^line 6 is a comment/);
  });
  test('words after the table are refused, of whatever number', () => {
    expect(refusal(() => read(['x y t', ...ROWS, 'end of file'].join('\n'))).message).toMatch(/^line 6 holds no number/);
  });
  test('commas before the table do not hide it', () => {
    expect(read(['Recipe: OX-120, wafer 3', 'Date: 23.11.2026, 14:05', 'x y t', ...ROWS].join('\n')).header).toEqual([
      'x',
      'y',
      't',
    ]);
  });
  test('a line of a million blanks is read: each is looked at once', () => {
    expect(() => read(`a${' '.repeat(1_000_000)}b\n1 2\n1 2\n`)).not.toThrow(/internal/);
  });
  test('a long file is known wherever its letters are cut, and with any line ends', () => {
    for (let shift = 0; shift < 4; shift++) {
      const rows = Array.from({ length: 6000 }, () => '0.0 0.0 120.31 µm');
      expect(read([`x y t ${'u'.repeat(1 + shift)}`, ...rows].join('\n')).rows.length, String(shift)).toBe(6000);
    }
    expect(read(['x y t', ...Array.from({ length: 8000 }, (_, i) => `${i} 0 1`)].join('\r')).rows.length).toBe(8000);
  });
  test('U+0000 in a cell stays what it is, for the checks that refuse it', () => {
    expect(read(['lot\0 y t', ...ROWS].join('\n')).header[0]).toBe('lot\0');
  });
  test('a header line that is told is taken', () => {
    expect(read(['a b c', 'x y t', ...ROWS].join('\n'), 2).header).toEqual(['x', 'y', 't']);
  });
});

test.each([
  ['comma', 'x,y,t\n0,0,1\n1,0,2\n2,0,3\n', ','],
  ['comma and blank', 'x, y, t\n0, 0, 1\n1, 0, 2\n2, 0, 3\n', ','],
  ['semicolon with decimal commas', 'x;y;t\n0,5;0;1\n1,5;0;2\n2,5;0;3\n', ';'],
  ['tab', 'x\ty\tt\n0\t0\t1\n1\t0\t2\n2\t0\t3\n', '\t'],
  ['bar', 'x|y|t\n0|0|1\n1|0|2\n2|0|3\n', '|'],
  ['quoted names with blanks', '"Site X","Site Y"\n0,1\n1,1\n2,1\n', ','],
  ['one column of one value', 'thickness\n1\n2\n3\n', ','],
])('CSV stays CSV: %s', (_name, text, delimiter) => {
  const t = read(text);
  expect([t.rows.length, t.delimiter]).toEqual([3, delimiter]);
});

test('a long file is told by its beginning, and read whole', () => {
  const rows = Array.from({ length: 5000 }, (_, i) => `${i} ${i % 7} 120.${i}`);
  const t = read(['x y t', ...rows].join('\n'));
  expect([t.rows.length, t.line.at(-1), t.rows.at(-1)!.at(-1)]).toEqual([5000, 5001, '120.4999']);
});

test('bytes that are no text are refused in the words of the reader', () => {
  expect(refusal(() => readTable(Uint8Array.of(0x78, 0x0a, 0xff, 0xfe, 0x20), null, true)).message).toMatch(/is not UTF-8/);
});
