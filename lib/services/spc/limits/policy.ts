import { z } from 'zod';
import { bulkInsert, type Db, db, type RowOf, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { reasonIn } from '@/lib/formats/reason';
import { audit } from '../../audit';
import { timeOf, verb } from '../../verb';

/** What becomes of the first limits of a baseline: they hold and are listed until somebody has looked at them, or they wait for an approval. */
export const FIRST_LIMITS = ['apply', 'propose'] as const;

/** How limits come into force on this site. */
export type LimitPolicy = Readonly<
  Pick<RowOf<'limit_policy'>, 'version' | 'author' | 'reason'> & {
    secondPerson: boolean;
    firstLimits: (typeof FIRST_LIMITS)[number];
    /** When it was made; null: nobody has made one. */
    createdAt: Date | null;
  }
>;

const NOBODYS: LimitPolicy = {
  version: 0,
  secondPerson: false,
  firstLimits: 'apply',
  author: 'Driftless',
  reason: 'as installed',
  createdAt: null,
};

/** The policy in force. */
export async function limitPolicy(on: Db = db()): Promise<LimitPolicy> {
  const row = await on.one<LimitPolicy>(sql`
    SELECT version, second_person AS "secondPerson", first_limits AS "firstLimits", author, reason, created_at AS "createdAt" FROM limit_policy ORDER BY version DESC LIMIT 1`);
  return row ?? NOBODYS;
}

/** Changes how limits come into force. @throws AppError `precondition_failed` where somebody changed it meanwhile; `invalid_input` where nothing differs. */
export const changeLimitPolicy = verb(
  {
    name: 'limit-policy.change',
    least: 'administrator',
    input: z.strictObject({
      seen: z.int(),
      secondPerson: z.boolean(),
      firstLimits: z.enum(FIRST_LIMITS),
      reason: reasonIn,
    }),
  },
  async (ctx, { seen, secondPerson, firstLimits, reason }): Promise<number> =>
    transaction(async (tx) => {
      await tx.exec(sql`LOCK TABLE limit_policy IN SHARE ROW EXCLUSIVE MODE`);
      const now = await limitPolicy(tx);
      requireCurrentVersion('the policy', now.version, seen);
      if (now.secondPerson === secondPerson && now.firstLimits === firstLimits)
        throw new AppError('invalid_input', 'Nothing differs from the policy in force.', { field: 'secondPerson' });
      const version = now.version + 1;
      await bulkInsert(tx, 'limit_policy', [
        {
          version,
          second_person: secondPerson,
          first_limits: firstLimits,
          author: ctx.by.email,
          reason,
          created_at: timeOf(ctx),
        },
      ]);
      await audit(tx, ctx, {
        action: 'change',
        entity: 'limit policy',
        entityId: String(version),
        before: { secondPerson: now.secondPerson, firstLimits: now.firstLimits },
        after: { secondPerson, firstLimits },
        reason,
      });
      return version;
    }),
);
