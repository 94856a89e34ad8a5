import { z } from 'zod';
import { db, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { CsvMapping } from '@/lib/formats/csv/fields';
import { type MappedRows, type MappedWafer, unusedColumns } from '@/lib/formats/csv/map-rows';
import { MAX_BATCH } from '@/lib/formats/wire';
import { audit } from '../../audit';
import { type Ctx, verb } from '../../verb';
import { type BatchMode, type BatchResult, INGEST_KINDS, ingestBatch, judgeBatch } from '..';
import { type CsvFault, faultKinds } from './faults';
import { mappingIn } from './mappings';
import { readFile } from './read-file';

const SHOWN_FAULTS = 200;
const SHOWN_WAFERS = 12;

/** A file, and the line that names its columns, from 1; null: it is searched for. */
const fileIn = { name: z.string(), bytes: z.instanceof(Uint8Array), headerLine: z.int().min(1).nullable() };

export interface CsvPreview {
  header: string[];
  headerLine: number;
  /** Lines before the header, which are not read. */
  metadata: { line: number; text: string }[];
  /** Columns that no field uses. */
  unused: string[];
  /** Earliest and latest time of the wafers as parsed, UTC; null: no wafer. */
  times: { first: string; last: string } | null;
  firstRows: string[][];
  rows: number;
  delimiter: string;
  mapping: CsvMapping;
  /** Faults, each kind once: of rows that cannot be read, and of wafers that would be refused. */
  faults: CsvFault[];
  faultTotal: number;
  /** Wafers that an upload would keep now, that are stored already, and that it would refuse. */
  kept: number;
  repeated: number;
  refused: number;
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
 * A preview of a file: its first rows, the mapping (guessed from the names when none is given), the wafers it makes, and the result that its upload
 * would give, by the same checks. A key that the caller has used before is a repeat.
 * @throws AppError `invalid_input` when the file is unreadable, or the mapping names columns that it does not have.
 */
export const previewCsv = verb(
  {
    name: 'csv.preview',
    least: 'engineer',
    input: z.strictObject({ ...fileIn, mapping: mappingIn.nullable() }),
    body: 'mapping',
  },
  async (ctx, { bytes, headerLine, mapping }): Promise<CsvPreview> => {
    const { head: table, mapped } = await readFile({ bytes, headerLine, mapping }, senderOf(ctx));
    const used = table.mapping;
    const { wafers } = mapped;
    const many = tooMany(wafers);
    const batch =
      many === null ? await judgeBatch(INGEST_KINDS.measurements, senderOf(ctx), records(wafers), ctx.now()) : NOTHING;
    const faults = [...(many === null ? [] : [many]), ...faultKinds(mapped, batch.results)];
    const times = wafers.map((w) => String(w.record['measuredAt'])).sort();
    return {
      header: table.header,
      headerLine: table.headerLine,
      metadata: table.metadata.slice(0, SHOWN_FAULTS),
      unused: unusedColumns(table.header, used),
      times: times.length > 0 ? { first: times[0]!, last: times.at(-1)! } : null,
      firstRows: table.firstRows,
      rows: table.rows,
      delimiter: table.delimiter,
      mapping: used,
      faults: faults.slice(0, SHOWN_FAULTS),
      faultTotal: faults.length,
      kept: batch.accepted,
      repeated: batch.repeated,
      refused: many === null ? batch.rejected + mapped.refused.length : wafers.length + mapped.refused.length,
      wafers: wafers.slice(0, SHOWN_WAFERS).map(summary),
      waferTotal: wafers.length,
    };
  },
);

const NOTHING: BatchResult = { accepted: 0, repeated: 0, rejected: 0, withheld: 0, results: [] };

/** The sender of the records of an upload. */
const senderOf = (ctx: Ctx): string => `csv:${ctx.by.email}`;

async function* records(wafers: readonly MappedWafer[]) {
  for (const w of wafers) yield { value: w.record, bytes: 32 * w.lines.length };
}

/** More wafers than one upload may hold are a fault of the file as a whole. */
const tooMany = (wafers: readonly MappedWafer[]): CsvFault | null =>
  wafers.length <= MAX_BATCH
    ? null
    : {
        line: 0,
        lines: '',
        rows: 0,
        wafers: wafers.length,
        field: 'file',
        message: `the file makes ${wafers.length} wafers; at most ${MAX_BATCH} go in one upload`,
      };

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
   * What the file stored or found stored, one group per lot and quantity; `id` is its first wafer, `from` its earliest time, `withoutRun` the number
   * of its wafers without a known run at the step: charts and controllers follow process time, so these wait for it.
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
  /** Why wafers were refused, each kind once, and the number of kinds. */
  issues: CsvFault[];
  issueTotal: number;
}

/**
 * Takes a file in through the same service as the API, as sender `csv:<e-mail>`. In `partial` mode wafers with unreadable rows are left
 * out and told; in `atomic` mode nothing is kept when anything is wrong. A header that was searched for and found below other lines is not
 * taken without being told: nothing is stored on a guess that nobody has seen. An atomic upload is one transaction with its line of the audit trail; a partial one, which keeps chunk
 * after chunk, has a line before the first and one with its outcome after the last: no wafer is kept of which the trail does not know the file.
 * @throws AppError `invalid_input` for a mapping that does not fit, a header line that is not told, or in atomic mode for unreadable rows.
 */
export const uploadCsv = verb(
  {
    name: 'csv.store',
    least: 'engineer',
    input: z.strictObject({ ...fileIn, mapping: mappingIn, mode: z.enum(['partial', 'atomic']) }),
    body: 'mapping',
  },
  async (ctx, { name, bytes, headerLine, mapping: used, mode }): Promise<CsvResult> => {
    const { head: table, mapped } = await readFile({ bytes, headerLine, mapping: used }, senderOf(ctx), (head) => {
      if (headerLine === null && head.metadata.length > 0)
        throw new AppError(
          'invalid_input',
          `${head.metadata.length} lines stand before the names of the columns in line ${head.headerLine}; confirm the header line`,
          { field: 'headerLine', headerLine: head.headerLine },
        );
    });
    const { wafers, faults } = mapped;
    const first = faults[0];
    if (first !== undefined && (mode === 'atomic' || first.line === 0))
      throw new AppError('invalid_input', `${first.line === 0 ? '' : `line ${first.line}, `}${first.field}: ${first.message}`, {
        faults: faults.length,
      });
    const many = tooMany(wafers);
    if (many !== null) throw new AppError('payload_too_large', many.message);
    const line = { file: name, headerLine: table.headerLine, mapping: used, mode };
    if (mode === 'partial') await transaction((tx) => auditUpload(tx, ctx, 'begin upload', line, { wafers: wafers.length }));
    const batch = await ingestBatch(INGEST_KINDS.measurements, senderOf(ctx), records(wafers), mode, ctx.now(), (tx, kept) =>
      auditUpload(tx, ctx, 'upload', line, outcome(mapped, kept)),
    );
    const issues = faultKinds(mapped, batch.results);
    return {
      accepted: batch.accepted,
      repeated: batch.repeated,
      rejected: batch.rejected + mapped.refused.length,
      withheld: batch.withheld,
      stored: storedGroups(batch, wafers, await idsWithoutRun(batch)),
      issues: issues.slice(0, SHOWN_FAULTS),
      issueTotal: issues.length,
    };
  },
);

/** A line of the trail: which file, how it was read, and what is known of its wafers. */
const auditUpload = (
  tx: Tx,
  ctx: Ctx,
  action: 'begin upload' | 'upload',
  after: { readonly file: string; readonly headerLine: number; readonly mapping: CsvMapping; readonly mode: BatchMode },
  wafers: Readonly<Record<string, unknown>>,
): Promise<void> =>
  audit(tx, ctx, { action, entity: 'measurement file', entityId: after.file.slice(0, 200), after: { ...after, ...wafers } });

/** What became of the wafers of a file. */
function outcome({ wafers, refused }: MappedRows, { accepted, repeated, rejected, withheld, results }: BatchResult) {
  const lots = results.flatMap((r) => (r.status === 'accepted' ? [String(wafers[r.index]!.record['lot'])] : []));
  return { kept: accepted, repeated, refused: rejected + refused.length, withheld, lots: [...new Set(lots)].sort() };
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
