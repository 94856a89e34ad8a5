import { asBuffer, asFloat32, bulkInsert, digestId, perDatabase, sql, type Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import type { RunRecord, TraceRecord } from '@/lib/formats/wire';
import { issue } from '../master/checks';
import type { Accepted } from './types';

type Samples = TraceRecord['t'] | TraceRecord['sensors'][number]['values'];

const decode = (s: { f32: string }): Float32Array => asFloat32(Buffer.from(s.f32, 'base64'));

export const samplesIn = (s: Samples): number =>
  Array.isArray(s) ? s.length : Math.floor(Buffer.byteLength(s.f32, 'base64') / 4);

/** A recording may continue this long after the end of its run, ms. */
const AFTER_RUN_MS = 60_000;

/** What makes a trace unusable: lengths that differ, times that do not ascend or lie after the run, sensors named twice, infinite samples. @param runMs - how long the run took. */
export function traceFaults(trace: TraceRecord, runMs: number): FieldIssue[] {
  const n = samplesIn(trace.t);
  const t = Array.isArray(trace.t) ? trace.t : decode(trace.t);
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(t[i]) || (i > 0 && t[i]! <= t[i - 1]!))
      return [issue(`trace.t.${i}`, `sample time ${t[i]} does not ascend; times are seconds from the start of the run`)];
  }
  const last = n > 0 ? t[n - 1]! : 0;
  if (last * 1000 > runMs + AFTER_RUN_MS)
    return [
      issue(
        `trace.t.${n - 1}`,
        `the last sample is at ${last} s, but the run took ${runMs / 1000} s; times are seconds from the start of the run`,
      ),
    ];
  const seen = new Set<string>();
  for (const [k, s] of trace.sensors.entries()) {
    const path = `trace.sensors.${k}`;
    if (seen.has(s.name)) return [issue(`${path}.name`, `sensor "${s.name}" is sent twice`)];
    seen.add(s.name);
    const m = samplesIn(s.values);
    if (m !== n) return [issue(`${path}.values`, `has ${m} samples, but trace.t has ${n}`)];
    if (!Array.isArray(s.values)) {
      const v = decode(s.values);
      for (let i = 0; i < m; i++)
        if (v[i] === Number.POSITIVE_INFINITY || v[i] === Number.NEGATIVE_INFINITY)
          return [issue(`${path}.values`, `sample ${i} is infinite; send NaN where nothing was recorded`)];
    }
  }
  const bad = trace.steps.findIndex((s) => s.end < s.start);
  return bad < 0 ? [] : [issue(`trace.steps.${bad}.end`, 'a step ends before it starts')];
}

/** All samples of a trace as float32, sensor after sensor; NaN where nothing was recorded. */
export function packTrace(trace: TraceRecord): { n: number; t: Float32Array; v: Float32Array } {
  const n = samplesIn(trace.t);
  const t = Array.isArray(trace.t) ? Float32Array.from(trace.t) : decode(trace.t);
  const v = new Float32Array(n * trace.sensors.length);
  for (const [k, { values }] of trace.sensors.entries()) {
    if (!Array.isArray(values)) v.set(decode(values), k * n);
    else for (let i = 0; i < n; i++) v[k * n + i] = values[i] ?? Number.NaN;
  }
  return { n, t, v };
}

const remembered = perDatabase(() => new Set<string>());

/** Writes the traces in one statement: all blobs travel as two binary parameters and are split by the server. */
export async function insertTraces(tx: Tx, runs: readonly Accepted<RunRecord>[]): Promise<void> {
  const withTrace = runs.filter((r) => r.record.trace !== undefined);
  if (withTrace.length === 0) return;
  const knownSets = remembered();
  const sets = new Map<string, { id: string; names: string[]; units: string[] }>();
  const tBlobs: Buffer[] = [];
  const vBlobs: Buffer[] = [];
  const cols = {
    id: [] as string[],
    at: [] as string[],
    set: [] as string[],
    n: [] as number[],
    steps: [] as string[],
    tOff: [] as number[],
    vOff: [] as number[],
    vLen: [] as number[],
  };
  let tOff = 1;
  let vOff = 1;
  for (const { id, record } of withTrace) {
    const trace = record.trace!;
    const names = trace.sensors.map((s) => s.name);
    const units = trace.sensors.map((s) => s.unit);
    const set = digestId(JSON.stringify([names, units]));
    if (!knownSets.has(set)) sets.set(set, { id: set, names, units });
    const p = packTrace(trace);
    cols.id.push(id);
    cols.at.push(record.startedAt);
    cols.set.push(set);
    cols.n.push(p.n);
    cols.steps.push(JSON.stringify(trace.steps));
    cols.tOff.push(tOff);
    cols.vOff.push(vOff);
    cols.vLen.push(p.v.byteLength);
    tBlobs.push(asBuffer(p.t));
    vBlobs.push(asBuffer(p.v));
    tOff += p.t.byteLength;
    vOff += p.v.byteLength;
  }
  const newSets = sets.size === 0 ? 0 : await bulkInsert(tx, 'sensor_set', [...sets.values()], { key: ['id'], update: [] });
  await tx.exec(sql`
    INSERT INTO trace (run_id, started_at, sensor_set_id, n, t, v, steps)
    SELECT id, at, set_id, n, substring(${Buffer.concat(tBlobs)}::bytea FROM t_off FOR 4 * n), substring(${Buffer.concat(vBlobs)}::bytea FROM v_off FOR v_len), steps::jsonb
    FROM unnest(${cols.id}::uuid[], ${cols.at}::timestamptz[], ${cols.set}::uuid[], ${cols.n}::int4[], ${cols.steps}::text[],
      ${cols.tOff}::int4[], ${cols.vOff}::int4[], ${cols.vLen}::int4[]) AS u(id, at, set_id, n, steps, t_off, v_off, v_len)`);
  if (newSets === 0) for (const s of sets.keys()) knownSets.add(s); // found stored, so no rollback can remove it
}
