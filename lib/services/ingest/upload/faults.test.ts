import { expect, test } from 'vitest';
import type { MappedRows } from '@/lib/formats/csv/map-rows';
import { faultKinds, ranges } from './faults';

const wafer = (key: string, lines: readonly number[]) => ({ key, lines, record: {} });
const refused = (index: number, path: string, message: string, code = 'unknown_name') => ({
  index,
  key: null,
  status: 'rejected' as const,
  issues: [{ path, code, message }],
});
const mapped = (over: Partial<MappedRows>): MappedRows => ({ wafers: [], faults: [], refused: [], ...over });

test('one line for all wafers that are refused for one thing, with rows and wafers', () => {
  const wafers = [wafer('a', [2, 3]), wafer('b', [4, 5]), wafer('c', [9])];
  const lot = (i: number) => refused(i, 'lot', 'lot "X" is not registered');
  expect(faultKinds(mapped({ wafers }), [lot(0), lot(1), lot(2)])).toEqual([
    { line: 2, lines: '2–5, 9', rows: 5, wafers: 3, field: 'lot', message: 'lot "X" is not registered' },
  ]);
  const other = faultKinds(mapped({ wafers }), [lot(0), refused(1, 'lot', 'lot "Y" is not registered')]);
  expect(other.map((f) => [f.message, f.lines])).toEqual([
    ['lot "X" is not registered', '2–3'],
    ['lot "Y" is not registered', '4–5'],
  ]);
});

test('times, unreadable cells and sites differ without being another kind; a site is told by its own line', () => {
  const wafers = [wafer('a', [2, 3]), wafer('b', [4, 5])];
  const times = ['2027-01-03T00:00:00.000Z', '2027-01-04T00:00:00.000Z'].map((t, i) =>
    refused(i, 'measuredAt', `${t} is ahead`, 'ahead_of_clock'),
  );
  expect(faultKinds(mapped({ wafers }), times)).toMatchObject([
    { lines: '2–5', wafers: 2, message: '2027-01-03T00:00:00.000Z is ahead (and 1 more of the kind)' },
  ]);
  const sites = [refused(0, 'u.1', 'is null'), refused(1, 'x.0', 'site 0 at (1, 2) mm lies outside', 'outside_wafer')];
  expect(faultKinds(mapped({ wafers }), sites).map((f) => [f.field, f.lines])).toEqual([
    ['u', '3'],
    ['x', '4'],
  ]);
  const rows = mapped({
    faults: [
      { line: 2, field: 'value', code: 'not_a_number', message: '"12O" is not a number' },
      { line: 5, field: 'value', code: 'not_a_number', message: '"n.m." is not a number' },
      { line: 0, field: 'unit', code: 'unmapped', message: 'is not mapped' },
    ],
    refused: [
      { key: 'a', lines: [2, 3] },
      { key: 'b', lines: [5] },
    ],
  });
  expect(faultKinds(rows, [])).toEqual([
    { line: 0, lines: '', rows: 0, wafers: 0, field: 'unit', message: 'is not mapped' },
    { line: 2, lines: '2, 5', rows: 2, wafers: 2, field: 'value', message: '"12O" is not a number (and 1 more of the kind)' },
  ]);
});

test('ranges of lines, and an end where there are many', () => {
  expect(ranges([2, 3, 4, 7])).toBe('2–4, 7');
  expect(ranges([1, 3, 5, 7, 9, 11, 13, 15])).toBe('1, 3, 5, 7, 9, 11 … 15');
  expect(ranges([])).toBe('');
});
