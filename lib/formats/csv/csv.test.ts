import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measurementIn } from '../wire';
import { decodeText } from './decode';
import { guessMapping } from './fields';
import { findDelimiter, findHeader } from './header';
import { cellNumber, mapRows, unusedColumns } from './map-rows';
import { parseCsv, parseFindingHeader } from './parse';
import { cellTime } from './times';

const LOOKUPS = { productOfLot: new Map([['A1', 'KITE-45']]), layerOfOperation: new Map([['CVD', 'OX1']]) };
const FILE = `\uFEFFLot,Slot,Operation,Parameter,Unit,Station,Time,X (mm),Y (mm),Value
A1,7,CVD,thickness,nm,THK-01,2026-11-23 10:00,0,0,120.1
A1,7,CVD,thickness,nm,THK-01,2026-11-23 10:00,100,0,NA
A1,8,CVD,thickness,nm,THK-01,2026-11-23 10:05,0,0,119.9
`;

test('a usual file is understood without help, and every wafer passes the wire schema', () => {
  const table = parseCsv(FILE);
  const { wafers, faults } = mapRows(table, guessMapping(table.header), LOOKUPS);
  expect(faults).toEqual([]);
  expect(wafers.map((w) => w.record['wafer'])).toEqual([7, 8]);
  expect(wafers[0]!.record['value']).toEqual([120.1, null]);
  expect(wafers[0]!.record).toMatchObject({
    product: 'KITE-45',
    layer: 'OX1',
    plan: 'csv',
    measuredAt: '2026-11-23T10:00:00.000Z',
  });
  expect(wafers[0]!.lines).toEqual([2, 3]);
  for (const w of wafers) expect(measurementIn.safeParse(w.record).error).toBeUndefined();
});

test('a row that cannot be read names its line and field, and only its wafer is left out', () => {
  const table = parseCsv(FILE.replace('120.1', '12O.1'));
  const { wafers, faults } = mapRows(table, guessMapping(table.header), LOOKUPS);
  expect(faults).toEqual([{ line: 2, field: 'value', code: 'not_a_number', message: '"12O.1" is not a number' }]);
  expect(wafers.map((w) => w.record['wafer'])).toEqual([8]);
});

test('what is not mapped is said before any row is read; constants fill it', () => {
  const table = parseCsv('lot,wafer,x,y,value\nA1,1,0,0,5\n');
  const first = mapRows(table, guessMapping(table.header), LOOKUPS);
  expect(first.faults.map((f) => f.field).sort()).toEqual(['measuredAt', 'operation', 'parameter', 'station', 'unit']);
  const constant = (c: string) => ({ constant: c });
  const { wafers, faults } = mapRows(
    table,
    {
      ...guessMapping(table.header),
      operation: constant('CVD'),
      parameter: constant('thickness'),
      unit: constant('nm'),
      station: constant('THK-01'),
      measuredAt: constant('2026-11-23'),
    },
    LOOKUPS,
  );
  expect(faults).toEqual([]);
  expect(wafers).toHaveLength(1);
});

test('an unknown lot, an unknown operation and rows that contradict each other are told', () => {
  const table = parseCsv(
    FILE.replaceAll('A1,8', 'B9,8').replace('nm,THK-01,2026-11-23 10:00,100', 'um,THK-01,2026-11-23 10:00,100'),
  );
  const { faults } = mapRows(table, guessMapping(table.header), LOOKUPS);
  expect(faults.map((f) => [f.line, f.field])).toEqual([
    [3, 'unit'],
    [4, 'product'],
  ]);
});

test('semicolons with decimal commas', () => {
  expect(findDelimiter('a;b;c\n1,5;2;3')).toBe(';');
  expect(cellNumber('1,5', ';')).toBe(1.5);
  expect(cellNumber('1,5', ',')).toBe(1.5); // it was in quotes
  expect(cellNumber('0x10', ';')).toBeNaN();
});

test('thousands never begin with 0; what may be either is no number', () => {
  for (const [text, value] of [
    ['0,123', 0.123],
    ['-0,5', -0.5],
    ['+0.250', 0.25],
  ] as const)
    expect(cellNumber(text, ',')).toBe(value);
  for (const text of ['1,234', '12.345.678', '999,000']) expect(cellNumber(text, ',')).toBeNaN();
});

test('a file in an older code page is refused with its line, not read with wrong letters', () => {
  const latin = Buffer.from('x,thickness (\xb5m)\n1,2\n', 'latin1');
  expect(() => decodeText(latin)).toThrow(/^line 1 is not UTF-8; save the file as UTF-8/);
  const later = Buffer.concat([Buffer.from('a (µm),note\r\n1,x\r\n2,'), Buffer.from([0xe9]), Buffer.from('t\r\n')]);
  expect(() => decodeText(later)).toThrow(/^line 3 is not UTF-8/);
  expect(decodeText(Buffer.from('\ufeffa (µm)\n1\n'))).toBe('a (µm)\n1\n');
  expect(() => decodeText(Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x00, 0xd8]))).toThrow(/not UTF-16LE/);
});

