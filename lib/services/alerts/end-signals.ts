import { sql, type Tx } from '@/lib/db';
import { ITSELF } from './event-words';
import { alertEvent, closeByItself } from './raise';

interface Ended {
  id: string;
  state: string;
  title: string;
  tool: string | null;
  chamber: string | null;
  unit: string;
  lot: string | null;
  slot: number | null;
  value: number | null;
  /** Of the signal that opened it: plotted now, null when the point left its chart; any of its points left out by a person. */
  now: number | null;
  excluded: boolean;
}

/**
 * Alerts none of whose signals holds any more because their data changed: more wafers of a lot, or a correction. One that nobody has taken is
 * closed with the reason; of one that a person has, the history says it. Where a person left a point out, the alert is theirs to close.
 */
export async function endSignals(tx: Tx, alertIds: readonly string[]): Promise<void> {
  if (alertIds.length === 0) return;
  const ended = await tx.rows<Ended>(sql`
    SELECT a.id, a.state::text, a.title, a.tool, a.chamber, c.unit, a.lot, a.slot, a.value, p.plotted AS now,
      EXISTS (SELECT 1 FROM violation v JOIN chart_point q ON q.chart_id = v.chart_id AND q.at = v.at AND q.record_id = v.record_id WHERE v.alert_id = a.id AND q.excluded IS NOT NULL) AS excluded
    FROM alert a JOIN chart c ON c.id = a.chart_id LEFT JOIN chart_point p ON p.chart_id = a.chart_id AND p.record_id = a.record_id
    WHERE a.id = ANY(${[...alertIds]}::uuid[]) AND a.state <> 'closed' AND NOT EXISTS (SELECT 1 FROM violation v WHERE v.alert_id = a.id AND v.withdrawn_at IS NULL)
    FOR UPDATE OF a`);
  for (const a of ended) {
    if (a.excluded) continue;
    const text = reasonOf(a);
    if (a.state !== 'open') {
      await alertEvent(tx, a.id, ITSELF, 'ended', text);
      continue;
    }
    await closeByItself(tx, a, text, 'its point is in control now', { was: a.value, now: a.now });
  }
}

function reasonOf(a: Ended): string {
  const of = a.lot === null ? 'the point' : a.slot ? `wafer ${a.lot}.${String(a.slot).padStart(2, '0')}` : `lot ${a.lot}`;
  const was = a.value === null ? '' : `; it was ${number(a.value)} ${a.unit} when it was raised`;
  return a.now === null
    ? `no signal is left: the record of ${of} was corrected${was}`
    : `no signal is left: ${of} is ${number(a.now)} ${a.unit} by the data that came since${was}`;
}

const number = (v: number): string => String(Number(v.toPrecision(4)));
