import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { name, recordIdIn } from '@/lib/formats/scalars';
import type { Ref } from '@/lib/queue/jobs';
import { audit } from '../audit';
import { alertEvent } from '../live/alert-event';
import { feed } from '../live/feed';
import { ITSELF } from '../live/itself';
import { timeOf, verb } from '../verb';

const waferOf = (r: { lot: string; slot: number }): string => (r.slot === 0 ? `a wafer of ${r.lot}` : `${r.lot} wafer ${r.slot}`);

/**
 * Asks for a wafer, or any wafer of a lot, to be measured again by a time.
 * @throws AppError `conflict` where it is asked for already; `invalid_input` for a name that is not registered.
 */
export const requestMeasurement = verb(
  {
    name: 'measurement-request.make',
    least: 'operator',
    input: z.strictObject({
      alert: recordIdIn('alert').nullable(),
      lot: name,
      slot: z.int().min(0).max(25),
      operation: name,
      parameter: name,
      /** Minutes from now. */
      withinMin: z.int().min(1).max(43_200),
      reason: reasonIn,
    }),
  },
  async (ctx, r): Promise<{ id: string }> =>
    transaction(async (tx) => {
      if (r.alert !== null && (await tx.one(sql`SELECT 1 FROM alert WHERE id = ${r.alert} FOR UPDATE`)) === undefined)
        throw new AppError('not_found', `there is no alert ${r.alert}`);
      await requireNames(tx, r);
      const now = timeOf(ctx);
      const due = new Date(now.getTime() + r.withinMin * 60_000);
      const made = await tx.one<{ id: string }>(sql`
        INSERT INTO measurement_request (alert_id, lot, slot, operation, parameter, due_at, reason, asked_by, asked_at)
        VALUES (${r.alert}, ${r.lot}, ${r.slot}, ${r.operation}, ${r.parameter}, ${due}, ${r.reason}, ${ctx.by.email}, ${now})
        ON CONFLICT (lot, slot, operation, parameter) WHERE state = 'open' DO NOTHING RETURNING id`);
      if (made === undefined)
        throw new AppError(
          'conflict',
          `${r.parameter} of ${waferOf(r)} at ${r.operation} is asked for already; see the list of requests`,
          { field: 'slot' },
        );
      const what = `${r.parameter} of ${waferOf(r)} at ${r.operation} by ${due.toISOString().slice(0, 16).replace('T', ' ')} UTC: ${r.reason}`;
      if (r.alert !== null) await alertEvent(tx, r.alert, ctx.by.email, 'requested', what, { requestId: made.id });
      await audit(tx, ctx, { action: 'request', entity: 'measurement request', entityId: made.id, after: r, reason: r.reason });
      await feed(tx, [{ kind: 'request', text: `Measure again: ${what}`, detail: { requestId: made.id, lot: r.lot } }]);
      return made;
    }),
);

async function requireNames(tx: Tx, r: { lot: string; operation: string; parameter: string }): Promise<void> {
  const known = (await tx.one<Record<'lot' | 'operation' | 'parameter', boolean>>(sql`
    SELECT EXISTS (SELECT 1 FROM lot WHERE name = ${r.lot}) AS lot, EXISTS (SELECT 1 FROM operation WHERE name = ${r.operation}) AS operation,
      EXISTS (SELECT 1 FROM parameter WHERE name = ${r.parameter}) AS parameter`))!;
  for (const field of ['lot', 'operation', 'parameter'] as const)
    if (!known[field])
      throw new AppError('invalid_input', `${field}: ${field} "${r[field]}" is not registered; correct the name`, { field });
}

