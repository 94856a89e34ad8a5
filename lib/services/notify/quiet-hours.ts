import { z } from 'zod';
import { sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { mayAs } from '../actor';
import { audit } from '../audit';
import { timeOf, verb } from '../verb';
import { quietSpec } from './quiet';

/**
 * Sets the hours in which a person is not told; null: none. Everybody sets their own, an administrator those of others. What is held stays held until the
 * end that it was given.
 * @throws AppError `forbidden` for the hours of somebody else; `precondition_failed` when they changed meanwhile; `not_found` for no user.
 */
export const setQuietHours = verb(
  {
    name: 'quiet-hours.set',
    least: 'viewer',
    input: z.strictObject({
      email: z.string().trim().min(3).max(200),
      /** Version that the person saw; 0: there were none yet. */
      seen: z.int().min(0),
      quiet: quietSpec.nullable(),
    }),
    names: { 'quiet.zone': 'Time zone' },
  },
  async (ctx, { email, seen, quiet }) =>
    transaction(async (tx) => {
      if (email !== ctx.by.email && !mayAs(ctx.by.role, 'administrator'))
        throw new AppError('forbidden', 'everybody sets their own quiet hours; those of others an administrator');
      if ((await tx.one(sql`SELECT 1 FROM "user" WHERE email = ${email}`)) === undefined)
        throw new AppError('not_found', `there is no user "${email}"`, { field: 'email' });
      const before = await tx.one<{ version: number; spec: unknown; changed_by: string }>(
        sql`SELECT version, spec, changed_by FROM notify_quiet WHERE email = ${email} FOR UPDATE`,
      );
      if ((before?.version ?? 0) !== seen)
        throw new AppError('precondition_failed', `${before?.changed_by} changed them meanwhile; look at them again`);
      const spec = quiet === null ? null : JSON.stringify(quiet);
      const written = await tx.exec(sql`
        INSERT INTO notify_quiet (email, spec, changed_by, changed_at) VALUES (${email}, ${spec}::jsonb, ${ctx.by.email}, ${timeOf(ctx)})
        ON CONFLICT (email) DO UPDATE SET spec = EXCLUDED.spec, version = notify_quiet.version + 1, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at WHERE notify_quiet.version = ${seen}`);
      if (written === 0) throw new AppError('precondition_failed', 'they changed meanwhile; look at them again');
      await audit(tx, ctx, { action: 'set', entity: 'quiet hours', entityId: email, before: before?.spec ?? null, after: quiet });
    }),
);
