import { asFloat32, bulkInsert, db, digestId, sql, type Tx } from '@/lib/db';
import type { Ref } from '@/lib/queue/jobs';
import { featureNames, type StepWindow, summariseTrace } from '@/lib/traces';
import { codeVersion } from '../system/code-version';

export interface RunSummary {
  readonly runId: string;
  readonly startedAt: Date;
  readonly featureSetId: string;
  readonly names: readonly string[];
  readonly units: readonly string[];
  readonly values: Float64Array;
  readonly lot: string;
  readonly operation: string;
  readonly product: string;
  readonly tool: string;
  readonly chamber: string;
  readonly setpoints: Readonly<Record<string, number>>;
}

export interface Summaries {
  readonly runs: RunSummary[];
  readonly sets: Map<string, { id: string; names: string[]; units: string[] }>;
}

interface TraceRow {
  run_id: string;
  started_at: Date;
  n: number;
  t: Buffer;
  v: Buffer;
  steps: StepWindow[];
  names: string[];
  units: string[];
  lot: string;
  operation: string;
  product: string;
  tool: string;
  chamber: string;
  setpoints: Record<string, number>;
}

/** Reads the traces of these runs and extracts their step features. */
export async function summariseRuns(refs: readonly Ref[]): Promise<Summaries> {
  const ids = refs.map((r) => r.id);
  const from = new Date(Math.min(...refs.map((r) => r.at)));
  const to = new Date(Math.max(...refs.map((r) => r.at)));
  const rows = await db().rows<TraceRow>(sql`
    SELECT t.run_id, t.started_at, t.n, t.t, t.v, t.steps, s.names, s.units, r.lot, r.operation, r.product, r.tool, r.chamber, r.setpoints
    FROM trace t JOIN sensor_set s ON s.id = t.sensor_set_id JOIN run r ON r.id = t.run_id AND r.started_at = t.started_at
    WHERE t.run_id = ANY(${ids}::uuid[]) AND t.started_at BETWEEN ${from} AND ${to} ORDER BY t.started_at, t.run_id`);
  const sets = new Map<string, { id: string; names: string[]; units: string[] }>();
  const runs = rows.map((r): RunSummary => {
    const list = featureNames(
      r.names,
      r.units,
      r.steps.map((s) => s.name),
    );
    const id = digestId(JSON.stringify(list));
    sets.set(id, { id, ...list });
    const values = new Float64Array(list.names.length);
    summariseTrace(asFloat32(r.t), asFloat32(r.v), r.names.length, r.steps, values);
    return {
      runId: r.run_id,
      startedAt: r.started_at,
      featureSetId: id,
      names: list.names,
      units: list.units,
      values,
      lot: r.lot,
      operation: r.operation,
      product: r.product,
      tool: r.tool,
      chamber: r.chamber,
      setpoints: r.setpoints,
    };
  });
  return { runs, sets };
}

export async function storeSummaries(tx: Tx, s: Summaries): Promise<void> {
  await bulkInsert(tx, 'feature_set', [...s.sets.values()], { key: ['id'], update: [] });
  await bulkInsert(
    tx,
    'run_summary',
    s.runs.map((r) => ({
      run_id: r.runId,
      started_at: r.startedAt,
      feature_set_id: r.featureSetId,
      values: r.values,
      code_version: codeVersion('features'),
    })),
    { key: ['run_id', 'started_at'] },
  );
}
