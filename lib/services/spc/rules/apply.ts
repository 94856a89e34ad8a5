import { z } from 'zod';
import { bulkInsert, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { type ChartKind, kindOf } from '@/lib/spc';
import { audit } from '../../audit';
import { feed } from '../../live/feed';
import { timeOf, verb } from '../../verb';
import { limitPolicy } from '../limits/policy';
import { followWith } from '../planned';
import { phasesOf } from '../store';
import type { TemplateContent } from '../templates/content';
import { lockMaking, storedContent } from '../templates/stored';
import { inForce } from '../templates/version-charts';
import { lockSet, RULE_SET_WORDS } from './save';
import { type ResolvedSet, resolveSet, rulesOfSet } from './sets';
import { usesSet } from './usage';

/** What applying a set did. */
export interface AppliedSet {
  readonly version: number;
  /** Charts and templates that judge by the newest version from now on. */
  readonly charts: number;
  readonly templates: number;
}

interface Behind {
  id: string;
  kind: ChartKind;
}

/**
 * Brings the charts that an earlier version of a set judges to its newest one, from now on, and the templates that make such charts. Nothing is judged again, and nothing
 * else of a chart changes.
 * @param seen - version of the set that the caller saw. charts: how many charts the caller saw would follow: another number is refused.
 * @throws AppError `precondition_failed` when the set or the number of its charts changed meanwhile; `conflict` where the site asks for a second person, or for a
 *   retired set; `invalid_input` where a kind of chart would have no rule left.
 */
export const applyRuleSet = verb(
  {
    name: 'rule-set.apply',
    least: 'engineer',
    input: z.strictObject({ set: recordIdIn('rule set'), seen: z.int(), charts: z.int().min(0), reason: reasonIn }),
    names: { ...RULE_SET_WORDS, charts: 'Charts' },
  },
  async (ctx, { set: id, seen, charts: expected, reason }): Promise<AppliedSet> =>
    transaction(async (tx) => {
      await lockMaking(tx);
      const head = await lockSet(tx, id);
      requireCurrentVersion('the rule set', head.version, seen);
      if (head.retired_at !== null) throw new AppError('conflict', 'the rule set is retired: restore it first');
      if ((await limitPolicy(tx)).secondPerson)
        throw new AppError(
          'conflict',
          'this site asks a second person about rules: choose the version on each chart, where it waits for another engineer',
        );
      const set = await resolveSet(tx, { set: id, version: head.version });
      const now = timeOf(ctx);
      const charts = await tx.rows<Behind>(sql`
        SELECT k.id, k.kind FROM chart k ${inForce(now)} WHERE k.active AND ${usesSet(id)} AND v.set_version < ${head.version} ORDER BY k.id FOR UPDATE OF k`);
      if (charts.length !== expected)
        throw new AppError(
          'precondition_failed',
          `${charts.length} charts would follow by now, ${expected} when you looked: look again`,
          { field: 'charts' },
        );
      const said = { author: ctx.by.email, reason: `version ${head.version} of the rule set "${head.name}": ${reason}` };
      await bringCharts(tx, charts, set, now, said);
      const templates = await bringTemplates(tx, set, now, said);
      if (charts.length + templates === 0)
        throw new AppError('invalid_input', `No chart and no template uses an earlier version of "${head.name}".`, {
          field: 'charts',
        });
      await audit(tx, ctx, {
        action: 'apply',
        entity: 'rule set',
        entityId: id,
        after: { version: head.version, charts: charts.map((c) => c.id), templates },
        reason,
      });
      const text = `Rule set "${head.name}" version ${head.version} applied to ${charts.length} charts by ${ctx.by.email}: ${reason}`;
      await feed(tx, [{ kind: 'limits', text, detail: { ruleSetId: id, version: head.version } }]);
      return { version: head.version, charts: charts.length, templates };
    }),
);

interface Said {
  readonly author: string;
  readonly reason: string;
}

/** One statement for all charts: every column but the rules is as in the version in force. */
async function bringCharts(tx: Tx, charts: readonly Behind[], set: ResolvedSet, now: Date, said: Said): Promise<void> {
  if (charts.length === 0) return;
  const kinds = [...new Set(charts.map((c) => c.kind))];
  const rules = kinds.map((k) => `{${rulesFor(k, set).join(',')}}`);
  const list = charts.map((c) => c.id);
  await tx.exec(sql`
    INSERT INTO chart_version
    SELECT n.* FROM chart k JOIN unnest(${kinds}::text[], ${rules}::text[]) AS u(kind, rules) ON u.kind = k.kind ${inForce(now)}
    CROSS JOIN LATERAL jsonb_populate_record(v::chart_version, jsonb_build_object(
      'version', k.version + 1, 'effective_from', ${now}::timestamptz, 'created_at', ${now}::timestamptz, 'author', ${said.author}::text, 'reason', ${said.reason}::text,
      'change', '{}'::jsonb, 'rules', to_jsonb(u.rules::int4[]), 'set_version', ${set.version}::int4)) n
    WHERE k.id = ANY(${list}::uuid[])`);
  await tx.exec(sql`UPDATE chart SET version = version + 1 WHERE id = ANY(${list}::uuid[])`);
  const planned = await tx.rows<{ chart_id: string }>(sql`
    SELECT DISTINCT chart_id FROM chart_version WHERE chart_id = ANY(${list}::uuid[]) AND cancelled_at IS NULL AND effective_from > ${now}`);
  const phases = await phasesOf(
    tx,
    planned.map((p) => p.chart_id),
  );
  const kindOfChart = new Map(charts.map((c) => [c.id, c.kind]));
  for (const [id, all] of phases) {
    const begun = all.filter((p) => p.effectiveFrom <= now.getTime()).at(-1)!;
    const later = all.filter((p) => p.effectiveFrom > now.getTime());
    await followWith(tx, { id, kind: kindOfChart.get(id)! }, begun, later);
  }
}

/** @throws AppError `invalid_input` naming the kind. */
function rulesFor(kind: ChartKind, set: ResolvedSet): number[] {
  try {
    return rulesOfSet(kind, set);
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    throw new AppError(
      'invalid_input',
      `Charts of kind ${kindOf(kind).label} use this set, and no rule of this version means anything on them: keep one that does.`,
      {
        field: 'rules',
      },
    );
  }
}

/** Templates take the rules over as a new version of their own, so that charts to come judge by them too. */
async function bringTemplates(tx: Tx, set: ResolvedSet, now: Date, said: Said): Promise<number> {
  const heads = await tx.rows<{ id: string; version: number; content: unknown }>(sql`
    SELECT t.id, t.version, v.content FROM chart_template t JOIN chart_template_version v ON v.template_id = t.id AND v.version = t.version
    WHERE t.retired_at IS NULL AND v.content->>'preset' = ${set.set} AND (v.content->>'setVersion')::int < ${set.version} ORDER BY t.id FOR UPDATE OF t`);
  if (heads.length === 0) return 0;
  await bulkInsert(
    tx,
    'chart_template_version',
    heads.map((h) => {
      const before = storedContent(h.content);
      const content: TemplateContent = { ...before, rules: rulesFor(before.kind, set), setVersion: set.version! };
      return { template_id: h.id, version: h.version + 1, content, author: said.author, reason: said.reason, created_at: now };
    }),
  );
  const list = heads.map((h) => h.id);
  await tx.exec(sql`UPDATE chart_template SET version = version + 1 WHERE id = ANY(${list}::uuid[])`);
  await tx.exec(
    sql`UPDATE chart SET template_version = template_version + 1 WHERE template_id = ANY(${list}::uuid[]) AND active`,
  );
  return heads.length;
}
