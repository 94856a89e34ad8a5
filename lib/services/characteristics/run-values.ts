import { setImmediate as turn } from 'node:timers/promises';
import { characteristicName, parseCharacteristic } from '@/lib/characteristic';
import { asFloat32, sql, type Tx } from '@/lib/db';
import type { Ref } from '@/lib/queue/jobs';
import { type StepWindow, stepIndicators } from '@/lib/traces';
import { uOfMean } from '@/lib/uncertainty';
import { type CharacteristicValue, type Common, common, from, ids, to, type Wanted } from './value';

const VM_LOT = characteristicName({ source: 'vm', lot: true });
const VM_WAFER = characteristicName({ source: 'vm', lot: false });

/** What runs bring: predictions of their wafers and lots, and indicators of their traces. */
export async function runCharacteristics(tx: Tx, refs: readonly Ref[], wanted: Wanted): Promise<CharacteristicValue[]> {
  return [
    ...(wanted.has(VM_LOT) ? await predictedLots(tx, refs) : []),
    ...(wanted.has(VM_WAFER) ? await predictedWafers(tx, refs) : []),
    ...(await traceIndicators(tx, refs, wanted)),
  ];
}

/**
 * Predictions of a lot's wafers in one chamber, averaged: neighbours in the lot are too alike to be points of their own. The error of a model in a
 * chamber is common to all of them: their uncertainty is shared and not averaged away.
 */
async function predictedLots(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<Common & { parameter: string; value: number; values: Float64Array; u: Float64Array }>(sql`
    SELECT r.operation, r.product, r.tool, r.chamber, CASE WHEN min(r.recipe) = max(r.recipe) THEN min(r.recipe) END AS recipe,
      md5('vm' || r.lot || '|' || r.operation || '|' || r.tool || '|' || r.chamber || '|' || m.parameter)::uuid AS record_id,
      min(r.started_at) AS at, r.lot, 0::int2 AS slot, (array_agg(r.id ORDER BY r.started_at, r.slot))[1] AS run_id, m.parameter,
      avg(p.value ORDER BY r.started_at, r.slot, r.id) AS value, array_agg(p.value ORDER BY r.started_at, r.slot, r.id) AS values, array_agg(p.u_value ORDER BY r.started_at, r.slot, r.id) AS u
    FROM run r JOIN vm_prediction p ON p.run_id = r.id AND p.started_at = r.started_at JOIN vm_model m ON m.id = p.model_id
    WHERE (r.lot, r.operation) IN (SELECT DISTINCT lot, operation FROM run WHERE id = ANY(${ids(refs)}::uuid[]) AND started_at BETWEEN ${from(refs)} AND ${to(refs)}) AND p.reliable
    GROUP BY r.operation, r.product, r.tool, r.chamber, r.lot, m.parameter`);
  return rows.map((r) => ({
    ...common(r),
    characteristic: VM_LOT,
    parameter: r.parameter,
    value: r.value,
    uValue: uOfMean(r.values, { u: r.u, common: r.u }),
    spread: null,
    n: r.values.length,
    lotLevel: true,
  }));
}

/** Predictions wafer by wafer; one outside of its model's domain is no value. */
async function predictedWafers(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<Common & { parameter: string; value: number; u_value: number }>(sql`
    SELECT r.operation, r.product, r.tool, r.chamber, r.recipe, r.id AS record_id, r.started_at AS at, r.lot, r.slot, r.id AS run_id, m.parameter, p.value, p.u_value
    FROM run r JOIN vm_prediction p ON p.run_id = r.id AND p.started_at = r.started_at JOIN vm_model m ON m.id = p.model_id
    WHERE r.id = ANY(${ids(refs)}::uuid[]) AND r.started_at BETWEEN ${from(refs)} AND ${to(refs)} AND p.reliable`);
  return rows.map((r) => ({
    ...common(r),
    characteristic: VM_WAFER,
    parameter: r.parameter,
    value: r.value,
    uValue: r.u_value,
    spread: null,
    n: 1,
  }));
}

/** A sensor of one run. */
interface TraceRow extends Common {
  sensor: string;
  t: Buffer;
  v: Buffer;
  steps: StepWindow[];
}

/** Traces read at once: a hundred sensors of 300 samples each are 6 MB. */
const RUNS_AT_ONCE = 50;

/** The wanted indicators of these runs, in parts: only the samples of wanted sensors are read. */
async function traceIndicators(tx: Tx, refs: readonly Ref[], wanted: Wanted): Promise<CharacteristicValue[]> {
  const asked = new Map<string, { step: string; of: keyof ReturnType<typeof stepIndicators>; name: string }[]>();
  for (const name of wanted) {
    const c = parseCharacteristic(name);
    if (c?.source === 'trace') asked.set(c.sensor, [...(asked.get(c.sensor) ?? []), { step: c.step, of: c.of, name }]);
  }
  const out: CharacteristicValue[] = [];
  for (let i = 0; asked.size > 0 && i < refs.length; i += RUNS_AT_ONCE) {
    const part = refs.slice(i, i + RUNS_AT_ONCE);
    const rows = await tx.rows<TraceRow>(sql`
      SELECT r.operation, r.product, r.tool, r.chamber, r.recipe, r.id AS record_id, r.started_at AS at, r.lot, r.slot, r.id AS run_id, q.sensor, t.t, t.steps,
        substring(t.v FROM (q.place - 1) * t.n * 4 + 1 FOR t.n * 4) AS v
      FROM trace t JOIN run r ON r.id = t.run_id AND r.started_at = t.started_at JOIN sensor_set s ON s.id = t.sensor_set_id,
        LATERAL (SELECT n.sensor, n.place::int FROM unnest(s.names) WITH ORDINALITY AS n(sensor, place) WHERE n.sensor = ANY(${[...asked.keys()]}::text[])) q
      WHERE t.run_id = ANY(${ids(part)}::uuid[]) AND t.started_at BETWEEN ${from(part)} AND ${to(part)}`);
    for (const r of rows) {
      const [t, v] = [asFloat32(r.t), asFloat32(r.v)];
      for (const step of r.steps) {
        const mine = asked.get(r.sensor)!.filter((a) => a.step === step.name);
        if (mine.length === 0) continue;
        const indicators = stepIndicators(t, v, step);
        for (const { of, name } of mine)
          if (Number.isFinite(indicators[of]))
            out.push({
              ...common(r),
              characteristic: name,
              parameter: r.sensor,
              value: indicators[of],
              uValue: null,
              spread: null,
              n: 1,
            });
      }
    }
    await turn(); // other work of this process goes on between the parts
  }
  return out;
}
