import { type Db, sql } from '@/lib/db';
import type { ChartKind } from '@/lib/spc';
import { phasesOf, spreadOf } from '../../spc/store';
import { rawPoint, targetsOf } from '../../spc/targets';
import type { InjectedFault } from './faults';
import type { ScoredChart, ScoredPoint } from './score';

/** Points of a chart that are scored, the newest. */
const MOST_POINTS = 20_000;

interface Head {
  id: string;
  title: string;
  kind: ChartKind;
  operation: string;
  parameter: string;
  characteristic: string;
}

/** Active charts with points. */
export const scoredCharts = (from: Db): Promise<Head[]> =>
  from.rows<Head>(sql`
    SELECT id, title, kind, operation, parameter, characteristic FROM chart c WHERE active AND EXISTS (SELECT 1 FROM chart_point p WHERE p.chart_id = c.id) ORDER BY kind, title, id`);

/** A chart with its points, each with the fault that touched its run, or its lot where it is of a lot. */
export async function readChart(from: Db, head: Head, faults: readonly InjectedFault[]): Promise<ScoredChart> {
  const [phases, targets, rows] = await Promise.all([
    phasesOf(from, [head.id]),
    targetsOf(from, [head]),
    from.rows<Parameters<typeof rawPoint>[0] & { run_id: string | null; lot: string }>(sql`
      SELECT p.at, p.value, ${spreadOf(sql`c.kind`)} AS spread, p.n, p.excluded, p.size, p.product, p.vector, p.run_id, p.lot FROM chart_point p JOIN chart c ON c.id = p.chart_id
      WHERE p.chart_id = ${head.id} ORDER BY p.at DESC, p.record_id DESC LIMIT ${MOST_POINTS}`),
  ]);
  const here = faults.filter((f) => f.operations.includes(head.operation));
  const faultOf = (run: string | null, lot: string): string | null =>
    here.find((f) => (run === null ? f.lots.has(lot) : f.runs.has(run)))?.id ?? null;
  const points = rows
    .reverse()
    .map((r): ScoredPoint => ({ ...rawPoint(r, targets.get(head.id)), fault: faultOf(r.run_id, r.lot) }));
  return { id: head.id, kind: head.kind, phases: phases.get(head.id) ?? [], points };
}