test('times: zones are kept, none means UTC, impossible days are refused', () => {
  expect(cellTime('2026-11-23T10:00:00+02:00')).toBe('2026-11-23T08:00:00.000Z');
  expect(cellTime('2026-11-23 10:00:00.5')).toBe('2026-11-23T10:00:00.500Z');
  expect(cellTime('2026-02-31')).toBeNull();
  expect(cellTime('23.11.2026')).toBeNull();
});

test('numbers survive as they are written', () =>
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), (v) => {
      expect(cellNumber(String(v), ',')).toBe(v === 0 ? Number(String(v)) : v);
    }),
  ));

test('unreadable files say why', () => {
  expect(() => parseCsv('a,b\n"1,2\n')).toThrow(/not readable CSV/);
  expect(() => parseCsv('a,b\n')).toThrow(/no data/);
  expect(() => parseCsv('a,a\n1,2\n')).toThrow(/two columns/);
  expect(() => parseCsv('a,b\n1,2,3\n')).toThrow(/not readable CSV/);
});

test('times with day or month in front are refused once for the file, with the remedy', () => {
  const table = parseCsv(FILE.replaceAll('2026-11-23', '23.11.2026'));
  const { wafers, faults } = mapRows(table, guessMapping(table.header), LOOKUPS);
  expect(wafers).toEqual([]);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatchObject({ line: 0, field: 'measuredAt' });
  expect(faults[0]!.message).toMatch(
    /"23\.11\.2026 10:00" begins with day or month.*only day-first reads every time.*write all times as 2026-11-23/,
  );
});

const times = (...list: string[]) =>
  parseCsv(
    `lot,wafer,operation,parameter,unit,station,time,x,y,value\n${list.map((t, i) => `A1,${i + 1},CVD,thickness,nm,THK-01,${t},0,0,5`).join('\n')}\n`,
  );

test('dates are read as they are declared; a day that does not exist names its row', () => {
  const t = times('31/12/2026 14:05', '03.04.2026', '2026-11-23 10:00', '01/02/2026 2:05:30 PM', '03/12/2026 14:05+02:00');
  const day = mapRows(t, { ...guessMapping(t.header), dates: 'day-first' }, LOOKUPS);
  expect(day.faults).toEqual([]);
  expect(day.wafers.map((w) => w.record['measuredAt'])).toEqual([
    '2026-12-31T14:05:00.000Z',
    '2026-04-03T00:00:00.000Z',
    '2026-11-23T10:00:00.000Z',
    '2026-02-01T14:05:30.000Z',
    '2026-12-03T12:05:00.000Z',
  ]);
  const month = mapRows(t, { ...guessMapping(t.header), dates: 'month-first' }, LOOKUPS);
  expect(month.wafers.map((w) => w.record['measuredAt'])).toEqual([
    '2026-03-04T00:00:00.000Z',
    '2026-11-23T10:00:00.000Z',
    '2026-01-02T14:05:30.000Z',
    '2026-03-12T12:05:00.000Z',
  ]);
  expect(month.faults).toHaveLength(1);
  expect(month.faults[0]).toMatchObject({ line: 2, field: 'measuredAt' });
  expect(month.faults[0]!.message).toMatch(
    /"31\/12\/2026 14:05" is no time when dates are month-first, though it is one day-first/,
  );
});

test.each([
  '31/02/2026',
  '29/02/2026',
  '12/31/2026',
  '01/02/126',
  '31/02/26',
  '01/02/2026 24:00',
  '01/02/2026 13:00 PM',
  '01/02/2026 0:30 AM',
  '01/02.2026',
])('%s is no time of a file declared day-first', (text) => expect(cellTime(text, 'day-first')).toBeNull());

test('midnight and noon with AM and PM', () => {
  expect(cellTime('12/31/2026 12:00 AM', 'month-first')).toBe('2026-12-31T00:00:00.000Z');
  expect(cellTime('12/31/2026 12:00 PM', 'month-first')).toBe('2026-12-31T12:00:00.000Z');
});

test('an undeclared order is told once, also where a time is missing; one odd row of an ISO file is told with its line', () => {
  const some = times('01/02/2026', '', '05/06/2026');
  const { wafers, faults } = mapRows(some, guessMapping(some.header), LOOKUPS);
  expect(wafers).toEqual([]);
  expect(faults.map((f) => f.line)).toEqual([0]);
  expect(faults[0]!.message).toMatch(/can be read either way/);
  const odd = times('2026-11-23', '01/02/2026', '2026-11-24');
  const mixed = mapRows(odd, guessMapping(odd.header), LOOKUPS);
  expect(mixed.faults.map((f) => f.line)).toEqual([3]);
  expect(mixed.wafers).toHaveLength(2);
});