/** Takes a request back that is not needed any more. @throws AppError `conflict` when it is over already. */
export const withdrawRequest = verb(
  {
    name: 'measurement-request.withdraw',
    least: 'operator',
    input: z.strictObject({ request: recordIdIn('request'), reason: reasonIn }),
  },
  async (ctx, { request, reason }) =>
    transaction(async (tx) => {
      const r = await tx.one<{ state: string; alert_id: string | null; lot: string; slot: number; parameter: string }>(
        sql`SELECT state, alert_id, lot, slot, parameter FROM measurement_request WHERE id = ${request} FOR UPDATE`,
      );
      if (r === undefined) throw new AppError('not_found', `there is no request ${request}`);
      if (r.state !== 'open') throw new AppError('conflict', `the request is ${r.state} already`);
      await tx.exec(sql`
        UPDATE measurement_request SET state = 'withdrawn', ended_at = ${timeOf(ctx)}, ended_by = ${ctx.by.email}, end_reason = ${reason} WHERE id = ${request}`);
      if (r.alert_id !== null)
        await alertEvent(tx, r.alert_id, ctx.by.email, 'request_withdrawn', `${r.parameter} of ${waferOf(r)}: ${reason}`, {
          requestId: request,
        });
      await audit(tx, ctx, { action: 'withdraw', entity: 'measurement request', entityId: request, reason });
    }),
);

interface Fulfilled {
  id: string;
  alert_id: string | null;
  asked_by: string;
  lot: string;
  slot: number;
  parameter: string;
  unit: string;
  measurement_id: string;
  mean: number;
  revises: string | null;
  was: number | null;
}

/** Requests that these measurements fulfil: of the wafer and the parameter, arrived after they were asked for. Who asked is told. */
export async function fulfilRequests(tx: Tx, refs: readonly Ref[]): Promise<void> {
  const rows = await tx.rows<Fulfilled>(sql`
    WITH came AS (
      SELECT DISTINCT ON (r.id) r.id, m.id AS measurement_id, m.slot, m.mean, m.unit, m.station, m.revises, m.received_at,
        (SELECT e.mean FROM measurement e WHERE e.lot = m.lot AND e.operation = m.operation AND e.slot = m.slot AND e.parameter = m.parameter AND e.id <> m.id AND e.received_at < m.received_at
          ORDER BY e.received_at DESC LIMIT 1) AS was
      FROM measurement m JOIN measurement_request r ON r.state = 'open' AND r.lot = m.lot AND r.operation = m.operation AND r.parameter = m.parameter AND r.slot IN (0, m.slot) AND m.received_at >= r.asked_at
      WHERE m.id = ANY(${refs.map((r) => r.id)}::uuid[]) AND m.measured_at BETWEEN ${new Date(Math.min(...refs.map((r) => r.at)))} AND ${new Date(Math.max(...refs.map((r) => r.at)))}
      ORDER BY r.id, m.received_at, m.id)
    UPDATE measurement_request r SET state = 'fulfilled', measurement_id = c.measurement_id, ended_at = c.received_at, ended_by = c.station FROM came c
    WHERE r.id = c.id AND r.state = 'open'
    RETURNING r.id, r.alert_id, r.asked_by, r.lot, c.slot, r.parameter, c.unit, c.measurement_id, c.mean, c.revises, c.was`);
  for (const r of rows) {
    const value = `${waferOf(r)}: ${Number(r.mean.toPrecision(5))} ${r.unit}`;
    const before = r.was === null ? '' : `; before it was ${Number(r.was.toPrecision(5))} ${r.unit}`;
    const what =
      r.revises === null
        ? 'a measurement beside the earlier one'
        : 'it takes the place of the earlier one, which stays visible as superseded';
    if (r.alert_id !== null) {
      const user = await tx.one<{ email: string }>(
        sql`SELECT email FROM "user" WHERE email = ${r.asked_by} AND disabled_at IS NULL`,
      );
      await alertEvent(
        tx,
        r.alert_id,
        ITSELF,
        're_measured',
        `${value}${before}. ${what}`,
        { requestId: r.id, measurementId: r.measurement_id },
        user === undefined ? [] : [user.email],
      );
    }
    await feed(tx, [
      {
        kind: 'request',
        text: `Measured again: ${r.parameter} of ${value}`,
        detail: { requestId: r.id, lot: r.lot, measurementId: r.measurement_id },
      },
    ]);
  }
}
