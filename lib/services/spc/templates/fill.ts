import { type Sql, sql, type Tx } from '@/lib/db';
import type { Payload, Ref } from '@/lib/queue/jobs';
import { enqueueLater } from '@/lib/queue/outbox';
import { characteristicValues } from '../../characteristics/values';
import { feed } from '../../live/feed';
import { judgeCharts } from '../evaluate';
import { isJoint, jointPoints } from '../joint';
import { insertPoints, pointsFor } from '../points';
import { type ChartRow, chartColumns, lockCharts } from '../store';
import { TAKEN } from '../taken';
import { FILL_SOURCES, FIRST_ID, FIRST_WINDOW_MS, type FillSource, fillSourceOf } from './fill-start';

/** Records read in one step, so that a step stays short and its memory bounded. */
const RECORDS_AT_ONCE = 500;
/** Charts that a step sets free at the end: each is judged once more. */
const CHARTS_AT_ONCE = 200;
/** The window follows the density of the records, between these, ms. */
const SHORTEST_WINDOW_MS = 60_000;
const LONGEST_WINDOW_MS = 32 * 86_400_000;

interface FillRow {
  id: string;
  template_id: string | null;
  author: string;
  charts: number;
  from_at: Date;
  up_to: Date;
  state: 'running' | 'done';
  source: FillSource;
  step: number;
  place_at: Date;
  place_id: string;
  window_ms: number;
  records: number;
  points: number;
}

/** What the charts of a fill take their values from. */
interface Wanted {
  readonly operations: string[];
  readonly characteristics: string[];
}

/**
 * One step of filling charts from history: the next records are charted as live data are, by the same code, in the order in which they were measured.
 * The place that was reached is written with the points, and the next step asked for, in one transaction: a step that is killed is done again, one that
 * is delivered twice finds its number gone. Points of the past raise no alert.
 */
export async function fillStep(tx: Tx, { fillId, step }: Payload<'fill'>): Promise<void> {
  const fill = await tx.one<FillRow>(sql`SELECT * FROM chart_fill WHERE id = ${fillId} FOR UPDATE`);
  if (fill === undefined || fill.state === 'done' || fill.step !== step) return;
  const hasMore = fill.place_at >= fill.up_to ? await finish(tx, fill) : await readNext(tx, fill, await wantedBy(tx, fill));
  await tx.exec(sql`UPDATE chart_fill SET step = step + 1 WHERE id = ${fill.id}`);
  if (!hasMore) return;
  await enqueueLater(tx, [{ queue: 'fill', key: `fill_${fill.id}_${step + 1}`, payload: { v: 1, fillId, step: step + 1 } }]);
}

async function wantedBy(tx: Tx, fill: FillRow): Promise<Wanted> {
  const rows = await tx.rows<{ operation: string; characteristic: string }>(
    sql`SELECT DISTINCT c.operation, t.characteristic FROM chart c ${TAKEN} WHERE c.fill_id = ${fill.id} AND c.active`,
  );
  const mine = rows.filter((r) => fillSourceOf(r.characteristic) === fill.source);
  return {
    operations: [...new Set(mine.map((r) => r.operation))],
    characteristics: [...new Set(mine.map((r) => r.characteristic))],
  };
}

async function readNext(tx: Tx, fill: FillRow, wanted: Wanted): Promise<true> {
  const start = wanted.characteristics.length === 0 ? null : await firstRecord(tx, fill, wanted);
  if (start === null) return nextSource(tx, fill);
  const end = new Date(Math.min(start.getTime() + fill.window_ms, fill.up_to.getTime()));
  const refs = await recordsIn(tx, fill, wanted, start, end);
  const points = refs.length === 0 ? 0 : await chart(tx, fill, wanted, refs);
  const isFull = refs.length === RECORDS_AT_ONCE;
  const last = refs.at(-1);
  const [placeAt, placeId] = isFull ? [new Date(last!.at), last!.id] : [end, FIRST_ID];
  const factor = isFull ? 0.5 : refs.length < RECORDS_AT_ONCE / 4 ? 2 : 1;
  const windowMs = Math.min(LONGEST_WINDOW_MS, Math.max(SHORTEST_WINDOW_MS, fill.window_ms * factor));
  await tx.exec(sql`
    UPDATE chart_fill SET place_at = ${placeAt}, place_id = ${placeId}, window_ms = ${windowMs}, records = records + ${refs.length}, points = points + ${points}
    WHERE id = ${fill.id}`);
  return placeAt < fill.up_to ? true : nextSource(tx, fill);
}

interface FillTable {
  readonly table: Sql;
  readonly time: Sql;
  /** Which records count. */
  readonly counts: Sql;
  /** Records of these operations. */
  readonly within: (operations: readonly string[]) => Sql;
}

/** Where the records of a source stand: their table, their time, and which of them count. */
function tableOf(source: FillSource): FillTable {
  const byOperation = (operations: readonly string[]): Sql => sql`operation = ANY(${operations}::text[])`;
  const measured = { time: sql`measured_at`, within: byOperation };
  switch (source) {
    case 'run':
      return { table: sql`run`, time: sql`started_at`, counts: sql`true`, within: byOperation };
    case 'overlay':
      return { ...measured, table: sql`overlay_measurement`, counts: sql`processed_at IS NOT NULL` };
    case 'count':
      return { ...measured, table: sql`count_record`, counts: sql`superseded_by IS NULL` };
    case 'event':
      return {
        table: sql`equipment_event`,
        time: sql`at`,
        counts: sql`true`,
        within: (operations) =>
          sql`EXISTS (SELECT 1 FROM operation o WHERE o.name = ANY(${operations}::text[]) AND equipment_event.tool = ANY(o.tools))`,
      };
    default:
      return { ...measured, table: sql`measurement`, counts: sql`processed_at IS NOT NULL AND superseded_by IS NULL` };
  }
}

