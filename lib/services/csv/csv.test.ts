import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measurementIn } from '@/lib/formats/wire';
import { guessMapping } from './fields';
import { cellNumber, cellTime, mapRows } from './map-rows';
import { findDelimiter, parseCsv } from './parse';

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
  expect(faults).toEqual([{ line: 2, field: 'value', message: '"12O.1" is not a number' }]);
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
  expect(cellNumber('1,5', ',')).toBe(1.5); // it stood in quotes
  expect(cellNumber('0x10', ';')).toBeNaN();
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
  expect(faults[0]!.message).toMatch(/"23\.11\.2026 10:00" begins with day or month.*write all times as 2026-11-23/);
});
