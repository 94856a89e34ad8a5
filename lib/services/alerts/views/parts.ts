import { db, type RowOf, sql } from '@/lib/db';
import { isWrongRecipe } from '../../runs/wrong-recipe';
import { eventWords } from '../event-words';
import { judgedNow } from '../judged-now';
import { ALERT_COLUMNS, type AlertHead, type AlertRow, alertRow, type RawAlert } from './list';

const DAY = 86_400_000;

export interface HistoryEntry {
  id: number;
  actor: string;
  /** What happened, as people read it. */
  what: string;
  /** Of the newest of them. */
  text: string | null;
  /** How many entries are folded into this one, and when the first and the last came. */
  times: number;
  firstMs: number;
  lastMs: number;
}

type Event = RowOf<'alert_event', 'id' | 'at' | 'actor' | 'kind' | 'text'>;

/** Consecutive entries of one actor that say the same become one; further sightings count as the same, whatever their numbers. */
export function foldHistory(events: readonly Event[]): HistoryEntry[] {
  const out: HistoryEntry[] = [];
  let before: Event | undefined;
  for (const e of events) {
    const at = e.at.getTime();
    const last = out.at(-1);
    if (last && before && before.actor === e.actor && before.kind === e.kind && (e.kind === 'again' || before.text === e.text))
      out[out.length - 1] = { ...last, text: e.text, times: last.times + 1, lastMs: at };
    else
      out.push({ id: e.id, actor: e.actor, what: eventWords(e.kind, e.actor), text: e.text, times: 1, firstMs: at, lastMs: at });
    before = e;
  }
  return out;
}

export const historyOf = async (id: string): Promise<HistoryEntry[]> =>
  foldHistory(await db().rows<Event>(sql`SELECT id, at, actor, kind, text FROM alert_event WHERE alert_id = ${id} ORDER BY id`));

export interface SignalRow {
  atMs: number;
  recordId: string;
  rule: number;
  lot: string | null;
  slot: number | null;
  judged: number | null;
  /** Side of the centre line: above or below. */
  side: string | null;
  /** Set when the point was judged again and no longer gives the signal. */
  withdrawnMs: number | null;
  /** What is plotted now; null when the point left its chart, as a corrected one does. */
  now: number | null;
  /** The reason why a person excluded the point. */
  excluded: string | null;
}

export async function signalsOf(id: string): Promise<SignalRow[]> {
  const rows = await db().rows<Omit<SignalRow, 'atMs' | 'withdrawnMs'> & { at: Date; withdrawn: Date | null }>(sql`
    SELECT v.at, v.record_id AS "recordId", v.rule, COALESCE(p.lot, v.detail->>'lot') AS lot, COALESCE(p.slot, (v.detail->>'slot')::int) AS slot,
      (v.detail->>'judged')::float8 AS judged, v.detail->>'side' AS side, v.withdrawn_at AS withdrawn, ${judgedNow(sql`v.rule`, sql`v.detail->>'side'`)} AS now, p.excluded FROM alert_signal v
    LEFT JOIN chart_point p ON p.chart_id = v.chart_id AND p.at = v.at AND p.record_id = v.record_id
    WHERE v.alert_id = ${id} ORDER BY v.at DESC, v.rule LIMIT 50`);
  return rows.map(({ at, withdrawn, ...r }) => ({ ...r, atMs: at.getTime(), withdrawnMs: withdrawn?.getTime() ?? null }));
}

export interface MoveRow {
  atMs: number;
  lot: string;
  setpoint: number;
  advised: number;
  dHat: number;
  mode: string;
  loopId: string;
  loop: string;
  /** The thread that decided. */
  tool: string;
  chamber: string;
  knob: string;
  knobUnit: string;
  /** Of the output, and of dHat. */
  unit: string;
}

