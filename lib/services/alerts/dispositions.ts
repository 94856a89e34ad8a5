import { z } from 'zod';
import { bulkInsert, type Db, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { name, recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { placeHold } from '../holds/hold';
import { alertEvent } from '../live/alert-event';
import { timeOf, verb } from '../verb';
import { AFFECTING, type AffectingAlert, affectedLots } from './affected-lots';
import { refuseChanged } from './changed-meanwhile';

/** What is decided about wafers. `hold` also places a hold of the lot. */
export const DECISIONS = ['use_as_is', 'rework', 'scrap', 're_measure', 'hold'] as const;
export type Decision = (typeof DECISIONS)[number];

export interface DispositionLine {
  readonly lot: string;
  /** 0: the whole lot. */
  readonly slot: number;
  readonly decision: Decision;
  readonly reason: string;
}

export const decisionWords = (d: string): string => d.replaceAll('_', ' ');

/** Lots that an alert affects and of which nothing has been decided as a whole. */
export async function undecidedLots(on: Db, a: AffectingAlert, now: number): Promise<string[]> {
  const [affected, decided] = await Promise.all([
    affectedLots(on, a, now),
    on.rows<{ lot: string }>(sql`SELECT DISTINCT lot FROM alert_disposition WHERE alert_id = ${a.id} AND slot = 0`),
  ]);
  const has = new Set(decided.map((d) => d.lot));
  return affected.map((l) => l.lot).filter((l) => !has.has(l));
}

/** Writes decisions beside those that were made before, in the transaction of whoever makes them. */
export async function decide(tx: Tx, alertId: string, lines: readonly DispositionLine[], by: string, at: Date): Promise<void> {
  await bulkInsert(
    tx,
    'alert_disposition',
    lines.map((l) => ({ alert_id: alertId, ...l, author: by, at })),
  );
  for (const l of lines)
    if (l.decision === 'hold')
      await placeHold(tx, { subject: { scope: 'lot', lot: l.lot }, reason: l.reason, source: 'person', by, at, alertId });
}

const waferWords = (l: { lot: string; slot: number }): string => (l.slot === 0 ? l.lot : `${l.lot} wafer ${l.slot}`);

/** "A1043, A1044 wafer 7 and 3 more". */
export function namesOf(list: readonly string[], most = 5): string {
  const head = list.slice(0, most).join(', ');
  return list.length > most ? `${head} and ${list.length - most} more` : head;
}

/**
 * Decides what happens to lots or wafers of an alert, also after it was closed: the decision before stays in the history.
 * @throws AppError `precondition_failed` when the alert was changed meanwhile; `invalid_input` for a lot that is not registered.
 */
export const disposeLots = verb(
  {
    name: 'alert.dispose',
    least: 'operator',
    input: z.strictObject({
      alert: recordIdIn('alert'),
      seen: z.int().nullable(),
      wafers: z
        .array(z.strictObject({ lot: name, slot: z.int().min(0).max(25) }))
        .min(1, 'choose at least one lot')
        .max(200),
      decision: z.enum(DECISIONS),
      reason: reasonIn,
    }),
  },
  async (ctx, { alert, seen, wafers, decision, reason }) =>
    transaction(async (tx) => {
      const row = await tx.one<AffectingAlert & { version: number }>(
        sql`SELECT ${AFFECTING}, version FROM alert WHERE id = ${alert} FOR UPDATE`,
      );
      if (row === undefined) throw new AppError('not_found', `there is no alert ${alert}`);
      await refuseChanged(tx, alert, seen, row.version);
      const lots = [...new Set(wafers.map((w) => w.lot))];
      const known = new Set(
        (await tx.rows<{ name: string }>(sql`SELECT name FROM lot WHERE name = ANY(${lots}::text[])`)).map((l) => l.name),
      );
      const unknown = lots.find((l) => !known.has(l));
      if (unknown !== undefined)
        throw new AppError('invalid_input', `lot: lot "${unknown}" is not registered; correct the name`, { field: 'wafers' });
      await tx.exec(sql`UPDATE alert SET version = version + 1 WHERE id = ${alert}`);
      await decide(
        tx,
        alert,
        wafers.map((w) => ({ ...w, decision, reason })),
        ctx.by.email,
        timeOf(ctx),
      );
      await alertEvent(
        tx,
        alert,
        ctx.by.email,
        'disposed',
        `${namesOf(wafers.map(waferWords))}: ${decisionWords(decision)}. ${reason}`,
        { wafers, decision },
      );
      await audit(tx, ctx, { action: 'dispose', entity: 'alert', entityId: alert, after: { wafers, decision }, reason });
    }),
);
