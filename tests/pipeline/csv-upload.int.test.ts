import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, sql } from '@/lib/db';
import { savedMappings, saveMapping, uploadCsv } from '@/lib/services/ingest/upload';
import { asSent } from '@/lib/services/verb';
import { waferGallery } from '@/lib/services/wafers/views/list';
import { storedLinks, storedWords } from '../../app/(dash)/upload/stored-links';
import type { TestDatabase } from '../support';
import { as } from '../support/as';
import { file, HEAD, NOW, preview, refusal, row, uploadDatabase, WHO } from '../support/wafer-file';

/** Files from preview to the store, and the mappings that are saved for the next ones. */
let database: TestDatabase;
beforeAll(async () => {
  database = await uploadDatabase();
});
afterAll(async () => {
  await closePool();
  await database.drop();
});

const METADATA = ['Tool: X', 'Date, 3 December', 'Operator;Ana'];
const FILE = [
  ...METADATA,
  HEAD,
  row('120,5', '03/12/2026 14:05', 3, 0),
  row('121,5', '03/12/2026 14:05', 3, 50),
  row('119', '04/12/2026 02:30', 4, 0),
  '',
].join('\r\n');

test('a file with metadata and day-first dates goes from preview to the store, and its links find what is stored', async () => {
  const first = await preview(file(FILE), null);
  expect(first).toMatchObject({ headerLine: 4, rows: 3, waferTotal: 0, unused: ['Operator'], faultTotal: 1, times: null });
  expect(first.metadata).toEqual(METADATA.map((text, i) => ({ line: i + 1, text })));
  expect(first.faults[0]).toMatchObject({ line: 0, field: 'measuredAt' });
  expect(first.faults[0]!.message).toMatch(/can be read either way/);

  const mapping = { ...first.mapping, dates: 'day-first' as const };
  const shown = await preview(file(FILE), mapping);
  expect(shown).toMatchObject({
    faultTotal: 0,
    waferTotal: 2,
    times: { first: '2026-12-03T14:05:00.000Z', last: '2026-12-04T02:30:00.000Z' },
  });
  expect(shown.wafers.map((w) => [w.slot, w.sites, w.mean])).toEqual([
    [3, 2, 121],
    [4, 1, 119],
  ]);

  const guess = await refusal(uploadCsv(as(WHO, { now: NOW }), { ...file(FILE), mapping, mode: 'partial' }));
  expect(guess).toMatchObject({ code: 'invalid_input' });
  expect(guess.message).toBe('3 lines stand before the names of the columns in line 4; confirm the header line');

  const result = await uploadCsv(as(WHO, { now: NOW }), { ...file(FILE, shown.headerLine), mapping, mode: 'partial' });
  expect(result).toMatchObject({ accepted: 2, repeated: 0, rejected: 0, issues: [] });
  expect(result.stored).toMatchObject([
    { lot: 'CSV-1', product: 'KITE-45', operation: 'CVD-OXIDE', parameter: 'oxide_thickness', wafers: 2, withoutRun: 2 },
  ]);
  expect(storedWords(result.stored)).toMatch(/^Stored as follows\. No run at the step is known of 2 wafers: /);
  const stored = await db().rows<{ id: string; slot: number; measured_at: Date; value: number[] }>(
    sql`SELECT id, slot, measured_at, value FROM measurement WHERE lot = 'CSV-1' ORDER BY slot`,
  );
  expect(stored.map((m) => [m.slot, m.measured_at.toISOString(), [...m.value]])).toEqual([
    [3, '2026-12-03T14:05:00.000Z', [120.5, 121.5]],
    [4, '2026-12-04T02:30:00.000Z', [119]],
  ]);

  const links = storedLinks(result.stored[0]!);
  expect(links.first).toBe(`/wafers/${stored[0]!.id}`);
  expect(links.charts).toBe('/spc?operation=CVD-OXIDE&product=KITE-45&from=2026-12-03T14%3A05%3A00.000Z');
  const q = new URL(links.maps, 'http://fab.example').searchParams;
  const [operation, parameter] = q.get('what')!.split('~');
  const all = { fromMs: 0, toMs: 0, product: null, tool: null, slot: null, limit: 60 };
  const view = await waferGallery({ ...all, lot: q.get('lot'), operation: operation!, parameter: parameter! });
  expect(view.groups.flatMap((g) => g.tiles.map((t) => t.id)).sort()).toEqual(stored.map((m) => m.id).sort());

  const again = await uploadCsv(as(WHO, { now: NOW }), { ...file(FILE, 4), mapping, mode: 'atomic' });
  expect(again).toMatchObject({ accepted: 0, repeated: 2 });
  expect(again.stored).toEqual(result.stored);
});

test('an impossible date is refused with its line and only its wafer is left out; all or nothing keeps none', async () => {
  const text = [HEAD, row('120', '03/12/2026 15:00', 5, 0), row('120', '31/11/2026 15:00', 6, 0), ''].join('\n');
  const mapping = { ...(await preview(file(text), null)).mapping, dates: 'day-first' as const };
  const whole = await refusal(uploadCsv(as(WHO, { now: NOW }), { ...file(text), mapping, mode: 'atomic' }));
  expect(whole.message).toMatch(/^line 3, measuredAt: "31\/11\/2026 15:00" is no time when dates are day-first/);
  const result = await uploadCsv(as(WHO, { now: NOW }), { ...file(text), mapping, mode: 'partial' });
  expect(result).toMatchObject({ accepted: 1, rejected: 1 });
  expect(result.issues.map((i) => [i.line, i.field])).toEqual([[3, 'measuredAt']]);
});

