import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { time } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { timeOf, verb } from '../verb';
import { rotaSpec } from './rota';
import { rotaName } from './schedule';

/** The longest that somebody takes a place for, ms. */
const LONGEST_MS = 366 * 86_400_000;
const email = z.string().trim().min(3).max(200);

/** @throws AppError `invalid_input` for somebody who may not sign in: nobody would be reached. */
export async function requirePeople(tx: Tx, emails: readonly string[], field: string): Promise<void> {
  const asked = [...new Set(emails)];
  const known = await tx.rows<{ email: string }>(
    sql`SELECT email FROM "user" WHERE email = ANY(${asked}::text[]) AND disabled_at IS NULL`,
  );
  const missing = asked.find((e) => !known.some((k) => k.email === e));
  if (missing === undefined) return;
  throw new AppError(
    'invalid_input',
    `${field}: there is no user "${missing}" who may sign in; give the address that a user signs in with`,
    { field },
  );
}

/**
 * Makes a rota, or its next version. Overrides stay. The name is how rules and policies refer to it, and does not change.
 * @throws AppError `precondition_failed` when somebody changed it meanwhile; `invalid_input` for a person, an area or a zone that is not known.
 */
export const saveRota = verb(
  {
    name: 'rota.save',
    least: 'engineer',
    input: z.strictObject({
      name: rotaName,
      area: z.string().min(1).max(120),
      /** Version that the person saw; 0: a new rota. */
      seen: z.int().min(0),
      spec: rotaSpec,
      reason: reasonIn,
    }),
    names: { 'spec.zone': 'Time zone' },
  },
  async (ctx, { name, area, seen, spec, reason }) =>
    transaction(async (tx) => {
      if (area !== '*' && (await tx.one(sql`SELECT 1 FROM area WHERE name = ${area}`)) === undefined)
        throw new AppError('invalid_input', `area: there is no area "${area}"; give a registered one, or * for all`, {
          field: 'area',
        });
      await requirePeople(
        tx,
        spec.shifts.flatMap((s) => s.members),
        'spec.shifts',
      );
      const before = await tx.one<{ version: number; area: string; spec: unknown; author: string }>(
        sql`SELECT version, area, spec, author FROM rota WHERE name = ${name} FOR UPDATE`,
      );
      if ((before?.version ?? 0) !== seen)
        throw new AppError(
          before === undefined ? 'not_found' : seen === 0 ? 'conflict' : 'precondition_failed',
          before === undefined
            ? `there is no rota "${name}"`
            : seen === 0
              ? `there is a rota "${name}" already`
              : `${before.author} made version ${before.version} meanwhile; look at it again`,
          { field: 'name' },
        );
      const made = await tx.exec(sql`
        INSERT INTO rota (name, area, version, spec, author, reason, changed_at) VALUES (${name}, ${area}, ${seen + 1}, ${JSON.stringify(spec)}::jsonb, ${ctx.by.email}, ${reason}, ${timeOf(ctx)})
        ON CONFLICT (name) DO UPDATE SET area = EXCLUDED.area, version = EXCLUDED.version, spec = EXCLUDED.spec, author = EXCLUDED.author, reason = EXCLUDED.reason, changed_at = EXCLUDED.changed_at
        WHERE rota.version = ${seen}`);
      if (made === 0) throw new AppError('conflict', `there is a rota "${name}" already`, { field: 'name' });
      await audit(tx, ctx, {
        action: before === undefined ? 'create' : 'change',
        entity: 'rota',
        entityId: name,
        before: before === undefined ? undefined : { version: before.version, area: before.area, spec: before.spec },
        after: { version: seen + 1, area, spec },
        reason,
      });
    }),
);

/**
 * Somebody takes the place of somebody for a time: a swap, a holiday. Without a person the place stays empty then.
 * @throws AppError `not_found`; `invalid_input` for a shift or a person that is not known.
 */
export const overrideRota = verb(
  {
    name: 'rota.override',
    least: 'operator',
    input: z
      .strictObject({
        rota: rotaName,
        shift: rotaName.nullable(),
        from: time,
        to: time,
        insteadOf: email.nullable(),
        person: email.nullable(),
        reason: reasonIn,
      })
      .refine((o) => Date.parse(o.from) < Date.parse(o.to), { path: ['to'], message: 'must lie after the beginning' })
      .refine((o) => Date.parse(o.to) - Date.parse(o.from) <= LONGEST_MS, {
        path: ['to'],
        message: 'is more than a year away; change the rota instead',
      }),
    names: { from: 'From', to: 'To' },
  },
  async (ctx, o): Promise<{ id: number }> =>
    transaction(async (tx) => {
      const rota = await tx.one<{ spec: z.infer<typeof rotaSpec> }>(sql`SELECT spec FROM rota WHERE name = ${o.rota} FOR SHARE`);
      if (rota === undefined) throw new AppError('not_found', `there is no rota "${o.rota}"`, { field: 'rota' });
      if (o.shift !== null && !rota.spec.shifts.some((s) => s.name === o.shift))
        throw new AppError('invalid_input', `shift: ${o.rota} has no shift "${o.shift}"`, { field: 'shift' });
      await requirePeople(tx, o.person === null ? [] : [o.person], 'person');
      const row = await tx.one<{ id: number }>(sql`
        INSERT INTO rota_override (rota, shift, from_at, to_at, instead_of, person, author, reason, created_at)
        VALUES (${o.rota}, ${o.shift}, ${new Date(o.from)}, ${new Date(o.to)}, ${o.insteadOf}, ${o.person}, ${ctx.by.email}, ${o.reason}, ${timeOf(ctx)}) RETURNING id`);
      const { reason, ...after } = o;
      await audit(tx, ctx, { action: 'override', entity: 'rota', entityId: o.rota, after: { id: row!.id, ...after }, reason });
      return { id: row!.id };
    }),
);

/** Takes an override back; what it did until now stays in the history of what was sent. */
export const cancelOverride = verb(
  { name: 'rota.cancel-override', least: 'operator', input: z.strictObject({ override: z.int().min(1), reason: reasonIn }) },
  async (ctx, { override, reason }) =>
    transaction(async (tx) => {
      const row = await tx.one<{ rota: string }>(sql`
        UPDATE rota_override SET cancelled_at = ${timeOf(ctx)}, cancelled_by = ${ctx.by.email} WHERE id = ${override} AND cancelled_at IS NULL RETURNING rota`);
      if (row === undefined) throw new AppError('not_found', 'there is no such override, or it was cancelled already');
      await audit(tx, ctx, { action: 'cancel override', entity: 'rota', entityId: row.rota, before: { id: override }, reason });
    }),
);
