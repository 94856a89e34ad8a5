import { bulkInsert, perDatabase, type Tx } from '@/lib/db';
import type { OverlayMeasurementRecord } from '@/lib/formats/wire';
import { layoutDigest } from '../master/digests';

/** Layouts that this process has found stored. Bounded: a fab has thousands of plans, not millions. */
const remembered = perDatabase(() => new Set<string>());
const LIMIT = 20_000;

/** Stores the site layouts these wafers were measured on (most share one) and returns the layout id of each. */
export async function siteLayouts(tx: Tx, records: readonly { readonly x: number[]; readonly y: number[] }[]): Promise<string[]> {
  const ids = records.map((r) => layoutDigest(r.x, r.y));
  await store(ids, async (fresh) =>
    bulkInsert(
      tx,
      'site_layout',
      fresh.map((i) => ({ id: ids[i]!, n: records[i]!.x.length, x: records[i]!.x, y: records[i]!.y })),
      { key: ['id'], update: [] },
    ),
  );
  return ids;
}

export async function overlayLayouts(tx: Tx, records: readonly OverlayMeasurementRecord[]): Promise<string[]> {
  const ids = records.map((r) => layoutDigest(r.column, r.row, r.fx, r.fy, r.x, r.y));
  await store(ids, async (fresh) =>
    bulkInsert(
      tx,
      'overlay_layout',
      fresh.map((i) => {
        const { column, row, fx, fy, x, y } = records[i]!;
        return { id: ids[i]!, n: x.length, column, row, fx, fy, x, y };
      }),
      { key: ['id'], update: [] },
    ),
  );
  return ids;
}

/** The layout may come from a transaction that is rolled back later: it is remembered only once it has been found stored. */
async function store(ids: readonly string[], insert: (fresh: number[]) => Promise<number>): Promise<void> {
  const stored = remembered();
  const first = new Map<string, number>();
  ids.forEach((id, i) => {
    if (!stored.has(id) && !first.has(id)) first.set(id, i);
  });
  if (first.size === 0) return;
  const written = await insert([...first.values()]);
  if (written > 0) return;
  if (stored.size > LIMIT) stored.clear();
  for (const id of first.keys()) stored.add(id);
}
