import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileName, toCsv } from './csv';

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