/** The time of the next record: years without any are passed over at once. */
async function firstRecord(tx: Tx, fill: FillRow, wanted: Wanted): Promise<Date | null> {
  if (fill.place_id !== FIRST_ID) return fill.place_at;
  const { table, time, counts, within } = tableOf(fill.source);
  const row = await tx.one<{ at: Date | null }>(sql`
    SELECT min(${time}) AS at FROM ${table} WHERE ${within(wanted.operations)} AND ${time} >= ${fill.place_at} AND ${time} <= ${fill.up_to} AND ${counts}`);
  return row?.at ?? null;
}

async function recordsIn(tx: Tx, fill: FillRow, wanted: Wanted, start: Date, end: Date): Promise<Ref[]> {
  const { table, time, counts, within } = tableOf(fill.source);
  const rows = await tx.rows<{ id: string; at: Date }>(sql`
    SELECT id, ${time} AS at FROM ${table} WHERE ${within(wanted.operations)} AND ${time} >= ${start} AND ${time} < ${end} AND ${counts}
      AND (${time}, id) > (${start}::timestamptz - CASE WHEN ${fill.place_id} = ${FIRST_ID} THEN INTERVAL '1 second' ELSE INTERVAL '0' END, ${fill.place_id}::uuid)
    ORDER BY ${time}, id LIMIT ${RECORDS_AT_ONCE}`);
  return rows.map((r) => ({ id: r.id, at: r.at.getTime() }));
}

/** Charts the values of these records on the charts of the fill. @returns how many points. */
async function chart(tx: Tx, fill: FillRow, wanted: Wanted, refs: readonly Ref[]): Promise<number> {
  const values = await characteristicValues(tx, fill.source, refs, new Set(wanted.characteristics));
  if (values.length === 0) return 0;
  const charts = (await lockCharts(tx, values, [], fill.id)).filter((c) => c.fill_id === fill.id);
  const joint = await jointPoints(tx, charts.filter(isJoint), fill.source, refs, values);
  const points = [...pointsFor(charts, values), ...joint.points];
  if (points.length === 0) return 0;
  const { left } = await insertPoints(tx, points);
  const since = new Map<string, number>();
  /** History is complete up to the newest value that was read: what lies beyond came live, and takes no part in a baseline yet. */
  const readTo = new Map<string, number>();
  for (const { chart: c, value } of points) {
    since.set(c.id, Math.min(since.get(c.id) ?? Number.POSITIVE_INFINITY, value.at));
    readTo.set(c.id, Math.max(readTo.get(c.id) ?? Number.NEGATIVE_INFINITY, value.at));
  }
  for (const l of left) since.set(l.chartId, Math.min(since.get(l.chartId) ?? Number.POSITIVE_INFINITY, l.at));
  await judgeCharts(
    tx,
    charts.filter((c) => since.has(c.id)),
    since,
    { readTo },
  );
  return points.length;
}

/** Goes on with the records of the next source that its charts need, or to the end. */
async function nextSource(tx: Tx, fill: FillRow): Promise<true> {
  const rows = await tx.rows<{ characteristic: string }>(
    sql`SELECT DISTINCT t.characteristic FROM chart c ${TAKEN} WHERE c.fill_id = ${fill.id} AND c.active`,
  );
  const needed = new Set(rows.map((r) => fillSourceOf(r.characteristic)));
  const next = FILL_SOURCES.slice(FILL_SOURCES.indexOf(fill.source) + 1).find((s) => needed.has(s));
  const place = next === undefined ? fill.up_to : fill.from_at;
  await tx.exec(sql`
    UPDATE chart_fill SET source = ${next ?? fill.source}, place_at = ${place}, place_id = ${FIRST_ID}, window_ms = ${FIRST_WINDOW_MS}
    WHERE id = ${fill.id}`);
  return true;
}

/** Sets charts free for live data, some at a time, and judges them once more with all their points. @returns whether there are more. */
async function finish(tx: Tx, fill: FillRow): Promise<boolean> {
  const charts = await tx.rows<ChartRow>(
    sql`SELECT ${chartColumns} FROM chart WHERE fill_id = ${fill.id} AND active ORDER BY id LIMIT ${CHARTS_AT_ONCE} FOR UPDATE`,
  );
  if (charts.length === 0) {
    await tx.exec(sql`UPDATE chart_fill SET state = 'done', done_at = now() WHERE id = ${fill.id}`);
    await feed(tx, [
      {
        kind: 'limits',
        text: `${fill.charts === 1 ? '1 chart is' : `${fill.charts} charts are`} filled from history: ${fill.points} points`,
        detail: { fillId: fill.id, templateId: fill.template_id },
      },
    ]);
    return false;
  }
  const ids = charts.map((c) => c.id);
  await tx.exec(sql`UPDATE chart SET fill_id = NULL WHERE id = ANY(${ids}::uuid[])`);
  const newest = await tx.rows<{ chart_id: string; at: Date }>(sql`
    SELECT u.chart_id, p.at FROM unnest(${ids}::uuid[]) AS u(chart_id)
    CROSS JOIN LATERAL (SELECT at FROM chart_point p WHERE p.chart_id = u.chart_id ORDER BY at DESC LIMIT 1) p`);
  const since = new Map(newest.map((n) => [n.chart_id, n.at.getTime()]));
  await judgeCharts(
    tx,
    charts.filter((c) => since.has(c.id)).map((c) => ({ ...c, fill_id: null })),
    since,
    {},
  );
  return true;
}
