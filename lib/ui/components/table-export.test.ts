import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tipUnder } from './row-tip';
import { type ColumnData, shownUnit, sortValue, tableCsv } from './table-export';

interface Row {
  state: 'alert' | 'ok';
  lastMs: number | null;
  lagMs: number;
  cd: number;
}
const COLUMNS: readonly ColumnData<Row>[] = [
  { key: 'state', header: 'State', sort: (r) => (r.state === 'alert' ? 0 : 1), value: (r) => r.state },
  { key: 'last', header: 'Last wafer run', time: (r) => r.lastMs },
  { key: 'lag', header: 'Lag', fileUnit: 'ms', value: (r) => r.lagMs },
  { key: 'cd', header: 'CD', unit: 'um', value: (r) => r.cd },
  { key: 'role', header: '', value: () => 'opened it' },
  { key: 'spark', header: 'Trend' },
];

test('a table leaves with times as ISO in UTC, units in the headers, words and not their ranks', () => {
  const rows: Row[] = [
    { state: 'alert', lastMs: 1795925689362, lagMs: 40, cd: 0.1 + 0.2 },
    { state: 'ok', lastMs: null, lagMs: 0, cd: 1 },
  ];
  expect(tableCsv(COLUMNS, rows).split('\r\n')).toEqual([
    'State,Last wafer run (UTC),Lag (ms),CD (µm),role',
    `alert,${new Date(1795925689362).toISOString()},40,0.3,opened it`,
    'ok,,0,1,opened it',
    '',
  ]);
});

test('a column is sorted by its rank, its moment or its value, in this order', () => {
  const row: Row = { state: 'alert', lastMs: 7, lagMs: 1, cd: 2 };
  expect(COLUMNS.map((c) => sortValue(c)?.(row))).toEqual([0, 7, 1, 2, 'opened it', undefined]);
});

test('the tip of a row is that of the cell under the pointer', () => {
  const boxes = [
    { left: 0, right: 10, top: 0, bottom: 5, tip: 'name' },
    { left: 2, right: 4, top: 1, bottom: 3, tip: 'within it' },
    { left: 20, right: 30, top: 0, bottom: 5, tip: 'time' },
  ];
  expect([tipUnder(boxes, 8, 2), tipUnder(boxes, 3, 2), tipUnder(boxes, 25, 5), tipUnder(boxes, 15, 2)]).toEqual([
    'name',
    'within it',
    'time',
    '',
  ]);
});

test('the header of a moment that is shown as clock time says its zone, that of an age does not', () => {
  const at = { key: 'at', header: 'Measured', time: () => 0 };
  expect([at, { ...at, cell: () => '3 min ago' }, { ...at, unit: 'UTC', cell: () => 'start' }].map(shownUnit)).toEqual([
    'UTC',
    undefined,
    'UTC',
  ]);
  expect([shownUnit({ key: 'cd', header: 'CD', unit: 'nm' }), shownUnit({ key: 'n', header: 'n' })]).toEqual(['nm', undefined]);
});

/** Durations, whose columns carry their unit. */
const DURATIONS = new Set(['lagMs', 'waitMs', 'busyMs']);

const sources = ['app', 'lib/ui'].flatMap((dir) =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.tsx'))
    .map((f) => join(dir, f)),
);

test('a share that is shown in per cent leaves in per cent: its column says so', () => {
  const columns = sources.flatMap((f) =>
    readFileSync(f, 'utf8')
      .split(/\bkey: '/)
      .slice(1)
      .filter((text) => /cell: [^\n]*percent\(/.test(text))
      .map((text) => [`${f} ${text.split("'")[0]}`, /\b(?:unit|fileUnit): '%'/.test(text)] as const),
  );
  expect(columns.length).toBeGreaterThan(2);
  expect(columns.filter(([, hasUnit]) => !hasUnit)).toEqual([]);
});

test('no table exports a moment as milliseconds: its columns name it `time`', () => {
  expect(sources.length).toBeGreaterThan(100);
  const found = sources.flatMap((f) =>
    Array.from(readFileSync(f, 'utf8').matchAll(/\bvalue: \(?\w+\)? => -?\w+\.(\w*Ms)\b,?/g))
      .filter(([, name]) => !DURATIONS.has(name!))
      .map(([text]) => `${f}: ${text}`),
  );
  expect(found).toEqual([]);
});
