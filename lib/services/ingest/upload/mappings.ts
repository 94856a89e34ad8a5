import { z } from 'zod';
import { db, sql, transaction } from '@/lib/db';
import { CSV_FIELDS, type CsvField, type CsvMapping, DATE_ORDERS } from '@/lib/formats/csv/fields';
import { audit } from '../../audit';
import { timeOf, verb } from '../../verb';

/** Most lines before the column names, far more than any instrument writes. */
const HEADER_AT_MOST = 10_000;

const source = z.union([
  z.strictObject({ column: z.string().min(1).max(200) }),
  z.strictObject({ constant: z.string().trim().min(1).max(200) }),
]);
/** A mapping as it is sent; unknown fields are refused. */
export const mappingIn = z.strictObject({
  ...(Object.fromEntries(CSV_FIELDS.map((f) => [f.name, source.optional()])) as Record<CsvField, z.ZodOptional<typeof source>>),
  dates: z.enum(DATE_ORDERS).optional(),
});

export interface SavedMapping {
  name: string;
  mapping: CsvMapping;
  /** Line with the column names in files of this shape, from 1; null: it is searched for. */
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

/** From 1; null where it is searched for. */
const headerLineIn = z
  .int()
  .min(1, 'lines count from 1')
  .max(HEADER_AT_MOST, `names of columns below line ${HEADER_AT_MOST} are not taken`)
  .nullable();

/** Saves a mapping and its header line under a name; an existing one is replaced. Audited. */
export const saveMapping = verb(
  {
    name: 'csv-mapping.save',
    least: 'engineer',
    input: z.strictObject({
      name: z.string().trim().min(2, 'give the mapping a name').max(80),
      mapping: mappingIn,
      headerLine: headerLineIn,
    }),
    body: 'mapping',
  },
  async (ctx, { name, mapping, headerLine }) =>
    transaction(async (tx) => {
      await tx.exec(sql`INSERT INTO csv_mapping (name, kind, mapping, header_line, author, created_at)
        VALUES (${name}, 'measurement', ${JSON.stringify(mapping)}::jsonb, ${headerLine}::int, ${ctx.by.email}, ${timeOf(ctx)})
        ON CONFLICT (name) DO UPDATE SET mapping = EXCLUDED.mapping, header_line = EXCLUDED.header_line, author = EXCLUDED.author, created_at = EXCLUDED.created_at`);
      await audit(tx, ctx, { action: 'save', entity: 'csv mapping', entityId: name, after: { ...mapping, headerLine } });
    }),
);
