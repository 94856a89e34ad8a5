import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, sql } from '@/lib/db';
import { INGEST_KINDS, ingestBatch } from '@/lib/services/ingest';
import { type CsvMapping, uploadCsv } from '@/lib/services/ingest/upload';
import type { TestDatabase } from '../support';
import { as } from '../support/as';
import { TRAIL_FULL, trailOf, withoutTrail } from '../support/trail';
import { file, HEAD, NOW, preview, row, uploadDatabase, WHO } from '../support/wafer-file';

/** What a preview promises, the upload keeps; the trail says who uploaded what. */
let database: TestDatabase;
beforeAll(async () => {
  database = await uploadDatabase();
});
afterAll(async () => {
  await closePool();
  await database.drop();
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
  const kept = await uploadCsv(as(WHO, { now: NOW }), { ...file(text), mapping, mode: 'partial' });
  expect(kept.issues).toEqual(shown.faults);
  expect(kept).toMatchObject({ accepted: shown.kept, rejected: shown.refused, issueTotal: shown.faultTotal });
  expect(await preview(file(text), mapping)).toMatchObject({ kept: 0, repeated: 1, refused: 8 });
});

test('a file of an instrument, with blanks between its columns, is told before and kept as CSV is', async () => {
  const sites = [0, 40, -40, 80].map((x, i) => `CSV-1  19  2026-12-05T01:00:00Z  ${x}.0  0.0  ${120 + i / 8}`);
  const text = ['Recipe:  OX-120', 'Operator:  7', '', 'Lot  Slot  Time  X (mm)  Y (mm)  Thickness (nm)', ...sites, ''].join(
    '\n',
  );
  const mapping: CsvMapping = {
    lot: { column: 'Lot' },
    wafer: { column: 'Slot' },
    measuredAt: { column: 'Time' },
    x: { column: 'X (mm)' },
    y: { column: 'Y (mm)' },
    value: { column: 'Thickness (nm)' },
    operation: { constant: 'CVD-OXIDE' },
    station: { constant: 'ELL-01' },
    parameter: { constant: 'oxide_thickness' },
    unit: { constant: 'nm' },
  };
  const shown = await preview(file(text), mapping);
  expect(shown).toMatchObject({ headerLine: 4, rows: 4, waferTotal: 1, kept: 1, faultTotal: 0 });
  expect(shown.metadata.map((m) => m.text)).toEqual(['Recipe:  OX-120', 'Operator:  7']);
  const kept = await uploadCsv(as(WHO, { now: NOW }), { ...file(text, 4), mapping, mode: 'atomic' });
  expect(kept).toMatchObject({ accepted: 1, rejected: 0 });
  const [m] = await db().rows<{ value: Float64Array; x: Float64Array }>(sql`
    SELECT m.value, l.x FROM measurement m JOIN site_layout l ON l.id = m.layout_id WHERE m.lot = 'CSV-1' AND m.slot = 19`);
  expect([Array.from(m!.x), Array.from(m!.value)]).toEqual([
    [0, 40, -40, 80],
    [120, 120.125, 120.25, 120.375],
  ]);
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
  expect((await uploadCsv(as(WHO, { now: NOW }), { ...file(text), mapping, mode: 'partial' })).issues).toEqual(shown.faults);
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
  expect(await uploadCsv(as(WHO, { now: NOW }), { ...file(text), mapping: shown.mapping, mode: 'atomic' })).toMatchObject({
    accepted: 1,
  });
  const other = text.replace('Ω/sq', 'ohm/sq');
  expect(await uploadCsv(as(WHO, { now: NOW }), { ...file(other), mapping: shown.mapping, mode: 'atomic' })).toMatchObject({
    accepted: 0,
    repeated: 1,
  });
});

test('an upload is a line of the audit trail with file, mapping, counts and lots; one that is not kept says so', async () => {
  const text = [HEAD, row('120', '2026-12-07T02:00:00Z', 20, 0), row('121', '2026-12-07T02:00:00Z', 21, 0), ''].join('\n');
  const { mapping } = await preview(file(text), null);
  const send = (t: string, mode: 'partial' | 'atomic') =>
    uploadCsv(as(WHO, { now: NOW }), { ...{ ...file(t), name: 'trail.csv' }, mapping, mode });
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
    [WHO, 'begin upload', 'partial', undefined, undefined, undefined],
    [WHO, 'upload', 'partial', 0, 0, 2],
  ]);
  expect(lines.map((l) => l.after['lots'])).toEqual([[], ['CSV-1'], undefined, []]);
  expect(lines[2]!.after).toMatchObject({ mapping, headerLine: 1, wafers: 2 });
  expect(lines[1]!.after).toMatchObject({ mapping, headerLine: 1, withheld: 0 });
});

test.each(['atomic', 'partial'] as const)('an upload, %s, keeps nothing that the trail does not know of', async (mode) => {
  const text = [HEAD, row('120', '2026-12-07T03:00:00Z', 22, 0), ''].join('\n');
  const { mapping } = await preview(file(text), null);
  await withoutTrail(async () => {
    await expect(uploadCsv(as(WHO, { now: NOW }), { ...file(text), mapping, mode })).rejects.toThrow(TRAIL_FULL);
  });
  expect(await preview(file(text), mapping)).toMatchObject({ kept: 1, repeated: 0 });
});

test('a partial upload whose last line cannot be written is still in the trail, with the file and how it was read', async () => {
  const text = [HEAD, row('120', '2026-12-07T04:00:00Z', 24, 0), ''].join('\n');
  const { mapping } = await preview(file(text), null);
  await withoutTrail(async () => {
    await expect(
      uploadCsv(as(WHO, { now: NOW }), { ...file(text), name: 'broken off.csv', mapping, mode: 'partial' }),
    ).rejects.toThrow(TRAIL_FULL);
  }, sql`NEW.action = 'upload'`);
  expect(await preview(file(text), mapping)).toMatchObject({ kept: 0, repeated: 1 });
  expect((await trailOf('measurement file', 'broken off.csv')).map((l) => [l.actor, l.action])).toEqual([[WHO, 'begin upload']]);
});

test('a preview opens no partition of time; the upload does', async () => {
  const text = [HEAD, row('120', '2026-02-07T03:00:00Z', 23, 0), ''].join('\n');
  const partitions = async () => (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM pg_inherits`))!.n;
  const before = await partitions();
  const shown = await preview(file(text), null);
  expect(shown).toMatchObject({ kept: 1, faultTotal: 0 });
  expect(await partitions()).toBe(before);
  expect(await uploadCsv(as(WHO, { now: NOW }), { ...file(text), mapping: shown.mapping, mode: 'atomic' })).toMatchObject({
    accepted: 1,
  });
  expect(await partitions()).toBeGreaterThan(before);
});
