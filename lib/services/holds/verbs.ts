import { z } from 'zod';
import { db, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { parsedId } from '@/lib/formats/parsed';
import { reasonIn } from '@/lib/formats/reason';
import { name, recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { type Ctx, timeOf, verb } from '../verb';
import { acknowledgeHold, type HoldRow, type HoldSubject, holdPage, holdWords, placeHold, releaseHold as release } from './hold';

const subjectIn = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('lot'), lot: name }),
  z.strictObject({ scope: z.literal('tool'), tool: name }),
  z.strictObject({ scope: z.literal('chamber'), tool: name, chamber: name }),
]);

const SOURCE = z.enum(['person', 'mes']);

/**
 * Places a hold. The same hold by the same caller for the same reason is a repeat and answers with the first.
 * @throws AppError `conflict` when the subject is held already; `invalid_input` for a name that is not registered. A MES may hold a lot before it is sent.
 */
export const holdSubject = verb(
  {
    name: 'hold.place',
    least: 'operator',
    input: z.strictObject({ subject: subjectIn, reason: reasonIn, alert: recordIdIn('alert').nullable(), source: SOURCE }),
  },
  async (ctx, { subject, reason, alert, source }): Promise<{ id: string }> =>
    transaction(async (tx) => {
      await requireSubject(tx, subject, source);
      if (alert !== null && (await tx.one(sql`SELECT 1 FROM alert WHERE id = ${alert}`)) === undefined)
        throw new AppError('not_found', `there is no alert ${alert}`);
      const { hold, placed } = await placeHold(tx, {
        subject,
        reason,
        source,
        by: ctx.by.email,
        at: timeOf(ctx),
        alertId: alert,
      });
      const isRepeat = !placed && hold.placed_by === ctx.by.email && hold.reason === reason;
      if (!placed && !isRepeat)
        throw new AppError(
          'conflict',
          `${holdWords(hold)} is on hold already, by ${hold.placed_by}: ${hold.reason}; see ${holdPage(hold.id)}`,
          {
            field: 'subject',
            holdId: hold.id,
          },
        );
      if (placed)
        await audit(tx, ctx, {
          action: 'place',
          entity: 'hold',
          entityId: hold.id,
          after: { ...subject, source, alert },
          reason,
        });
      return { id: hold.id };
    }),
);

async function requireSubject(tx: Tx, s: HoldSubject, source: z.infer<typeof SOURCE>): Promise<void> {
  const refuse = (field: string, what: string): never => {
    throw new AppError('invalid_input', `${field}: ${what} is not registered; correct the name`, { field });
  };
  if (s.scope === 'lot') {
    if (source === 'person' && (await tx.one(sql`SELECT 1 FROM lot WHERE name = ${s.lot}`)) === undefined)
      refuse('lot', `lot "${s.lot}"`);
    return;
  }
  if ((await tx.one(sql`SELECT 1 FROM tool WHERE name = ${s.tool}`)) === undefined) refuse('tool', `tool "${s.tool}"`);
  if (
    s.scope === 'chamber' &&
    (await tx.one(sql`SELECT 1 FROM chamber WHERE tool = ${s.tool} AND name = ${s.chamber}`)) === undefined
  )
    refuse('chamber', `chamber "${s.chamber}" of ${s.tool}`);
}

const releaseIn = z.strictObject({ hold: recordIdIn('hold'), reason: reasonIn });

async function releaseAs(ctx: Ctx, id: string, reason: string, ofLot: boolean): Promise<void> {
  await transaction(async (tx) => {
    const hold = await tx.one<HoldRow>(sql`SELECT * FROM process_hold WHERE id = ${id} FOR UPDATE`);
    if (hold === undefined || (hold.scope === 'lot') !== ofLot)
      throw new AppError('not_found', `there is no hold ${id} of a ${ofLot ? 'lot' : 'tool or chamber'}`);
    if (hold.released_at !== null) {
      if (hold.released_by === ctx.by.email && hold.release_reason === reason) return; // a repeat
      throw new AppError('conflict', `${holdWords(hold)} was released by ${hold.released_by} meanwhile: ${hold.release_reason}`, {
        holdId: id,
      });
    }
    await release(tx, id, ctx.by.email, reason, timeOf(ctx));
    await audit(tx, ctx, {
      action: 'release',
      entity: 'hold',
      entityId: id,
      before: { what: holdWords(hold), reason: hold.reason },
      reason,
    });
  });
}

/** Lets a lot go on. @throws AppError `conflict` when it was released meanwhile. */
export const releaseLot = verb({ name: 'hold.release-lot', least: 'operator', input: releaseIn }, (ctx, { hold, reason }) =>
  releaseAs(ctx, hold, reason, true),
);

/** Gives a tool or a chamber back to production: an engineer's decision. @throws AppError `conflict` when it was released meanwhile. */
export const releaseEquipment = verb(
  { name: 'hold.release-equipment', least: 'engineer', input: releaseIn },
  (ctx, { hold, reason }) => releaseAs(ctx, hold, reason, false),
);

/** The verb that releases a hold. @throws AppError `not_found`. */
export async function releaseOf(hold: string): Promise<typeof releaseLot> {
  const row = await db().one<{ scope: string }>(sql`SELECT scope FROM process_hold WHERE id = ${parsedId('hold', hold)}`);
  if (row === undefined) throw new AppError('not_found', `there is no hold ${hold}`);
  return row.scope === 'lot' ? releaseLot : releaseEquipment;
}

/** A MES, or a person who told it by other means, has taken note of what was asked for a hold. Saying so twice changes nothing. */
export const noteHold = verb(
  { name: 'hold.acknowledge', least: 'operator', input: z.strictObject({ hold: recordIdIn('hold') }) },
  async (ctx, { hold }) =>
    transaction(async (tx) => {
      if ((await tx.one(sql`SELECT 1 FROM process_hold WHERE id = ${hold} FOR UPDATE`)) === undefined)
        throw new AppError('not_found', `there is no hold ${hold}`);
      const settled = await acknowledgeHold(tx, hold, ctx.by.email, timeOf(ctx), null);
      if (settled > 0) await audit(tx, ctx, { action: 'acknowledge', entity: 'hold', entityId: hold });
    }),
);
