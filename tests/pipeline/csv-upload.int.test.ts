import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, sql } from '@/lib/db';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { INGEST_KINDS, ingestBatch } from '@/lib/services/ingest';
import { previewCsv, savedMappings, saveMapping, uploadCsv } from '@/lib/services/ingest/upload';
import { waferGallery } from '@/lib/services/wafers/views/list';
import { storedLinks, storedWords } from '../../app/(dash)/upload/stored-links';
import { type TestDatabase, testDatabase } from '../support';

const NOW = Date.parse('2026-12-10T00:00:00Z');
const WHO = 'vera@fab.example';
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await registerFab(simulatedFab(1), 'test');
  async function* lots() {
    const lot = {
      key: 'CSV-1',
      lot: 'CSV-1',
      product: 'KITE-45',
      route: 'BEOL-1',
      wafers: 25,
      startedAt: '2026-11-01T00:00:00Z',
    };
    yield { value: lot, bytes: 100 };
  }
  expect((await ingestBatch(INGEST_KINDS.lots, 'test', lots(), 'atomic', NOW)).accepted).toBe(1);
});
afterAll(async () => {
  await closePool();
  await database.drop();
});

const HEAD = 'Value;Operator;Time;Slot;Lot;Y;X;Operation;Station;Parameter;Unit';
const row = (value: string, time: string, slot: number, x: number) =>
  `${value};Ana;${time};${slot};CSV-1;0;${x};CVD-OXIDE;ELL-01;oxide_thickness;nm`;
const METADATA = ['Tool: X', 'Date, 3 December', 'Operator;Ana'];
const FILE = [
  ...METADATA,
  HEAD,
  row('120,5', '03/12/2026 14:05', 3, 0),
  row('121,5', '03/12/2026 14:05', 3, 50),
  row('119', '04/12/2026 02:30', 4, 0),
  '',
].join('\r\n');
const file = (text: string, headerLine: number | null = null) => ({ name: 'wafers.csv', text, headerLine });
const preview = (f: ReturnType<typeof file>, mapping: unknown) => previewCsv(f, mapping, WHO, NOW);

const refusal = async (what: Promise<unknown>): Promise<{ code: string; message: string }> => {
  try {
    await what;
  } catch (e) {
    return e as { code: string; message: string };
  }
  throw new Error('was not refused');
};

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

  const guess = await refusal(uploadCsv(file(FILE), mapping, 'partial', WHO, NOW));
  expect(guess).toMatchObject({ code: 'invalid_input' });
  expect(guess.message).toBe('3 lines stand before the names of the columns in line 4; confirm the header line');

  const result = await uploadCsv(file(FILE, shown.headerLine), mapping, 'partial', WHO, NOW);
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

  const again = await uploadCsv(file(FILE, 4), mapping, 'atomic', WHO, NOW);
  expect(again).toMatchObject({ accepted: 0, repeated: 2 });
  expect(again.stored).toEqual(result.stored);
});

test('an impossible date is refused with its line and only its wafer is left out; all or nothing keeps none', async () => {
  const text = [HEAD, row('120', '03/12/2026 15:00', 5, 0), row('120', '31/11/2026 15:00', 6, 0), ''].join('\n');
  const mapping = { ...(await preview(file(text), null)).mapping, dates: 'day-first' as const };
  const whole = await refusal(uploadCsv(file(text), mapping, 'atomic', WHO, NOW));
  expect(whole.message).toMatch(/^line 3, measuredAt: "31\/11\/2026 15:00" is no time when dates are day-first/);
  const result = await uploadCsv(file(text), mapping, 'partial', WHO, NOW);
  expect(result).toMatchObject({ accepted: 1, rejected: 1 });
  expect(result.issues.map((i) => [i.line, i.field])).toEqual([[3, 'measuredAt']]);
});

