import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileName, recorded, toCsv, withColumns } from './csv';

test('quotes what needs quoting, leaves missing cells empty, disarms formulas', () => {
  const text = toCsv(
    ['name', 'CD, nm'],
    [
      ['a"b', 31.6],
      ['=1+1', Number.NaN],
      [null, -2],
    ],
  );
  expect(text).toBe('name,"CD, nm"\r\n"a""b",31.6\r\n\'=1+1,\r\n,-2\r\n');
});

test('an independent reader gets the same cells back', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.array(
          fc.string({ maxLength: 8 }).filter((s) => !/^[=+\-@\t\r]/.test(s)),
          { minLength: 2, maxLength: 2 },
        ),
        { minLength: 1, maxLength: 5 },
      ),
      (rows) => {
        const back: unknown = parse(toCsv(['a', 'b'], rows), { relax_column_count: false, record_delimiter: '\r\n' });
        expect((back as string[][]).slice(1)).toEqual(rows);
      },
    ),
  ));

test('file names are plain', () => expect(fileName('CD mean · ETCH-03 B', 'csv')).toBe('cd-mean-etch-03-b.csv'));

test('numbers carry no dust of binary arithmetic, whole numbers keep every digit, moments are ISO in UTC', () => {
  const text = toCsv(['a', 'b', 'c', 'd'], [[0.5299999999999976, 1795925689362, new Date(Date.UTC(2026, 10, 29, 9, 10)), 1 / 3]]);
  expect(text).toBe('a,b,c,d\r\n0.53,1795925689362,2026-11-29T09:10:00.000Z,0.333333333333\r\n');
});

test('a column of the context never has the name of a column of the table, folded by case or without its unit', () => {
  const csv = toCsv(['Version', 'measured (°)', 'x, mm', 'unit'], [[3, 44.2, 1, 'nm']]);
  const head = withColumns(csv, [
    ['version', 7],
    ['measured', '2026-11-29'],
    ['unit', 'deg'],
    ['x, mm', 2],
    ['lot', 'L1'],
  ]).split('\r\n')[0];
  expect(head).toBe('Version,measured (°),"x, mm",unit,context version,context measured,lot');
});

test('single-precision samples are written as they were recorded', () => {
  const samples = Float32Array.of(0.02, 1.36, 19.98, 1e-7, 123456.7, Number.NaN);
  expect(Array.from(samples, recorded)).toEqual([0.02, 1.36, 19.98, 1e-7, 123456.7, Number.NaN]);
  expect(recorded(undefined)).toBeUndefined();
  fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (v) => Math.fround(recorded(v)!) === Math.fround(v)));
});

test('text leaves as it was stored', () =>
  expect(toCsv(['reason'], [['offset \u22120.4 nm'], ['a \u2212 b']])).toBe('reason\r\noffset \u22120.4 nm\r\na \u2212 b\r\n'));
