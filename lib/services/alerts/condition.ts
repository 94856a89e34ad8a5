import { randomUUID } from 'node:crypto';
import { config } from '@/lib/config';
import { type Sql, sql, type Tx } from '@/lib/db';
import { alertEvent } from '../live/alert-event';
import { feed } from '../live/feed';
import { ITSELF } from '../live/itself';
import { gather } from './incidents/gather';
import { closeByItself, type Severity } from './raise';
import { underPolicy } from './under-policy';
import { unsettled } from './unsettled';

/** A state that lasts until it is fixed: a station whose spectra are refused, a tool that runs the wrong recipe. One open alert per `key`. */
export interface Condition {
  readonly key: string;
  readonly kind: 'spectra' | 'recipe';
  readonly severity: Severity;
  readonly title: string;
  readonly area: string;
  readonly tool: string;
  readonly chamber: string | null;
  readonly product: string;
  readonly operation: string;
  readonly lot: string;
  readonly slot: number;
  readonly recordId: string;
  readonly runId: string | null;
  /** First and last record that shows it, and how many do. */
  readonly from: Date;
  readonly to: Date;
  readonly count: number;
  readonly value: number | null;
}

/** Opens the alert of a condition, or adds to the open one, which keeps the record that opened it as its evidence. */
export async function raiseCondition(tx: Tx, c: Condition): Promise<void> {
  const where = { lot: c.lot, slot: c.slot, recordId: c.recordId, count: c.count };
  const made = await tx.one<{ id: string }>(sql`
    INSERT INTO alert (id, dedupe_key, kind, severity, title, area, tool, chamber, product, operation, record_id, run_id, lot, slot, value, first_at, last_at, count)
    VALUES (${randomUUID()}, ${c.key}, ${c.kind}, ${c.severity}, ${c.title}, ${c.area}, ${c.tool}, ${c.chamber}, ${c.product}, ${c.operation}, ${c.recordId}, ${c.runId}, ${c.lot}, ${c.slot},
      ${c.value}, ${c.from}, ${c.to}, ${c.count})
    ON CONFLICT (dedupe_key) WHERE ${unsettled()} DO NOTHING RETURNING id`);
  if (made !== undefined) {
    await alertEvent(tx, made.id, ITSELF, 'opened', c.title, where);
    await feed(tx, [
      {
        kind: 'alert',
        text: c.title,
        detail: { alertId: made.id, severity: c.severity, tool: c.tool, chamber: c.chamber },
      },
    ]);
    await underPolicy(tx, { ...c, id: made.id });
    await gather(tx, made.id);
    return;
  }
  const open = await tx.one<{ id: string }>(sql`
    UPDATE alert SET last_at = greatest(last_at, ${c.to}), count = count + ${c.count}
    WHERE dedupe_key = ${c.key} AND ${unsettled()} RETURNING id`);
  if (open !== undefined) await alertEvent(tx, open.id, ITSELF, 'again', c.title, where);
}

/**
 * Closes the alert of a condition that has ended: when the last `ALERT_CLOSES_AFTER` records of it, all after the latest that showed it,
 * were right.
 * @param rightSince - counts the right records after a given time: a statement with one column `n`.
 * @param what - what was right, after the number: "wafers of ELL-01 were accepted by HFO2-SE".
 */
export async function endCondition(tx: Tx, key: string, rightSince: (last: Date) => Sql, what: string): Promise<void> {
  const open = await tx.one<{ id: string; title: string; last_at: Date; tool: string | null; chamber: string | null }>(
    sql`SELECT id, title, last_at, tool, chamber FROM alert WHERE dedupe_key = ${key} AND ${unsettled()} FOR UPDATE`,
  );
  if (open === undefined) return;
  const need = config().ALERT_CLOSES_AFTER;
  const right = await tx.one<{ n: number }>(rightSince(open.last_at));
  if ((right?.n ?? 0) < need) return;
  const reason = `the condition has ended: since then ${right!.n} ${what}, none of them wrong; ${need} end it`;
  await closeByItself(tx, open, reason, 'the condition has ended', { records: right!.n });
}
