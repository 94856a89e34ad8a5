import { type Db, sql } from '@/lib/db';

/** Whether this database holds the ground truth of a simulated fab. */
export async function hasGroundTruth(tx: Db): Promise<boolean> {
  const row = await tx.one<{ has: boolean }>(
    sql`SELECT EXISTS (SELECT 1 FROM sim_fault) OR EXISTS (SELECT 1 FROM sim_twin) AS has`,
  );
  return row!.has;
}

/** The runs of a product at an operation since a time in which the simulator injected a fault. For scoring only: no detector and no controller uses it. */
export async function faultRuns(tx: Db, operation: string, product: string, from: Date): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(sql`
    SELECT DISTINCT r.id FROM sim_fault f CROSS JOIN LATERAL unnest(f.run_keys) AS k(key)
    JOIN run r ON r.key = k.key AND r.tool = f.tool AND r.operation = f.operation AND r.started_at BETWEEN f.from_at AND f.to_at
    WHERE f.operation = ${operation} AND f.to_at >= ${from} AND r.product = ${product} AND r.started_at >= ${from}`);
  return rows.map((r) => r.id);
}
