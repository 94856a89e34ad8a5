import { sql, type Tx } from '@/lib/db';
import { type ChartKind, dispersionName, isDispersionRule, isWithinRule, kindOf, plottedUnit } from '@/lib/spc';
import { alertEvent } from '../live/alert-event';
import { ITSELF } from '../live/itself';
import { judgedNow } from './judged-now';
import { closeByItself } from './raise';
import { unsettled } from './unsettled';

interface Ended {
  id: string;
  state: string;
  title: string;
  tool: string | null;
  chamber: string | null;
  unit: string;
  kind: ChartKind;
  lot: string | null;
  slot: number | null;
  /** The rule that opened it, and the statistic that the rule judged then; null where it is not among the alert's signals. */
  rule: number | null;
  was: number | null;
  /** The same statistic of its point now; null where the point left its chart, or has none. */
  now: number | null;
  /** Its point is still on the chart. */
  stands: boolean;
  /** A person left out any of the points of its signals. */
  excluded: boolean;
}

/**
 * Alerts whose signals no longer hold because their data changed: more wafers of a lot, or a correction. One that nobody works on is closed with the
 * reason; of one that a person works on, the history records it. Where a person excluded a point, a person closes the alert.
 */
export async function endSignals(tx: Tx, alertIds: readonly string[]): Promise<void> {
  if (alertIds.length === 0) return;
  const ended = await tx.rows<Ended>(sql`
    SELECT a.id, a.state::text, a.title, a.tool, a.chamber, c.unit, c.kind, a.lot, a.slot, a.rule, (s.detail->>'judged')::float8 AS was,
      ${judgedNow(sql`a.rule`, sql`s.detail->>'side'`)} AS now, p.record_id IS NOT NULL AS stands,
      EXISTS (SELECT 1 FROM alert_signal v JOIN chart_point q ON q.chart_id = v.chart_id AND q.at = v.at AND q.record_id = v.record_id WHERE v.alert_id = a.id AND q.excluded IS NOT NULL) AS excluded
    FROM alert a JOIN chart c ON c.id = a.chart_id LEFT JOIN alert_signal s ON s.alert_id = a.id AND s.record_id = a.record_id AND s.rule = a.rule
    LEFT JOIN chart_point p ON p.chart_id = a.chart_id AND p.record_id = a.record_id
    WHERE a.id = ANY(${[...alertIds]}::uuid[]) AND ${unsettled(sql`a`)} AND NOT EXISTS (SELECT 1 FROM alert_signal v WHERE v.alert_id = a.id AND v.withdrawn_at IS NULL)
    FOR UPDATE OF a`);
  for (const a of ended) {
    if (a.excluded) continue;
    const text = reasonOf(a);
    if (a.state !== 'open') {
      await alertEvent(tx, a.id, ITSELF, 'ended', text);
      continue;
    }
    await closeByItself(tx, a, text, 'its point is in control now', { was: a.was, now: a.now });
  }
}

/** Compares the statistic that the opening signal judged with the same one now. */
function reasonOf(a: Ended): string {
  const unit = plottedUnit(a.kind, a.unit);
  const of = a.lot === null ? 'the point' : a.slot ? `wafer ${a.lot}.${String(a.slot).padStart(2, '0')}` : `lot ${a.lot}`;
  if (!a.stands) {
    const was = a.was === null ? '' : `; it was ${number(a.was)} ${unit} when it was raised`;
    return `no signal is left: the record of ${of} was corrected${was}`;
  }
  const what = statisticOf(a, of);
  if (a.now === null) return `no signal is left: by the data that came since, ${what} is not known`;
  const [now, was] = apart(a.now, a.was);
  return `no signal is left: ${what} is ${now} ${unit} by the data that came since${was === null ? '' : `; it was ${was} ${unit} when it was raised`}`;
}

function statisticOf({ rule, kind }: Ended, of: string): string {
  if (rule !== null && isDispersionRule(rule)) return `the ${dispersionName(kind)} of ${of}`;
  const { memory, label, within } = kindOf(kind);
  if (rule !== null && isWithinRule(rule)) return `the ${within ?? 'spread'} of ${of}`;
  return memory === null ? of : `the ${label} at ${of}`;
}

const number = (v: number, digits = 4): string => String(Number(v.toPrecision(digits)));

/** Two values in four digits, or in as many as distinguish them. */
function apart(now: number, was: number | null): [string, string | null] {
  if (was === null) return [number(now), null];
  let digits = 4;
  while (digits < 12 && number(now, digits) === number(was, digits)) digits++;
  return [number(now, digits), number(was, digits)];
}
