import { type ChartVariable, levelOf, sourceOf, variableWords } from '@/lib/characteristic';
import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { byPart, kindOf, type Memory, phaseAt, type StatisticContributions, variablesStudy } from '@/lib/spc';
import { idFromAddress } from '../../address/id-from-address';
import { type ChartRow, chartColumns, phasesOf } from '../store';
import { rawPoint } from '../targets';

/** What one variable has to do with a statistic of a point. */
export interface ContributionRow {
  characteristic: string;
  parameter: string;
  /** In words, as "pressure mean in etch". */
  variable: string;
  unit: string;
  value: number;
  /** Of the baseline, unit of the value. */
  mean: number;
  sigma: number;
  /** Distance from the mean in sigmas. */
  z: number;
  /** Of T² and the average what the statistic loses without the variable, of components its share of T²; of SPE the signed residual. Dimensionless. */
  part: number;
  /** The measurement behind the value, of measured wafers; null: the run. */
  measurementId: string | null;
  /** A chart of this variable alone in the same context; null: there is none. */
  chartId: string | null;
}

/** A statistic of a point with its limit. */
export interface ContributedStatistic {
  statistic: StatisticContributions['statistic'];
  total: number;
  /** Null: none judged it. */
  ucl: number | null;
  /** The largest part first. */
  rows: ContributionRow[];
}

/** What each variable of a point has to do with where it stands. */
export interface PointContributions {
  chart: { id: string; title: string; kind: ChartRow['kind'] };
  record: string;
  atMs: number;
  version: number;
  runId: string | null;
  lot: string;
  slot: number;
  /** None while the chart collects its baseline, or where a variable is missing: see `unjudged`. */
  statistics: ContributedStatistic[];
  unjudged: string | null;
  /** Variables that the baseline left out, in words, and why. */
  leftOut: { variable: string; why: 'constant' | 'dependent' }[];
}

interface Point {
  record_id: string;
  at: Date;
  value: number;
  spread: null;
  n: number;
  size: number | null;
  product: string | null;
  vector: Float64Array;
  memory: Memory | null;
  excluded: string | null;
  version: number;
  run_id: string | null;
  lot: string;
  slot: number;
  ucl: number | null;
  disp_ucl: number | null;
  unjudged: string | null;
}

/**
 * What each variable contributes to the statistics of a point, from the point and the version that judged it alone.
 * @returns null where there is no such point, or its chart is of one value.
 * @throws AppError `not_found` for a chart that there is not.
 */
export async function pointContributions(chartId: string, record: string): Promise<PointContributions | null> {
  const id = idFromAddress('chart', chartId);
  const chart = await db().one<ChartRow>(sql`SELECT ${chartColumns} FROM chart WHERE id = ${id}`);
  if (chart === undefined) throw new AppError('not_found', `there is no chart ${chartId}`);
  const { variables } = chart;
  if (variables === null) return null;
  const point = await db().one<Point>(sql`
    SELECT record_id, at, value, NULL AS spread, n, size, product, vector, memory, excluded, version, run_id, lot, slot, ucl, disp_ucl, unjudged
    FROM chart_point WHERE chart_id = ${id} AND record_id = ${idFromAddress('point', record)} ORDER BY at DESC LIMIT 1`);
  if (point === undefined) return null;
  const phases = (await phasesOf(db(), [id])).get(id)!;
  const phase = phases.find((p) => p.version === point.version) ?? phaseAt(phases, point.at.getTime());
  const study = variablesStudy(phase.study);
  const statistics = kindOf(chart.kind).contributions?.(phase, rawPoint(point), point.memory) ?? [];
  const behind = statistics.length === 0 ? NOTHING_BEHIND : await behindOf(chart, point);
  const row = (variable: number, part: { readonly z: number; readonly part: number }): ContributionRow => {
    const v = variables[variable]!;
    return {
      ...v,
      variable: variableWords(v),
      value: point.vector[variable]!,
      mean: study!.mean[variable]!,
      sigma: Math.sqrt(study!.covariance[variable]![variable]!),
      z: part.z,
      part: part.part,
      measurementId: behind.measurements.get(v.parameter) ?? (sourceOf(v.characteristic) === 'overlay' ? behind.overlay : null),
      chartId: behind.charts.get(keyOf(v)) ?? null,
    };
  };
  const leftOut = (list: readonly number[] | undefined, why: 'constant' | 'dependent') =>
    (list ?? []).map((j) => ({ variable: variableWords(variables[j]!), why }));
  return {
    chart: { id: chart.id, title: chart.title, kind: chart.kind },
    record: point.record_id,
    atMs: point.at.getTime(),
    version: point.version,
    runId: point.run_id,
    lot: point.lot,
    slot: point.slot,
    statistics: statistics.map((s) => ({
      statistic: s.statistic,
      total: s.total,
      ucl: s.statistic === 'spe' ? point.disp_ucl : point.ucl,
      rows: byPart(s).map((c) => row(c.variable, c)),
    })),
    unjudged: point.unjudged,
    leftOut: [...leftOut(study?.constant, 'constant'), ...leftOut(study?.dependent, 'dependent')],
  };
}

/** Records and charts that lead further from the variables of a point. */
interface Behind {
  /** By parameter. */
  readonly measurements: ReadonlyMap<string, string>;
  readonly overlay: string | null;
  /** Charts of single variables, by {@link keyOf}. */
  readonly charts: ReadonlyMap<string, string>;
}

const NOTHING_BEHIND: Behind = { measurements: new Map(), overlay: null, charts: new Map() };

const keyOf = (v: { readonly characteristic: string; readonly parameter: string }): string =>
  `${v.characteristic}\u0000${v.parameter}`;

/** Where to look next: what was measured of the run first, and charts of single variables at the same place, the narrowest first. */
async function behindOf(chart: ChartRow, point: Point): Promise<Behind> {
  const list: readonly ChartVariable[] = chart.variables!;
  const isOfWafer = levelOf(list[0]!.characteristic) === 'wafer';
  const run = isOfWafer ? point.run_id : null;
  const measured = await db().rows<{ id: string; parameter: string }>(sql`
    SELECT DISTINCT ON (parameter) id, parameter FROM measurement WHERE run_id = ${run}::uuid AND superseded_by IS NULL ORDER BY parameter, measured_at, id`);
  const overlay = await db().one<{ id: string }>(
    sql`SELECT id FROM overlay_measurement WHERE run_id = ${run}::uuid ORDER BY measured_at, id LIMIT 1`,
  );
  const charts = await db().rows<{ id: string; characteristic: string; parameter: string }>(sql`
    SELECT DISTINCT ON (c.characteristic, c.parameter) c.id, c.characteristic, c.parameter
    FROM unnest(${list.map((v) => v.characteristic)}::text[], ${list.map((v) => v.parameter)}::text[]) AS u(characteristic, parameter)
    JOIN chart c ON c.characteristic = u.characteristic AND c.parameter = u.parameter
    JOIN chart_point p ON p.chart_id = c.id AND p.run_id = ${point.run_id}::uuid
    WHERE c.active AND c.operation = ${chart.operation}
    ORDER BY c.characteristic, c.parameter, num_nonnulls(c.tool, c.chamber, c.product, c.recipe) DESC, c.kind = 'individuals' DESC, c.id`);
  return {
    measurements: new Map(measured.map((m) => [m.parameter, m.id])),
    overlay: overlay?.id ?? null,
    charts: new Map(charts.map((c) => [keyOf(c), c.id])),
  };
}
