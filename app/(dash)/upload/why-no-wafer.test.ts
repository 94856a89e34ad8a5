import { expect, test } from 'vitest';
import { CSV_FIELDS, type CsvMapping, guessMapping } from '@/lib/formats/csv/fields';
import { mapRows } from '@/lib/formats/csv/map-rows';
import { parseCsv } from '@/lib/formats/csv/parse';
import { neededFields, whyNoWafer } from './why-no-wafer';

const LOOKUPS = { productOfLot: new Map([['A1', 'KITE-45']]), layerOfOperation: new Map([['CVD', 'OX1']]) };
const words = (time: string, value: string, mapping: Partial<CsvMapping>): string => {
  const t = parseCsv(`lot,wafer,operation,parameter,station,time,x,y,value\nA1,1,CVD,thickness,THK-01,${time},0,0,${value}\n`);
  const m = { ...guessMapping(t.header), ...mapping };
  const { wafers, faults } = mapRows(t, m, LOOKUPS);
  return wafers.length > 0 ? `${wafers.length} wafer` : whyNoWafer(neededFields(CSV_FIELDS, m), faults);
};

test('needed columns are named until all are mapped, and no longer', () => {
  expect(words('2026-11-23', '5', {})).toBe('No wafer yet: map the needed columns first (Unit).');
  expect(words('2026-11-23', '5', { unit: { constant: 'nm' } })).toBe('1 wafer');
  expect(words('2026-11-23', 'five', { unit: { constant: 'nm' } })).toMatch(/no row of the file can be read/);
  expect(words('23/11/2026', '5', { unit: { constant: 'nm' } })).toMatch(/concerns the whole file/);
  expect(words('23/11/2026', '5', { unit: { constant: 'nm' }, dates: 'day-first' })).toBe('1 wafer');
});