test('years of two digits are read under a declared order, by the rule of POSIX, and under none are not', () => {
  const day = (year: string) => cellTime(`01.02.${year}`, 'day-first')?.slice(0, 10);
  expect(['26', '00', '68', '69', '99'].map(day)).toEqual(['2026-02-01', '2000-02-01', '2068-02-01', '1969-02-01', '1999-02-01']);
  expect(cellTime('01/02/26 2:05 PM', 'month-first')).toBe('2026-01-02T14:05:00.000Z');
  expect(cellTime('29/02/24 08:00+02:00', 'day-first')).toBe('2024-02-29T06:00:00.000Z');
  expect(cellTime('29/02/26', 'day-first')).toBeNull();
  expect(cellTime('01/02/26')).toBeNull();
  expect(cellTime('26-02-01')).toBeNull();
  const t = times('31/12/26 14:05', '01/02/26');
  const undeclared = mapRows(t, guessMapping(t.header), LOOKUPS);
  expect(undeclared.wafers).toEqual([]);
  expect(undeclared.faults.map((f) => f.message).join()).toMatch(/only day-first reads every time of the file/);
  const declared = mapRows(t, { ...guessMapping(t.header), dates: 'day-first' }, LOOKUPS);
  expect(declared.faults).toEqual([]);
  expect(declared.wafers.map((w) => w.record['measuredAt'])).toEqual(['2026-12-31T14:05:00.000Z', '2026-02-01T00:00:00.000Z']);
});

const HEAD = 'Lot;Slot;Operation;Parameter;Unit;Station;Time;X;Y;Value';
const ROW = 'A1;7;CVD;thickness;nm;THK-01;2026-11-23 10:00;0;0;120,1';
test.each<[string, string[], number]>([
  ['none', [HEAD, ROW, ROW], 1],
  ['one line', ['Tool: X', HEAD, ROW], 2],
  ['a line with a comma', ['Date, 2026-11-23, by Ana', HEAD, ROW], 2],
  ['twenty pairs above two rows', [...Array.from({ length: 20 }, (_, i) => `Key${i};Text${i}`), HEAD, ROW, ROW], 21],
  ['lines filled up with delimiters', ['Tool: X;;;;;;;;;', 'Date;2026-11-23;;;;;;;;', HEAD, ROW], 3],
  ['a line as wide as the header, with a date in it', ['a;b;c;d;e;f;g;h;2026-11-23;j', HEAD, ROW], 2],
  ['a line as wide as the header', ['a;b;c;d;e;f;g;h;i;j', HEAD, ROW], 2],
  ['a stray quote', ['Note: 12" wafer', HEAD, ROW], 2],
  ['blank lines and sep=', ['sep=;', '', 'Tool: X', '', HEAD, ROW], 5],
])('the header is found below metadata: %s', (_, lines, line) => {
  const text = `\uFEFF${lines.join('\r\n')}\r\n`;
  expect(findHeader(text)).toBe(line);
  const t = parseFindingHeader(text, null);
  expect(t).toMatchObject({ headerLine: line, header: HEAD.split(';'), delimiter: ';' });
  expect(t.line[0]).toBe(line + 1);
  expect(t.rows[0]!.at(-1)).toBe('120,1');
  expect(t.metadata.map((m) => m.text)).toEqual(lines.slice(0, line - 1).filter((l) => l !== '' && l !== 'sep=;'));
});

test('the header line that is told is taken; where none is, the error names the one that looks like it', () => {
  const text = `Tool: X\nDate, 2026-11-23\n${HEAD}\n${ROW}\n`;
  expect(parseCsv(text, 3)).toMatchObject({ headerLine: 3, line: [4] });
  expect(() => parseCsv(text, 4)).toThrow(/line 4 is not followed by rows/);
  expect(() => parseCsv(text, 9)).toThrow(/line 9 is not followed by rows/);
  expect(() => parseCsv('Tool,X\na,b,c\n1,2,3\n')).toThrow(
    /line 2 has 3 cells, the header has 2 \(line 1\); line 2 looks like the header/,
  );
  expect(() => parseCsv('lot,wafer,x\nA,1,2\nA,1\n')).toThrow(/line 3 has 2 cells, the header has 3 \(line 1\)$/);
});

test('columns are found by name in any order; what no field uses is listed, what the mapping names and the file has not is refused', () => {
  const t = parseCsv('value,wafer,Comment,lot,y,x,operator\n5,1,ok,A1,0,10,Ana\n');
  const m = guessMapping(t.header);
  expect(unusedColumns(t.header, m)).toEqual(['Comment', 'operator']);
  const constant = (c: string) => ({ constant: c });
  const whole = {
    ...m,
    operation: constant('CVD'),
    parameter: constant('t'),
    unit: constant('nm'),
    station: constant('S'),
    measuredAt: constant('2026-11-23'),
  };
  const record = mapRows(t, whole, LOOKUPS).wafers[0]!.record;
  expect(record).toMatchObject({ lot: 'A1', wafer: 1, x: [10], y: [0], value: [5] });
  expect(() => mapRows(t, { ...whole, value: { column: 'THK' }, u: { column: 'U95' } }, LOOKUPS)).toThrow(
    /the mapping names "THK", "U95", which the file does not have\. The mapping uses .*"THK".*; the file has "value", "wafer", "Comment"/,
  );
});
