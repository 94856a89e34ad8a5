import { z } from 'zod';
import { db, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { audit } from '../audit';
import { type BatchMode, INGEST_KINDS, ingestBatch } from '../ingest';
import { CSV_FIELDS, type CsvField, type CsvMapping, guessMapping } from './fields';
import { type Lookups, type MappedWafer, mapRows, type RowFault } from './map-rows';
import { type CsvTable, parseCsv } from './parse';

const FIRST_ROWS = 8;
const SHOWN_FAULTS = 200;
const SHOWN_WAFERS = 12;
const BATCH = 1000;

const names = CSV_FIELDS.map((f) => f.name) as [CsvField, ...CsvField[]];
const source = z.union([
  z.strictObject({ column: z.string().min(1).max(200) }),
  z.strictObject({ constant: z.string().trim().min(1).max(200) }),
]);
const mappingIn = z.partialRecord(z.enum(names), source);

export interface CsvPreview {
  header: string[];
  firstRows: string[][];
  rows: number;
  delimiter: string;
  mapping: CsvMapping;
  faults: RowFault[];
  faultTotal: number;
  wafers: {
    key: string;
    lot: string;
    slot: number;
    parameter: string;
    unit: string;
    sites: number;
    measured: number;
    mean: number | null;
  }[];
  waferTotal: number;
}

/** What a file would become: its first rows, the mapping (guessed when none is given), what is wrong, and the wafers it makes. */
export async function previewCsv(text: string, mapping: unknown): Promise<CsvPreview> {
  const table = parseCsv(text);
  const used = mapping === null ? guessMapping(table.header) : (mappingIn.parse(mapping) as CsvMapping);
  const { wafers, faults } = mapRows(table, used, await lookupsFor(table, used));
  return {
    header: table.header,
    firstRows: table.rows.slice(0, FIRST_ROWS),
    rows: table.rows.length,
    delimiter: table.delimiter,
    mapping: used,
    faults: faults.slice(0, SHOWN_FAULTS),
    faultTotal: faults.length,
    wafers: wafers.slice(0, SHOWN_WAFERS).map(summary),
    waferTotal: wafers.length,
  };
}

function summary(w: MappedWafer): CsvPreview['wafers'][number] {
  const value = (w.record['value'] as (number | null)[]).filter((v): v is number => v !== null);
  return {
    key: w.key,
    lot: String(w.record['lot']),
    slot: Number(w.record['wafer']),
    parameter: String(w.record['parameter']),
    unit: String(w.record['unit']),
    sites: w.lines.length,
    measured: value.length,
    mean: value.length > 0 ? value.reduce((s, v) => s + v, 0) / value.length : null,
  };
}

export interface CsvResult {
  accepted: number;
  repeated: number;
  rejected: number;
  withheld: number;
  /** Rejected wafers with the lines they came from. */
  issues: { line: number; field: string; message: string }[];
}

/**
 * Takes a file in through the same service as the API, as sender `csv:<e-mail>`. In `partial` mode wafers with unreadable rows are left
 * out and told; in `atomic` mode nothing is kept when anything is wrong.
 * @throws AppError `invalid_input` for a mapping that does not fit, or in atomic mode for unreadable rows.
 */
export async function uploadCsv(text: string, mapping: unknown, mode: BatchMode, email: string, now: number): Promise<CsvResult> {
  const table = parseCsv(text);
  const used = mappingIn.parse(mapping) as CsvMapping;
  const { wafers, faults } = mapRows(table, used, await lookupsFor(table, used));
  const first = faults[0];
  if (first !== undefined && (mode === 'atomic' || first.line === 0))
    throw new AppError('invalid_input', `line ${first.line}, ${first.field}: ${first.message}`, { faults: faults.length });
  if (wafers.length > 10 * BATCH)
    throw new AppError('payload_too_large', `the file makes ${wafers.length} wafers; at most ${10 * BATCH} go in one upload`);
  async function* records() {
    for (const w of wafers) yield { value: w.record, bytes: 32 * w.lines.length };
  }
  const batch = await ingestBatch(INGEST_KINDS.measurements, `csv:${email}`, records(), mode, now);
  return {
    accepted: batch.accepted,
    repeated: batch.repeated,
    rejected: batch.rejected + new Set(faults.map((f) => f.line)).size,
    withheld: batch.withheld,
    issues: [
      ...faults.map((f) => ({ line: f.line, field: f.field, message: f.message })),
      ...batch.results.flatMap((r) =>
        (r.issues ?? []).map((i) => ({ line: wafers[r.index]!.lines[0]!, field: i.path, message: i.message })),
      ),
    ].slice(0, SHOWN_FAULTS),
  };
}

/** The product of the lots and the layer of the operations that the file names, where the mapping has no column for them. */
async function lookupsFor(table: CsvTable, mapping: CsvMapping): Promise<Lookups> {
  const values = (field: CsvField): string[] => {
    const s = mapping[field];
    if (s === undefined) return [];
    if ('constant' in s) return [s.constant];
    const i = table.header.indexOf(s.column);
    return i < 0 ? [] : [...new Set(table.rows.map((r) => (r[i] ?? '').trim()))].slice(0, 20_000);
  };
  const [lots, operations] = await Promise.all([
    db().rows<{ name: string; product: string }>(sql`SELECT name, product FROM lot WHERE name = ANY(${values('lot')}::text[])`),
    db().rows<{ name: string; layer: string }>(
      sql`SELECT name, layer FROM operation WHERE name = ANY(${values('operation')}::text[])`,
    ),
  ]);
  return {
    productOfLot: new Map(lots.map((l) => [l.name, l.product])),
    layerOfOperation: new Map(operations.map((o) => [o.name, o.layer])),
  };
}

export interface SavedMapping {
  name: string;
  mapping: CsvMapping;
  author: string;
  createdMs: number;
}

export async function savedMappings(): Promise<SavedMapping[]> {
  const rows = await db().rows<{ name: string; mapping: CsvMapping; author: string; created_at: Date }>(
    sql`SELECT name, mapping, author, created_at FROM csv_mapping WHERE kind = 'measurement' ORDER BY name LIMIT 200`,
  );
  return rows.map(({ created_at, ...r }) => ({ ...r, createdMs: created_at.getTime() }));
}

/** Saves a mapping under a name; a name that exists is replaced. Audited. */
export async function saveMapping(name: unknown, mapping: unknown, actor: string): Promise<void> {
  const n = z.string().trim().min(2, 'give the mapping a name').max(80).parse(name);
  const m = mappingIn.parse(mapping);
  await transaction(async (tx) => {
    await tx.exec(sql`INSERT INTO csv_mapping (name, kind, mapping, author) VALUES (${n}, 'measurement', ${JSON.stringify(m)}::jsonb, ${actor})
      ON CONFLICT (name) DO UPDATE SET mapping = EXCLUDED.mapping, author = EXCLUDED.author, created_at = now()`);
    await audit(tx, { actor, action: 'save', entity: 'csv mapping', entityId: n, after: m });
  });
}
