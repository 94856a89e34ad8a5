import { type Sql, sql, type Tx } from '@/lib/db';
import type { FabRecord } from '@/lib/formats/fab';

type Row = Readonly<Record<string, unknown>>;
type Named = Map<string, Row>;

/** Master data that a document names, kind by kind, as the rows are now. */
export type MasterRows = Map<string, Named>;

const names = (list: readonly { readonly name: string }[]): string[] => list.map((v) => v.name);

/** Reads the rows of what the document names, so that a second read shows what it changed. */
export async function masterRows(tx: Tx, fab: FabRecord): Promise<MasterRows> {
  const read = async (rows: Sql): Promise<Named> =>
    new Map((await tx.rows<{ name: string; row: Row }>(rows)).map((r) => [r.name, r.row]));
  return new Map([
    ['areas', await read(sql`SELECT name, to_jsonb(t) AS row FROM area t WHERE name = ANY(${fab.areas}::text[])`)],
    ['tools', await read(sql`SELECT name, to_jsonb(t) AS row FROM tool t WHERE name = ANY(${names(fab.tools)}::text[])`)],
    [
      'stations',
      await read(sql`SELECT name, to_jsonb(t) AS row FROM station t WHERE name = ANY(${names(fab.stations)}::text[])`),
    ],
    [
      'products',
      await read(sql`SELECT name, to_jsonb(t) AS row FROM product t WHERE name = ANY(${names(fab.products)}::text[])`),
    ],
    [
      'operations',
      await read(sql`SELECT name, to_jsonb(t) AS row FROM operation t WHERE name = ANY(${names(fab.operations)}::text[])`),
    ],
    ['routes', await read(sql`SELECT name, to_jsonb(t) AS row FROM route t WHERE name = ANY(${names(fab.routes)}::text[])`)],
    [
      'parameters',
      await read(sql`SELECT name, to_jsonb(t) AS row FROM parameter t WHERE name = ANY(${names(fab.parameters)}::text[])`),
    ],
  ]);
}

/** What a document changed, for the audit trail: names of what is new, and the fields that differ before and after. */
export function masterChanges(before: MasterRows, after: MasterRows) {
  const added: Record<string, string[]> = {};
  const was: Record<string, Record<string, Row>> = {};
  const is: Record<string, Record<string, Row>> = {};
  for (const [kind, rows] of after)
    for (const [name, row] of rows) {
      const old = before.get(kind)?.get(name);
      if (old === undefined) {
        added[kind] = [...(added[kind] ?? []), name];
        continue;
      }
      const fields = Object.keys(row).filter((f) => JSON.stringify(row[f]) !== JSON.stringify(old[f]));
      if (fields.length === 0) continue;
      const only = (r: Row): Row => Object.fromEntries(fields.map((f) => [f, r[f]]));
      was[kind] = { ...was[kind], [name]: only(old) };
      is[kind] = { ...is[kind], [name]: only(row) };
    }
  return { added, before: was, after: is };
}
