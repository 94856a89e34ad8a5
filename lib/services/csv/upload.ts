import { z } from 'zod';
import { db, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { parsed, parsedField } from '@/lib/formats/parsed';
import { audit } from '../audit';
import { type BatchMode, type BatchResult, INGEST_KINDS, ingestBatch } from '../ingest';
import { CSV_FIELDS, type CsvField, type CsvMapping, DATE_ORDERS, guessMapping } from './fields';
import { type Lookups, type MappedWafer, mapRows, type RowFault, unusedColumns } from './map-rows';
import { type CsvTable, parseFindingHeader } from './parse';

const FIRST_ROWS = 8;
const SHOWN_FAULTS = 200;
const SHOWN_WAFERS = 12;
const BATCH = 1000;
/** Lines before the names of the columns, far more than any instrument writes. */
const HEADER_AT_MOST = 10_000;

const source = z.union([
  z.strictObject({ column: z.string().min(1).max(200) }),
  z.strictObject({ constant: z.string().trim().min(1).max(200) }),
]);
const mappingIn = z.strictObject({
  ...Object.fromEntries(CSV_FIELDS.map((f) => [f.name, source.optional()])),
  dates: z.enum(DATE_ORDERS).optional(),
});

/** A file as text, and the line that names its columns, from 1; null: it is searched for. */
export interface CsvFile {
  readonly text: string;
  readonly headerLine: number | null;
}

export interface CsvPreview {
  header: string[];
  headerLine: number;
  /** Lines before the header, which are not read. */
  metadata: { line: number; text: string }[];
  /** Columns that no field uses. */
  unused: string[];
  /** Earliest and latest time of the wafers as they were understood, UTC; null: no wafer. */
  times: { first: string; last: string } | null;
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

/**
 * What a file would become: its first rows, the mapping (guessed from the names when none is given), what is wrong, and the wafers it makes.
 * @throws AppError `invalid_input` when the file is unreadable, or the mapping names columns that it has not.
 */
export async function previewCsv(file: CsvFile, mapping: unknown): Promise<CsvPreview> {
  const table = parseFindingHeader(file.text, file.headerLine);
  const used = mapping === null ? guessMapping(table.header) : (parsed(mappingIn, mapping) as CsvMapping);
  const { wafers, faults } = mapRows(table, used, await lookupsFor(table, used));
  const times = wafers.map((w) => String(w.record['measuredAt'])).sort();
  return {
    header: table.header,
    headerLine: table.headerLine,
    metadata: table.metadata.slice(0, SHOWN_FAULTS),
    unused: unusedColumns(table.header, used),
    times: times.length > 0 ? { first: times[0]!, last: times.at(-1)! } : null,
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
  /**
   * What the file has put or found in the store, a group a lot and quantity; `id` is its first wafer, `from` its earliest time, `withoutRun`
   * how many of its wafers no run at the step is known of: charts and controllers follow process time, so these wait for it.
   */
  stored: {
    lot: string;
    product: string;
    operation: string;
    parameter: string;
    wafers: number;
    withoutRun: number;
    id: string;
    from: string;
  }[];
  /** Rejected wafers with the lines they came from. */
  issues: { line: number; field: string; message: string }[];
}

/**
 * Takes a file in through the same service as the API, as sender `csv:<e-mail>`. In `partial` mode wafers with unreadable rows are left
 * out and told; in `atomic` mode nothing is kept when anything is wrong. A header that was searched for and found below other lines is not
 * taken without being told: nothing is stored on a guess that nobody has seen.
 * @throws AppError `invalid_input` for a mapping that does not fit, a header line that is not told, or in atomic mode for unreadable rows.
 */
export async function uploadCsv(
  file: CsvFile,
  mapping: unknown,
  mode: BatchMode,
  email: string,
  now: number,
): Promise<CsvResult> {
  const table = parseFindingHeader(file.text, file.headerLine);
  if (file.headerLine === null && table.metadata.length > 0)
    throw new AppError(
      'invalid_input',
      `${table.metadata.length} lines stand before the names of the columns in line ${table.headerLine}; confirm the header line`,
      { field: 'headerLine', headerLine: table.headerLine },
    );
  const used = parsed(mappingIn, mapping) as CsvMapping;
  const { wafers, faults } = mapRows(table, used, await lookupsFor(table, used));
  const first = faults[0];
  if (first !== undefined && (mode === 'atomic' || first.line === 0))
    throw new AppError('invalid_input', `${first.line === 0 ? '' : `line ${first.line}, `}${first.field}: ${first.message}`, {
      faults: faults.length,
    });
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
    stored: storedGroups(batch, wafers, await idsWithoutRun(batch)),
    issues: [
      ...faults.map((f) => ({ line: f.line, field: f.field, message: f.message })),
      ...batch.results.flatMap((r) =>
        (r.issues ?? []).map((i) => ({ line: wafers[r.index]!.lines[0]!, field: i.path, message: i.message })),
      ),
    ].slice(0, SHOWN_FAULTS),
  };
}

async function idsWithoutRun(batch: BatchResult): Promise<ReadonlySet<string>> {
  const ids = batch.results.flatMap((r) => r.id ?? []);
  const rows = await db().rows<{ id: string }>(
    sql`SELECT id FROM measurement WHERE id = ANY(${ids}::uuid[]) AND processed_at IS NULL`,
  );
  return new Set(rows.map((r) => r.id));
}

function storedGroups(batch: BatchResult, wafers: readonly MappedWafer[], withoutRun: ReadonlySet<string>): CsvResult['stored'] {
  const groups = new Map<string, CsvResult['stored'][number]>();
  for (const r of batch.results) {
    if (r.id === undefined || (r.status !== 'accepted' && r.status !== 'repeated')) continue;
    const record = wafers[r.index]!.record as Record<'lot' | 'product' | 'operation' | 'parameter' | 'measuredAt', string>;
    const { lot, product, operation, parameter, measuredAt } = record;
    const key = JSON.stringify([lot, operation, parameter]);
    const g = groups.get(key);
    const waits = withoutRun.has(r.id) ? 1 : 0;
    if (g === undefined)
      groups.set(key, { lot, product, operation, parameter, wafers: 1, withoutRun: waits, id: r.id, from: measuredAt });
    else {
      g.wafers++;
      g.withoutRun += waits;
      if (measuredAt < g.from) g.from = measuredAt;
    }
  }
  return [...groups.values()];
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
  /** Line that names the columns in files of this shape, from 1; null: it is searched for. */
  headerLine: number | null;
  author: string;
  createdMs: number;
}

export async function savedMappings(): Promise<SavedMapping[]> {
  const rows = await db().rows<{
    name: string;
    mapping: CsvMapping;
    header_line: number | null;
    author: string;
    created_at: Date;
  }>(
    sql`SELECT name, mapping, header_line, author, created_at FROM csv_mapping WHERE kind = 'measurement' ORDER BY name LIMIT 200`,
  );
  return rows.map(({ created_at, header_line, ...r }) => ({ ...r, headerLine: header_line, createdMs: created_at.getTime() }));
}

const headerLineIn = z
  .int()
  .min(1, 'lines count from 1')
  .max(HEADER_AT_MOST, `names of columns below line ${HEADER_AT_MOST} are not taken`)
  .nullable();

/**
 * Saves a mapping and the line that names the columns under a name; a name that exists is replaced. Audited.
 * @param headerLine - from 1; null where it is searched for.
 */
export async function saveMapping(name: unknown, mapping: unknown, headerLine: unknown, actor: string): Promise<void> {
  const n = parsedField('name', z.string().trim().min(2, 'give the mapping a name').max(80), name);
  const m = parsed(mappingIn, mapping);
  const line = parsedField('headerLine', headerLineIn, headerLine);
  await transaction(async (tx) => {
    await tx.exec(sql`INSERT INTO csv_mapping (name, kind, mapping, header_line, author) VALUES (${n}, 'measurement', ${JSON.stringify(m)}::jsonb, ${line}::int, ${actor})
      ON CONFLICT (name) DO UPDATE SET mapping = EXCLUDED.mapping, header_line = EXCLUDED.header_line, author = EXCLUDED.author, created_at = now()`);
    await audit(tx, { actor, action: 'save', entity: 'csv mapping', entityId: n, after: { ...m, headerLine: line } });
  });
}
