import { bulkInsert, db, sql } from '@/lib/db';

interface Tally {
  done: number;
  records: number;
  failed: number;
  busy_ms: number;
  lag_ms: number;
}

const tallies = new Map<string, Tally>();
const processName = `worker-${process.pid}`;

/** Counts a task that a stage completed or failed: kept in memory and written every few seconds. */
export function tally(stage: string, records: number, busyMs: number, lagMs: number, failed: boolean): void {
  const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
  const key = `${minute}|${stage}`;
  const t = tallies.get(key) ?? { done: 0, records: 0, failed: 0, busy_ms: 0, lag_ms: 0 };
  if (failed) t.failed++;
  else t.done++;
  t.records += records;
  t.busy_ms += busyMs;
  t.lag_ms = Math.max(t.lag_ms, lagMs);
  tallies.set(key, t);
}

export async function flushTallies(): Promise<void> {
  const rows = [...tallies].map(([key, t]) => {
    const [minute, stage] = key.split('|') as [string, string];
    return { minute, stage, process: processName, ...t };
  });
  tallies.clear();
  await bulkInsert(
    db(),
    'flow_minute',
    rows,
    sql`ON CONFLICT (minute, stage, process) DO UPDATE SET done = flow_minute.done + EXCLUDED.done, records = flow_minute.records + EXCLUDED.records, failed = flow_minute.failed + EXCLUDED.failed, busy_ms = flow_minute.busy_ms + EXCLUDED.busy_ms, lag_ms = greatest(flow_minute.lag_ms, EXCLUDED.lag_ms)`,
  );
}