export async function movesOf(a: AlertHead, from: number, to: number): Promise<MoveRow[]> {
  if (a.operation === null || a.tool === null) return [];
  const rows = await db().rows<Omit<MoveRow, 'atMs'> & { at: Date }>(sql`
    SELECT v.at, v.lot, v.setpoint, v.advised, v.d_hat AS "dHat", v.mode::text, l.id AS "loopId", l.name AS loop, v.tool, v.chamber, l.knob, l.knob_unit AS "knobUnit", l.unit
    FROM advice v JOIN control_loop l ON l.id = v.loop_id
    WHERE l.operation = ${a.operation} AND (${a.product}::text IS NULL OR l.product = ${a.product}) AND v.tool = ${a.tool} AND (${a.chamber}::text IS NULL OR v.chamber = ${a.chamber})
      AND v.at BETWEEN ${new Date(from)} AND ${new Date(to)}
    ORDER BY abs(extract(epoch FROM v.at - ${new Date(a.firstMs)})) LIMIT 12`);
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() })).sort((x, y) => y.atMs - x.atMs);
}

export async function relatedOf(a: AlertHead): Promise<AlertRow[]> {
  const rows = await db().rows<RawAlert>(sql`
    SELECT ${ALERT_COLUMNS} FROM alert WHERE id <> ${a.id} AND last_at >= ${new Date(a.firstMs - DAY)} AND first_at <= ${new Date(a.lastMs + DAY)}
      AND (tool = ${a.tool} OR operation = ${a.operation}) ORDER BY (tool = ${a.tool}) DESC, last_at DESC LIMIT 8`);
  return rows.map(alertRow);
}

/** How often a factor has a value among the wafers of an alert and among all of the step. */
export interface Commonality {
  what: string;
  value: string;
  inAlert: number;
  ofAlert: number;
  lotsInAlert: number;
  inAll: number;
  ofAll: number;
  lotsInAll: number;
  /** Share in the alert over share in all; null where there are too few wafers to judge. */
  ratio: number | null;
}

/** With fewer wafers than this in an alert, common factors are chance. */
const LEAST_WAFERS = 3;

/** Share in the alert over share in all; null below three wafers in the alert, or where no wafer of the step is outside it. */
export const commonRatio = (c: Pick<Commonality, 'inAlert' | 'ofAlert' | 'inAll' | 'ofAll'>): number | null =>
  c.ofAlert < LEAST_WAFERS || c.ofAll <= c.ofAlert || c.inAll === 0 ? null : c.inAlert / c.ofAlert / (c.inAll / c.ofAll);

/** For chamber, recipe version and product: how often among the alert's wafers and among all runs of the operation in the window. */
export async function commonalityOf(a: AlertHead, from: number, to: number): Promise<Commonality[]> {
  if (a.operation === null) return [];
  const isBad =
    a.kind === 'recipe'
      ? sql`(r.tool = ${a.tool} AND r.product = ${a.product} AND r.started_at BETWEEN ${new Date(a.firstMs)} AND ${new Date(a.lastMs)} AND ${isWrongRecipe(sql`r`)})`
      : sql`r.id IN (SELECT p.run_id FROM alert_signal v JOIN chart_point p ON p.chart_id = v.chart_id AND p.at = v.at AND p.record_id = v.record_id WHERE v.alert_id = ${a.id} AND p.run_id IS NOT NULL)`;
  const rows = await db().rows<Omit<Commonality, 'ratio'>>(sql`
    WITH runs AS (
      SELECT r.lot, r.tool || ' ' || r.chamber AS chamber, r.recipe || ' v' || r.recipe_version AS recipe, r.product, ${isBad} AS is_bad
      FROM run r WHERE r.operation = ${a.operation} AND r.started_at BETWEEN ${new Date(from)} AND ${new Date(to)}),
    long AS (SELECT is_bad, lot, x.what, x.value FROM runs, LATERAL (VALUES ('chamber', chamber), ('recipe', recipe), ('product', product)) AS x(what, value)),
    totals AS (SELECT count(*) FILTER (WHERE is_bad)::int AS bad, count(*)::int AS total FROM runs)
    SELECT what, value, (count(*) FILTER (WHERE is_bad))::int AS "inAlert", t.bad AS "ofAlert", (count(DISTINCT lot) FILTER (WHERE is_bad))::int AS "lotsInAlert",
      count(*)::int AS "inAll", t.total AS "ofAll", count(DISTINCT lot)::int AS "lotsInAll"
    FROM long, totals t GROUP BY what, value, t.bad, t.total HAVING count(*) FILTER (WHERE is_bad) > 0
    ORDER BY (count(*) FILTER (WHERE is_bad))::float8 / t.bad / (count(*)::float8 / t.total) DESC LIMIT 12`);
  return rows.map((r) => ({ ...r, ratio: commonRatio(r) }));
}
