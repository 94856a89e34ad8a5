import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { reasonIn } from '@/lib/formats/reason';
import { name, recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../../audit';
import { feed } from '../../live/feed';
import { type Ctx, timeOf, verb } from '../../verb';
import { resolveSettings } from '../rules/resolve-settings';
import { checkContent, normal, type TemplateContent, templateContent } from './content';
import { seenContexts } from './contexts';
import { type Expanded, expandTemplate, type WantedChart } from './expand';
import { startFill } from './fill-start';
import { insertCharts, madeFrom } from './make';
import { readMaster } from './master';
import { lockMaking, storedContent } from './stored';
import { TEMPLATE_WORDS } from './template-words';
import { applyVersion, retireMany, takeBack } from './version-charts';

/** What saving a template did. */
export interface SavedTemplate {
  readonly id: string;
  readonly version: number;
  /** Charts that are new, that follow the new version, that were taken back, and that no longer match. */
  readonly made: number;
  readonly kept: number;
  readonly takenBack: number;
  readonly retired: number;
  /** Filling of the new ones from history; null without any. */
  readonly fillId: string | null;
}

interface Head {
  id: string;
  name: string;
  version: number;
  retired_at: Date | null;
  content: unknown;
}

/**
 * Makes a template, or a new version of one, and its charts in the same transaction: missing ones are made and filled from history, those that match
 * follow from now on by a version of their own, those that no longer match are retired. Limits of charts stay, and rules that an engineer set on a
 * chart stay; a chart that a person retired stays retired.
 * @param template - null: a new one. seen: the version that the caller saw.
 * @throws AppError `invalid_input` for what would make no chart that works, or more than may be; `conflict` for a name that is taken or a retired
 *   template; `precondition_failed` when somebody changed it meanwhile.
 */
export const saveTemplate = verb(
  {
    name: 'chart-template.save',
    least: 'engineer',
    input: z.strictObject({
      template: recordIdIn('chart template').nullable(),
      seen: z.int(),
      name,
      content: templateContent,
      reason: reasonIn,
    }),
    body: 'content',
    names: TEMPLATE_WORDS,
  },
  async (ctx, { template, seen, name: called, content: typed, reason }): Promise<SavedTemplate> => {
    return transaction(async (tx) => {
      await lockMaking(tx);
      const content = normal(await resolveSettings(tx, typed));
      checkContent(content);
      const before = template === null ? null : await lockTemplate(tx, template);
      if (before !== null) {
        requireCurrentVersion('the template', before.version, seen);
        if (before.retired_at !== null) throw new AppError('conflict', 'the template is retired: restore it first');
        refuseSame(before, called, content);
      }
      const wanted = await wantedNow(tx, content);
      const head = await writeVersion(tx, ctx, before, called, content, reason);
      const outcome = await bringCharts(tx, ctx, { head, before, content, wanted, reason });
      await audit(tx, ctx, {
        action: before === null ? 'create' : 'change',
        entity: 'chart template',
        entityId: head.id,
        before: before === null ? undefined : { name: before.name, version: before.version, content: before.content },
        after: { name: called, version: head.version, content, ...outcome },
        reason,
      });
      const text = `Template "${called}" version ${head.version} by ${ctx.by.email}: ${outcome.made} charts made, ${outcome.retired} retired`;
      await feed(tx, [{ kind: 'limits', text, detail: { templateId: head.id, version: head.version } }]);
      return { id: head.id, version: head.version, ...outcome };
    });
  },
);

export async function lockTemplate(tx: Tx, id: string): Promise<Head> {
  const head = await tx.one<Head>(sql`
    SELECT t.id, t.name, t.version, t.retired_at, v.content FROM chart_template t JOIN chart_template_version v ON v.template_id = t.id AND v.version = t.version
    WHERE t.id = ${id} FOR UPDATE OF t`);
  if (head === undefined) throw new AppError('not_found', 'there is no such chart template');
  return head;
}

function refuseSame(before: Head, called: string, content: TemplateContent): void {
  if (before.name === called && JSON.stringify(storedContent(before.content)) === JSON.stringify(content))
    throw new AppError('invalid_input', `Nothing differs from version ${before.version}.`, { field: 'title' });
}

/** The charts that a content makes of all contexts that were seen or are possible. */
export async function wantedNow(tx: Tx, content: TemplateContent): Promise<Map<string, Expanded>> {
  const master = await readMaster(tx);
  return expandTemplate(content, [...master.possible, ...(await seenContexts(tx, null))], master);
}

async function writeVersion(
  tx: Tx,
  ctx: Ctx,
  before: Head | null,
  called: string,
  content: TemplateContent,
  reason: string,
): Promise<{ id: string; name: string; version: number }> {
  const taken = await tx.one(
    sql`SELECT 1 FROM chart_template WHERE name = ${called} AND id IS DISTINCT FROM ${before?.id ?? null}::uuid`,
  );
  if (taken !== undefined)
    throw new AppError('conflict', `there is a template "${called}" already: choose another name, or change that one`, {
      field: 'name',
    });
  const version = (before?.version ?? 0) + 1;
  const row =
    before === null
      ? await tx.one<{ id: string }>(
          sql`INSERT INTO chart_template (id, name, created_at) VALUES (${await newId(tx, called)}, ${called}, ${timeOf(ctx)}) RETURNING id`,
        )
      : await tx.one<{ id: string }>(
          sql`UPDATE chart_template SET name = ${called}, version = ${version} WHERE id = ${before.id} RETURNING id`,
        );
  await tx.exec(sql`
    INSERT INTO chart_template_version (template_id, version, content, author, reason, created_at)
    VALUES (${row!.id}, ${version}, ${JSON.stringify(content)}::jsonb, ${ctx.by.email}, ${reason}, ${timeOf(ctx)})`);
  return { id: row!.id, name: called, version };
}

/** The id of a new template follows from its name, so that two installations that are set up alike have the same; a name that was given before and changed since does not count. */
async function newId(tx: Tx, called: string): Promise<string> {
  const id = recordId('chart-template', called);
  return (await tx.one(sql`SELECT 1 FROM chart_template WHERE id = ${id}`)) === undefined ? id : randomUUID();
}

interface Bringing {
  readonly head: { readonly id: string; readonly name: string; readonly version: number };
  readonly before: Head | null;
  readonly content: TemplateContent;
  readonly wanted: ReadonlyMap<string, Expanded>;
  readonly reason: string;
}

async function bringCharts(tx: Tx, ctx: Ctx, b: Bringing): Promise<Omit<SavedTemplate, 'id' | 'version'>> {
  const { head, before, content, wanted, reason } = b;
  const rows = await tx.rows<{
    id: string;
    template_id: string | null;
    retired_at: Date | null;
    retired_by_template: boolean;
    characteristic: string;
  }>(sql`
    SELECT id, template_id, retired_at, retired_by_template, characteristic FROM chart WHERE id = ANY(${[...wanted.keys()]}::uuid[]) OR template_id = ${head.id} ORDER BY id FOR UPDATE`);
  const there = new Map(rows.map((r) => [r.id, r]));
  const own = rows.filter((r) => r.template_id === head.id);
  const missing: WantedChart[] = [...wanted.values()].flatMap((w) => (there.has(w.chart.id) ? [] : [w.chart]));
  const made = await insertCharts(tx, missing, content, {
    templateId: head.id,
    templateVersion: head.version,
    author: ctx.by.email,
    reason: madeFrom(head.name, head.version),
  });
  const following = own.filter((r) => wanted.has(r.id) && r.retired_at === null);
  const back = own.filter((r) => wanted.has(r.id) && r.retired_at !== null && r.retired_by_template);
  const gone = own.filter((r) => !wanted.has(r.id) && r.retired_at === null);
  await applyVersion(tx, {
    charts: [...following, ...back].map((r) => wanted.get(r.id)!.chart),
    version: head.version,
    before: before === null ? null : storedContent(before.content),
    content,
    author: ctx.by.email,
    reason,
    now: timeOf(ctx),
  });
  await retireMany(
    tx,
    ctx,
    gone.map((r) => r.id),
    `no longer matched by version ${head.version} of "${head.name}": ${reason}`,
    true,
  );
  const since = await takeBack(
    tx,
    back.map((r) => r.id),
  );
  const fillId = await startFill(tx, { templateId: head.id, author: ctx.by.email, charts: missing, now: timeOf(ctx) });
  if (since !== null)
    await startFill(tx, { templateId: head.id, author: ctx.by.email, charts: back, now: timeOf(ctx), from: since });
  return { made, kept: following.length, takenBack: back.length, retired: gone.length, fillId };
}
