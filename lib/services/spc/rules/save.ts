import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { reasonIn } from '@/lib/formats/reason';
import { name, recordIdIn } from '@/lib/formats/scalars';
import { BUILT_IN_SETS } from '@/lib/spc';
import { audit } from '../../audit';
import { feed } from '../../live/feed';
import { type Ctx, timeOf, verb } from '../../verb';
import { numbersOf } from './book';
import { asChartRule, checkSet, type RuleSetContent, ruleSetContent, setDifference } from './content';

/** Labels of the form. */
export const RULE_SET_WORDS: Readonly<Record<string, string>> = { name: 'Name', rules: 'Rules', on: 'Judges' };

export interface SetHead {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly retired_at: Date | null;
  readonly content: unknown;
}

/** Content as it is stored: an older version of ours may have written it without what was added since. */
export const storedSet = (content: unknown): RuleSetContent => ruleSetContent.parse(content);

/** Locks a set. @throws AppError `not_found`. */
export async function lockSet(tx: Tx, id: string): Promise<SetHead> {
  const head = await tx.one<SetHead>(sql`
    SELECT s.id, s.name, s.version, s.retired_at, v.content FROM rule_set s JOIN rule_set_version v ON v.rule_set_id = s.id AND v.version = s.version
    WHERE s.id = ${id} FOR UPDATE OF s`);
  if (head === undefined) throw new AppError('not_found', 'there is no such rule set');
  return head;
}

/**
 * Makes a rule set, or a new version of one. Charts and templates that use an earlier version keep it: {@link applyRuleSet} brings them.
 * @param set - null: a new one. seen: the version that the caller saw.
 * @throws AppError `invalid_input` for rules that cannot be, `conflict` for a name that is taken or a retired set, `precondition_failed` when somebody changed it
 *   meanwhile.
 */
export const saveRuleSet = verb(
  {
    name: 'rule-set.save',
    least: 'engineer',
    input: z.strictObject({
      set: recordIdIn('rule set').nullable(),
      seen: z.int(),
      name,
      content: ruleSetContent,
      reason: reasonIn,
    }),
    body: 'content',
    names: RULE_SET_WORDS,
  },
  async (ctx, { set, seen, name: called, content, reason }): Promise<{ id: string; version: number; numbers: number[] }> => {
    checkSet(content);
    return transaction(async (tx) => {
      const before = set === null ? null : await lockSet(tx, set);
      if (before !== null) {
        requireCurrentVersion('the rule set', before.version, seen);
        if (before.retired_at !== null) throw new AppError('conflict', 'the rule set is retired: restore it first');
        if (before.name === called && setDifference(storedSet(before.content), content).length === 0)
          throw new AppError('invalid_input', `Nothing differs from version ${before.version}.`, { field: 'rules' });
      }
      await refuseName(tx, called, before?.id ?? null);
      const numbers = await numbersOf(tx, content.rules.filter((r) => r.enabled).map(asChartRule));
      const head = await writeSet(tx, ctx, { before, called, content, numbers, reason });
      await audit(tx, ctx, {
        action: before === null ? 'create' : 'change',
        entity: 'rule set',
        entityId: head.id,
        before: before === null ? undefined : { name: before.name, version: before.version, content: before.content },
        after: { name: called, version: head.version, content, numbers },
        reason,
      });
      const text = `Rule set "${called}" version ${head.version} by ${ctx.by.email}: ${reason}`;
      await feed(tx, [{ kind: 'limits', text, detail: { ruleSetId: head.id, version: head.version } }]);
      return { ...head, numbers };
    });
  },
);

async function refuseName(tx: Tx, called: string, own: string | null): Promise<void> {
  const isTaken =
    BUILT_IN_SETS.some((s) => s.label.toLowerCase() === called.toLowerCase() || s.id === called.toLowerCase()) ||
    (await tx.one(sql`SELECT 1 FROM rule_set WHERE lower(name) = lower(${called}) AND id IS DISTINCT FROM ${own}::uuid`)) !==
      undefined;
  if (isTaken)
    throw new AppError('conflict', `there is a rule set "${called}" already: choose another name, or change that one`, {
      field: 'name',
    });
}

interface Writing {
  readonly before: SetHead | null;
  readonly called: string;
  readonly content: RuleSetContent;
  readonly numbers: readonly number[];
  readonly reason: string;
}

async function writeSet(tx: Tx, ctx: Ctx, w: Writing): Promise<{ id: string; version: number }> {
  const id = w.before?.id ?? randomUUID();
  const version = (w.before?.version ?? 0) + 1;
  await tx.exec(
    w.before === null
      ? sql`INSERT INTO rule_set (id, name, created_at) VALUES (${id}, ${w.called}, ${timeOf(ctx)})`
      : sql`UPDATE rule_set SET name = ${w.called}, version = ${version} WHERE id = ${id}`,
  );
  await tx.exec(sql`
    INSERT INTO rule_set_version (rule_set_id, version, content, numbers, author, reason, created_at)
    VALUES (${id}, ${version}, ${JSON.stringify(w.content)}::jsonb, ${w.numbers}::int4[], ${ctx.by.email}, ${w.reason}, ${timeOf(ctx)})`);
  return { id, version };
}

const retireIn = z.strictObject({ set: recordIdIn('rule set'), seen: z.int(), reason: reasonIn });

/** Retires a set, or takes it back: no chart and no template can choose it any more; those that have it keep judging by it. */
const setRetired =
  (retired: boolean) =>
  async (ctx: Ctx, { set, seen, reason }: z.output<typeof retireIn>): Promise<void> =>
    transaction(async (tx) => {
      const head = await lockSet(tx, set);
      requireCurrentVersion('the rule set', head.version, seen);
      if ((head.retired_at !== null) === retired)
        throw new AppError(
          'conflict',
          `the rule set is ${retired ? 'retired already' : 'not retired: somebody restored it meanwhile'}`,
        );
      await tx.exec(sql`UPDATE rule_set SET retired_at = ${retired ? timeOf(ctx) : null}::timestamptz WHERE id = ${head.id}`);
      await audit(tx, ctx, {
        action: retired ? 'retire' : 'restore',
        entity: 'rule set',
        entityId: head.id,
        before: { retired: !retired },
        after: { retired },
        reason,
      });
      const text = `Rule set "${head.name}" ${retired ? 'retired' : 'restored'} by ${ctx.by.email}: ${reason}`;
      await feed(tx, [{ kind: 'limits', text, detail: { ruleSetId: head.id } }]);
    });

export const retireRuleSet = verb(
  { name: 'rule-set.retire', least: 'engineer', input: retireIn, names: RULE_SET_WORDS },
  setRetired(true),
);
export const restoreRuleSet = verb(
  { name: 'rule-set.restore', least: 'engineer', input: retireIn, names: RULE_SET_WORDS },
  setRetired(false),
);
