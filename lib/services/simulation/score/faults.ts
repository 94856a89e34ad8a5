import { type Db, sql } from '@/lib/db';

/** A fault that the simulator injected, as it knows it. */
export interface InjectedFault {
  readonly id: string;
  readonly type: string;
  readonly operations: readonly string[];
  readonly tool: string;
  /** Its first and last run, epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Runs and lots that it touched. */
  readonly runs: ReadonlySet<string>;
  readonly lots: ReadonlySet<string>;
}

/** Faults that are read at most, the newest. */
const MOST = 2_000;

/** The faults of a simulated fab with the runs that they touched; for scoring only. */
export async function injectedFaults(from: Db): Promise<InjectedFault[]> {
  const rows = await from.rows<{
    id: string;
    type: string;
    tool: string;
    operations: string[];
    from_at: Date;
    to_at: Date;
    runs: string[] | null;
    lots: string[] | null;
  }>(sql`
    SELECT f.id, f.fault_type AS type, f.tool, array_agg(DISTINCT f.operation) AS operations, min(f.from_at) AS from_at, max(f.to_at) AS to_at,
      array_agg(DISTINCT r.id::text) FILTER (WHERE r.id IS NOT NULL) AS runs, array_agg(DISTINCT r.lot) FILTER (WHERE r.id IS NOT NULL) AS lots
    FROM (SELECT s.*, split_part(s.key, '/', 1) AS id FROM sim_fault s) f
    LEFT JOIN LATERAL unnest(f.run_keys) AS k(key) ON true
    LEFT JOIN run r ON r.key = k.key AND r.tool = f.tool AND r.operation = f.operation AND r.started_at BETWEEN f.from_at - interval '1 day' AND f.to_at + interval '1 day'
    GROUP BY f.id, f.fault_type, f.tool ORDER BY min(f.from_at) DESC LIMIT ${MOST}`);
  return rows.map((r) => ({
    id: r.id,
    type: r.type,
    tool: r.tool,
    operations: r.operations,
    fromMs: r.from_at.getTime(),
    toMs: r.to_at.getTime(),
    runs: new Set(r.runs ?? []),
    lots: new Set(r.lots ?? []),
  }));
}
