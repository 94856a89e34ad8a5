import { computePool } from '@/lib/compute/pool';
import { mappedWafers, sharedBytes, type TableFile, type TableHead, type TableLookups } from '@/lib/compute/tables';
import { db, sql } from '@/lib/db';
import type { MappedRows } from '@/lib/formats/csv/map-rows';

/**
 * A file read on a thread, so that the server answers others meanwhile: its head, and by the mapping its wafers.
 * @param check - refuses by the head, before the rows are mapped.
 * @throws AppError `invalid_input` where the file is unreadable; `rate_limited` when too much is being computed.
 */
export async function readFile(
  file: TableFile,
  sender: string,
  check: (head: TableHead) => void = () => undefined,
): Promise<{ head: TableHead; mapped: MappedRows }> {
  const shared = { ...file, bytes: sharedBytes(file.bytes) };
  const head = await computePool().table<TableHead>({ ...shared, ask: 'head' }, sender);
  check(head);
  const lookups = await lookupsFor(head);
  const mapped = await mappedWafers((from) => computePool().table({ ...shared, ask: 'wafers', lookups, from }, sender));
  return { head, mapped };
}

/** The product of the lots and the layer of the operations that the file names, where the mapping has no column for them. */
async function lookupsFor({ lots, operations }: TableHead): Promise<TableLookups> {
  const [products, layers] = await Promise.all([
    db().rows<{ name: string; product: string }>(sql`SELECT name, product FROM lot WHERE name = ANY(${lots}::text[])`),
    db().rows<{ name: string; layer: string }>(sql`SELECT name, layer FROM operation WHERE name = ANY(${operations}::text[])`),
  ]);
  return {
    productOfLot: products.map((l) => [l.name, l.product] as const),
    layerOfOperation: layers.map((o) => [o.name, o.layer] as const),
  };
}