test('a saved mapping keeps what is declared of the dates, and is refused on a file with other names with both lists', async () => {
  const { mapping } = await preview(file(FILE), null);
  await saveMapping('ellipsometer export', { ...mapping, dates: 'day-first' }, 4, WHO);
  const saved = (await savedMappings()).find((m) => m.name === 'ellipsometer export')!;
  expect(saved.mapping.dates).toBe('day-first');
  expect((await preview(file(FILE), saved.mapping)).waferTotal).toBe(2);

  const other = FILE.replace('Value;', 'Thk;').replace(';Slot;', ';Wafer No;');
  const doors = [
    () => preview(file(other, 4), saved.mapping),
    () => uploadCsv(file(other, 4), saved.mapping, 'partial', WHO, NOW),
  ];
  for (const door of doors) {
    const e = await refusal(door());
    expect(e).toMatchObject({ code: 'invalid_input' });
    expect(e.message).toMatch(
      /names "Slot", "Value", which the file has not\. The mapping uses "Lot", "Slot".*the file has "Thk", "Operator", "Time", "Wafer No"/,
    );
  }
  expect(await refusal(saveMapping('odd', { ...mapping, dates: 'year-last' }, null, WHO))).toBeDefined();
  expect(await refusal(saveMapping('odd', { ...mapping, colour: { column: 'Value' } }, null, WHO))).toBeDefined();
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
  await saveMapping('settings above', mapping, told.headerLine, WHO);
  const saved = (await savedMappings()).find((m) => m.name === 'settings above')!;
  expect(saved.headerLine).toBe(2);
  expect((await refusal(preview(file(tuesday), saved.mapping))).message).toMatch(/which the file has not/); // without the line
  expect(await preview(file(tuesday, saved.headerLine), saved.mapping)).toMatchObject({ faultTotal: 0, waferTotal: 1 });
  const kept = await uploadCsv(file(tuesday, saved.headerLine), saved.mapping, 'atomic', WHO, NOW);
  expect(kept).toMatchObject({ accepted: 1, rejected: 0 });
  expect(kept.stored[0]!.from).toBe('2026-12-05T14:05:00.000Z');
  const trail = await db().one<{ after: { headerLine: number } }>(
    sql`SELECT after FROM audit_entry WHERE entity = 'csv mapping' AND entity_id = 'settings above'`,
  );
  expect(trail!.after.headerLine).toBe(2);
  for (const line of [0, 1.5, '2', 1e6]) expect(await refusal(saveMapping('odd', mapping, line, WHO))).toBeDefined();
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

test('the preview says what the upload will say, each kind once, and counts only what can be kept', async () => {
  const line = (lot: string, slot: number, x: number, over: Partial<Record<string, string>> = {}) => {
    const c = { station: 'ELL-01', parameter: 'oxide_thickness', unit: 'nm', time: `2026-12-06T01:0${slot % 10}:00Z`, ...over };
    return `120;Ana;${c.time};${slot};${lot};0;${x};CVD-OXIDE;${c.station};${c.parameter};${c.unit}`;
  };
  const ahead = (slot: number) => ({ time: `2027-01-0${slot}T00:00:00Z` });
  const text = [
    HEAD,
    ...[1, 2, 3].flatMap((slot) => [line('NOT-HERE', slot, 0), line('NOT-HERE', slot, 50)]),
    line('CSV-1', 11, 0, { unit: 'kg' }),
    line('CSV-1', 12, 0, { station: 'ELL-77' }),
    line('CSV-1', 13, 0, ahead(3)),
    line('CSV-1', 14, 0, ahead(4)),
    line('CSV-1', 15, 0),
    line('CSV-1', 15, 170),
    line('CSV-1', 16, 0),
    '',
  ].join('\n');
  const { mapping: guessed } = await preview(file(text), null);
  const mapping = { ...guessed, product: { constant: 'KITE-45' }, dates: 'iso' as const };
  const before = await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM ingest_key`);
  const shown = await preview(file(text), mapping);
  expect(await db().one(sql`SELECT count(*)::int AS n FROM ingest_key`)).toEqual(before);
  expect(shown).toMatchObject({ waferTotal: 9, kept: 1, repeated: 0, refused: 8, faultTotal: 5 });
  expect(shown.faults.map((f) => [f.field, f.lines, f.rows, f.wafers])).toEqual([
    ['lot', '2–7', 6, 3],
    ['unit', '8', 1, 1],
    ['station', '9', 1, 1],
    ['measuredAt', '10–11', 2, 2],
    ['x', '13', 1, 1],
  ]);
  expect(shown.faults[0]!.message).toMatch(/lot "NOT-HERE" is not registered/);
  const kept = await uploadCsv(file(text), mapping, 'partial', WHO, NOW);
  expect(kept.issues).toEqual(shown.faults);
  expect(kept).toMatchObject({ accepted: shown.kept, rejected: shown.refused, issueTotal: shown.faultTotal });
  expect(await preview(file(text), mapping)).toMatchObject({ kept: 0, repeated: 1, refused: 8 });
});

test('a run of another wafer refuses the record in the preview too', async () => {
  async function* runs() {
    const chamber = (await db().one<{ tool: string; name: string }>(
      sql`SELECT c.tool, c.name FROM chamber c JOIN operation o ON c.tool = ANY(o.tools) WHERE o.name = 'CVD-OXIDE' ORDER BY 1, 2`,
    ))!;
    const layer = (await db().one<{ layer: string }>(sql`SELECT layer FROM operation WHERE name = 'CVD-OXIDE'`))!.layer;
    const run = {
      key: 'run-of-17',
      tool: chamber.tool,
      chamber: chamber.name,
      product: 'KITE-45',
      layer,
      operation: 'CVD-OXIDE',
      lot: 'CSV-1',
      wafer: 17,
      recipe: { name: 'ANY', version: 1 },
      setpoints: {},
      startedAt: '2026-12-06T00:00:00Z',
      endedAt: '2026-12-06T00:05:00Z',
    };
    yield { value: run, bytes: 100 };
  }
  const made = await ingestBatch(INGEST_KINDS.runs, 'test', runs(), 'atomic', NOW);
  expect(made.results.flatMap((r) => r.issues ?? [])).toEqual([]);
  const text = [HEAD, row('120', '2026-12-06T02:00:00Z', 18, 0), ''].join('\n');
  const mapping = { ...(await preview(file(text), null)).mapping, runKey: { constant: 'run-of-17' } };
  const shown = await preview(file(text), mapping);
  expect(shown).toMatchObject({ kept: 0, refused: 1 });
  expect(shown.faults[0]).toMatchObject({ field: 'runKey', lines: '2', wafers: 1 });
  expect((await uploadCsv(file(text), mapping, 'partial', WHO, NOW)).issues).toEqual(shown.faults);
});

test('spellings of one unit are one unit for an upload and for the API, kept in the spelling of the parameter', async () => {
  const { layer, operation } = (await db().one<{ layer: string; operation: string }>(
    sql`SELECT layer, name AS operation FROM operation WHERE name LIKE 'MSA%' LIMIT 1`,
  ))!;
  const record = (unit: string, wafer: number) => ({
    key: `sheet ${wafer}`,
    station: 'ELL-01',
    lot: 'CSV-1',
    wafer,
    product: 'KITE-45',
    layer,
    operation,
    parameter: 'sheet_resistance',
    unit,
    plan: 'p',
    measuredAt: '2026-12-06T03:00:00Z',
    x: [0],
    y: [0],
    value: [500],
  });
  const send = (...list: object[]) =>
    ingestBatch(
      INGEST_KINDS.measurements,
      'station',
      (async function* () {
        for (const value of list) yield { value, bytes: 100 };
      })(),
      'partial',
      NOW,
    );
  expect(await send(record('Ω/sq', 1), record('ohm/□', 2), record('kΩ/sq', 3))).toMatchObject({ accepted: 2, rejected: 1 });
  expect(await send(record('ohm/sq', 1))).toMatchObject({ accepted: 0, repeated: 1, rejected: 0 });
  const kept = await db().rows<{ unit: string }>(sql`SELECT DISTINCT unit FROM measurement WHERE parameter = 'sheet_resistance'`);
  expect(kept).toEqual([{ unit: 'ohm/sq' }]);
  const text = `Lot;Slot;Operation;Parameter;Unit;Station;Time;X;Y;Value\nCSV-1;4;${operation};sheet_resistance;Ω/sq;ELL-01;2026-12-06T03:00:00Z;0;0;500\n`;
  const shown = await preview(file(text), null);
  expect(shown).toMatchObject({ kept: 1, refused: 0, faultTotal: 0 });
  expect(await uploadCsv(file(text), shown.mapping, 'atomic', WHO, NOW)).toMatchObject({ accepted: 1 });
  const other = text.replace('Ω/sq', 'ohm/sq');
  expect(await uploadCsv(file(other), shown.mapping, 'atomic', WHO, NOW)).toMatchObject({ accepted: 0, repeated: 1 });
});

test('an upload is a line of the audit trail with file, mapping, counts and lots; one that is not kept says so', async () => {
  const text = [HEAD, row('120', '2026-12-07T02:00:00Z', 20, 0), row('121', '2026-12-07T02:00:00Z', 21, 0), ''].join('\n');
  const { mapping } = await preview(file(text), null);
  const send = (t: string, mode: 'partial' | 'atomic') => uploadCsv({ ...file(t), name: 'trail.csv' }, mapping, mode, WHO, NOW);
  const trail = () =>
    db().rows<{ actor: string; action: string; after: Record<string, unknown> }>(
      sql`SELECT actor, action, after FROM audit_entry WHERE entity = 'measurement file' AND entity_id = 'trail.csv' ORDER BY id`,
    );
  await send(text.replace('ELL-01', 'ELL-77'), 'atomic');
  await send(text, 'atomic');
  await send(text, 'partial');
  const lines = await trail();
  expect(
    lines.map((l) => [l.actor, l.action, l.after['mode'], l.after['kept'], l.after['refused'], l.after['repeated']]),
  ).toEqual([
    [WHO, 'upload', 'atomic', 0, 1, 0],
    [WHO, 'upload', 'atomic', 2, 0, 0],
    [WHO, 'upload', 'partial', 0, 0, 2],
  ]);
  expect(lines.map((l) => l.after['lots'])).toEqual([[], ['CSV-1'], []]);
  expect(lines[1]!.after).toMatchObject({ mapping, headerLine: 1, withheld: 0 });
});

test('what an atomic upload keeps is gone with its line of the trail', async () => {
  const text = [HEAD, row('120', '2026-12-07T03:00:00Z', 22, 0), ''].join('\n');
  const { mapping } = await preview(file(text), null);
  await db().exec(
    sql`CREATE FUNCTION no_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trail is full''; END'`,
  );
  await db().exec(sql`CREATE TRIGGER no_line BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION no_line()`);
  await refusal(uploadCsv(file(text), mapping, 'atomic', WHO, NOW));
  await db().exec(sql`DROP TRIGGER no_line ON audit_entry`);
  expect(await preview(file(text), mapping)).toMatchObject({ kept: 1, repeated: 0 });
});

test('a preview opens no partition of time; the upload does', async () => {
  const text = [HEAD, row('120', '2026-02-07T03:00:00Z', 23, 0), ''].join('\n');
  const partitions = async () => (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM pg_inherits`))!.n;
  const before = await partitions();
  const shown = await preview(file(text), null);
  expect(shown).toMatchObject({ kept: 1, faultTotal: 0 });
  expect(await partitions()).toBe(before);
  expect(await uploadCsv(file(text), shown.mapping, 'atomic', WHO, NOW)).toMatchObject({ accepted: 1 });
  expect(await partitions()).toBeGreaterThan(before);
});