test('a saved mapping keeps what is declared of the dates, and is refused on a file with other names with both lists', async () => {
  const { mapping } = await preview(file(FILE), null);
  await saveMapping(as(WHO), { name: 'ellipsometer export', mapping: { ...mapping, dates: 'day-first' }, headerLine: 4 });
  const saved = (await savedMappings()).find((m) => m.name === 'ellipsometer export')!;
  expect(saved.mapping.dates).toBe('day-first');
  expect((await preview(file(FILE), saved.mapping)).waferTotal).toBe(2);

  const other = FILE.replace('Value;', 'Thk;').replace(';Slot;', ';Wafer No;');
  const doors = [
    () => preview(file(other, 4), saved.mapping),
    () => uploadCsv(as(WHO, { now: NOW }), { ...file(other, 4), mapping: saved.mapping, mode: 'partial' }),
  ];
  for (const door of doors) {
    const e = await refusal(door());
    expect(e).toMatchObject({ code: 'invalid_input' });
    expect(e.message).toMatch(
      /names "Slot", "Value", which the file does not have\. The mapping uses "Lot", "Slot".*the file has "Thk", "Operator", "Time", "Wafer No"/,
    );
  }
  expect(
    await refusal(saveMapping(as(WHO), { name: 'odd', mapping: asSent({ ...mapping, dates: 'year-last' }), headerLine: null })),
  ).toBeDefined();
  expect(
    await refusal(
      saveMapping(as(WHO), { name: 'odd', mapping: asSent({ ...mapping, colour: { column: 'Value' } }), headerLine: null }),
    ),
  ).toBeDefined();
});

test('the line that names the columns is saved with the mapping, and the next file of the shape is read by it', async () => {
  // The instrument writes what each column is above its own names: the search takes that line, and a person has to say which it is.
  const OWN = 'Thk;Who;When;Wfr;Charge;Py;Px;At;By;What;In';
  const shape = (value: string) =>
    [HEAD, OWN, row(value, '05/12/26 14:05', 8, 0), row(value, '05/12/26 14:05', 8, 50), ''].join('\n');
  const [monday, tuesday] = [shape('120'), shape('121').replaceAll(';8;CSV-1', ';9;CSV-1')];
  expect((await preview(file(monday), null)).headerLine).toBe(1);
  const told = await preview(file(monday, 2), null);
  const sources = {
    value: 'Thk',
    measuredAt: 'When',
    wafer: 'Wfr',
    lot: 'Charge',
    y: 'Py',
    x: 'Px',
    operation: 'At',
    station: 'By',
    parameter: 'What',
    unit: 'In',
  };
  const mapping = {
    ...Object.fromEntries(Object.entries(sources).map(([field, column]) => [field, { column }])),
    dates: 'day-first' as const,
  };
  await saveMapping(as(WHO), { name: 'settings above', mapping, headerLine: told.headerLine });
  const saved = (await savedMappings()).find((m) => m.name === 'settings above')!;
  expect(saved.headerLine).toBe(2);
  expect((await refusal(preview(file(tuesday), saved.mapping))).message).toMatch(/which the file does not have/); // without the line
  expect(await preview(file(tuesday, saved.headerLine), saved.mapping)).toMatchObject({ faultTotal: 0, waferTotal: 1 });
  const kept = await uploadCsv(as(WHO, { now: NOW }), {
    ...file(tuesday, saved.headerLine),
    mapping: saved.mapping,
    mode: 'atomic',
  });
  expect(kept).toMatchObject({ accepted: 1, rejected: 0 });
  expect(kept.stored[0]!.from).toBe('2026-12-05T14:05:00.000Z');
  const trail = await db().one<{ after: { headerLine: number } }>(
    sql`SELECT after FROM audit_entry WHERE entity = 'csv mapping' AND entity_id = 'settings above'`,
  );
  expect(trail!.after.headerLine).toBe(2);
  for (const line of [0, 1.5, '2', 1e6])
    expect(await refusal(saveMapping(as(WHO), { name: 'odd', mapping, headerLine: asSent(line) }))).toBeDefined();
});

test('a mapping that was saved before dates could be declared still reads ISO times', async () => {
  const iso = FILE.replaceAll('03/12/2026', '2026-12-03').replaceAll('04/12/2026', '2026-12-04');
  const { mapping } = await preview(file(iso), null);
  expect(mapping.dates).toBeUndefined();
  await db().exec(
    sql`INSERT INTO csv_mapping (name, kind, mapping, author) VALUES ('old', 'measurement', ${JSON.stringify(mapping)}::jsonb, ${WHO})`,
  );
  const old = (await savedMappings()).find((m) => m.name === 'old')!;
  expect(old.headerLine).toBeNull();
  expect(await preview(file(iso), old.mapping)).toMatchObject({ waferTotal: 2, faultTotal: 0 });
});
