import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { timeOf, verb } from '../verb';
import { requireRuleTargets } from './require-targets';
import { type RuleSpec, ruleSpec } from './rules';

/** Rules of one installation; each is looked at for every event. */
const MOST_RULES = 100;

interface RuleRow {
  id: string;
  name: string;
  position: number;
  active: boolean;
  version: number;
  spec: RuleSpec;
  author: string;
}

const lockRules = (tx: Tx) => tx.exec(sql`SELECT pg_advisory_xact_lock(hashtextextended('notify rules', 0))`);

/** @throws AppError `invalid_input` for an area that is not registered. */
async function requireAreas(tx: Tx, areas: readonly string[], field: string): Promise<void> {
  const known = await tx.rows<{ name: string }>(sql`SELECT name FROM area WHERE name = ANY(${[...areas]}::text[])`);
  const missing = areas.find((a) => !known.some((k) => k.name === a));
  if (missing !== undefined)
    throw new AppError('invalid_input', `areas: there is no area "${missing}"; give a registered one, or none for all`, {
      field,
    });
}

/**
 * Makes a rule of notification, or its next version; a new one comes last. It holds for events from then on. Earlier versions are in the audit trail.
 * @throws AppError `precondition_failed` when somebody changed it meanwhile; `conflict` for a name that is taken; `invalid_input` for an area, a person, a
 *   rota or a channel that is not known.
 */
export const saveRule = verb(
  {
    name: 'notify-rule.save',
    least: 'engineer',
    input: z.strictObject({
      /** Null: a new one. */
      id: recordIdIn('rule').nullable(),
      /** Version that the person saw; 0 for a new one. */
      seen: z.int().min(0),
      name: z.string().trim().min(1).max(80),
      active: z.boolean(),
      spec: ruleSpec,
      reason: reasonIn,
    }),
    names: { name: 'Name' },
  },
  async (ctx, r): Promise<{ id: string }> =>
    transaction(async (tx) => {
      await lockRules(tx);
      await requireAreas(tx, r.spec.areas, 'spec.areas');
      await requireRuleTargets(tx, r.spec.to, 'spec.to');
      if (r.spec.to.length === 0 && !r.spec.final)
        throw new AppError('invalid_input', 'to: name somebody; a rule that tells nobody must end the list for what it takes', {
          field: 'spec.to',
        });
      const all = await tx.rows<RuleRow>(
        sql`SELECT id, name, position, active, version, spec, author FROM notify_rule ORDER BY position`,
      );
      const before = r.id === null ? undefined : all.find((x) => x.id === r.id);
      if (r.id !== null && before === undefined) throw new AppError('not_found', 'there is no such rule');
      if ((before?.version ?? 0) !== r.seen)
        throw new AppError(
          'precondition_failed',
          `${before?.author} made version ${before?.version} meanwhile; look at it again`,
        );
      if (all.some((x) => x.name === r.name && x.id !== r.id))
        throw new AppError('conflict', `there is a rule "${r.name}" already`, { field: 'name' });
      if (before === undefined && all.length >= MOST_RULES)
        throw new AppError('conflict', `there are ${MOST_RULES} rules already; change one of them`);
      const spec = JSON.stringify(r.spec);
      const row = await tx.one<{ id: string }>(
        before === undefined
          ? sql`INSERT INTO notify_rule (name, position, active, spec, author, reason, changed_at)
              VALUES (${r.name}, ${(all.at(-1)?.position ?? 0) + 1}, ${r.active}, ${spec}::jsonb, ${ctx.by.email}, ${r.reason}, ${timeOf(ctx)}) RETURNING id`
          : sql`UPDATE notify_rule SET name = ${r.name}, active = ${r.active}, spec = ${spec}::jsonb, version = version + 1, author = ${ctx.by.email}, reason = ${r.reason},
              changed_at = ${timeOf(ctx)} WHERE id = ${before.id} RETURNING id`,
      );
      await audit(tx, ctx, {
        action: before === undefined ? 'create' : 'change',
        entity: 'notification rule',
        entityId: row!.id,
        before,
        after: { version: r.seen + 1, name: r.name, active: r.active, spec: r.spec },
        reason: r.reason,
      });
      return { id: row!.id };
    }),
);

/**
 * Puts the rules into an order.
 * @throws AppError `precondition_failed` when these are not all rules there are: one came or went meanwhile.
 */
export const orderRules = verb(
  {
    name: 'notify-rule.order',
    least: 'engineer',
    input: z.strictObject({ ids: z.array(recordIdIn('rule')).min(1).max(MOST_RULES), reason: reasonIn }),
  },
  async (ctx, { ids, reason }) =>
    transaction(async (tx) => {
      await lockRules(tx);
      const now = await tx.rows<{ id: string; name: string }>(sql`SELECT id, name FROM notify_rule ORDER BY position, name`);
      if (new Set(ids).size !== ids.length || now.length !== ids.length || now.some((r) => !ids.includes(r.id)))
        throw new AppError('precondition_failed', 'the rules have changed meanwhile; look at them again');
      const names = (list: readonly string[]): string[] => list.map((id) => now.find((r) => r.id === id)!.name);
      await tx.exec(sql`
        UPDATE notify_rule r SET position = u.position FROM unnest(${ids}::uuid[], ${ids.map((_, i) => i + 1)}::int4[]) AS u(id, position) WHERE u.id = r.id`);
      await audit(tx, ctx, {
        action: 'order',
        entity: 'notification rules',
        entityId: 'all',
        before: { order: names(now.map((r) => r.id)) },
        after: { order: names(ids) },
        reason,
      });
    }),
);
