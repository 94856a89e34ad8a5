import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { reasonIn } from '@/lib/formats/reason';
import { name, recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { limitPolicy } from '../spc/limits/policy';
import { type Ctx, timeOf, verb } from '../verb';
import { type ChecklistContent, checklistContent } from './content';
import { requireWhole } from './flow';

interface Head {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly retired_at: Date | null;
}

export interface Draft {
  readonly version: number;
  readonly state: 'draft' | 'proposed';
  readonly revision: number;
  readonly content: ChecklistContent;
  readonly author: string;
  readonly reason: string | null;
}

async function lockChecklist(tx: Tx, id: string): Promise<Head> {
  const head = await tx.one<Head>(sql`SELECT id, name, version, retired_at FROM checklist WHERE id = ${id} FOR UPDATE`);
  if (head === undefined) throw new AppError('not_found', `there is no checklist ${id}`);
  return head;
}

const openDraft = (tx: Tx, id: string): Promise<Draft | undefined> =>
  tx.one<Draft>(sql`
    SELECT version, state, revision, content, author, reason FROM checklist_version WHERE checklist_id = ${id} AND state <> 'in_force'`);

/** The draft that a person saw. @throws AppError `not_found` without one; `precondition_failed` where it was changed meanwhile. */
async function draftSeen(tx: Tx, id: string, revision: number): Promise<Draft> {
  const draft = await openDraft(tx, id);
  if (draft === undefined) throw new AppError('not_found', 'the checklist has no draft any more; look at it again');
  requireCurrentVersion(`the draft, last changed by ${draft.author},`, draft.revision, revision);
  return draft;
}

/**
 * Keeps a draft as it is, also an unfinished one; the first one of a new checklist makes it.
 * @param checklist - null: a new one. revision: of the draft that the caller saw; 0: there was none.
 * @throws AppError `conflict` for a name that is taken, a retired checklist and a draft that waits for a second person; `precondition_failed` when somebody changed it
 *   meanwhile; `invalid_input` for steps of a wrong form.
 */
export const keepChecklistDraft = verb(
  {
    name: 'checklist.keep-draft',
    least: 'engineer',
    input: z.strictObject({
      checklist: recordIdIn('checklist').nullable(),
      revision: z.int().min(0),
      name,
      content: checklistContent,
    }),
    body: 'content',
  },
  async (
    ctx,
    { checklist, revision, name: called, content },
  ): Promise<{ checklist: string; version: number; revision: number }> =>
    transaction(async (tx) => {
      const taken = await tx.one(sql`SELECT 1 FROM checklist WHERE name = ${called} AND id IS DISTINCT FROM ${checklist}::uuid`);
      if (taken !== undefined)
        throw new AppError('conflict', `there is a checklist "${called}" already: choose another name, or change that one`, {
          field: 'name',
        });
      const head =
        checklist === null
          ? (await tx.one<Head>(sql`
              INSERT INTO checklist (name, created_by, created_at) VALUES (${called}, ${ctx.by.email}, ${timeOf(ctx)}) RETURNING id, name, version, retired_at`))!
          : await lockChecklist(tx, checklist);
      if (head.retired_at !== null) throw new AppError('conflict', 'the checklist is retired: restore it first');
      const draft = await openDraft(tx, head.id);
      requireCurrentVersion(
        `the draft${draft === undefined ? '' : `, last changed by ${draft.author},`}`,
        draft?.revision ?? 0,
        revision,
      );
      if (draft?.state === 'proposed')
        throw new AppError('conflict', `version ${draft.version} waits for a second person; take it back first to change it`);
      await tx.exec(sql`UPDATE checklist SET name = ${called} WHERE id = ${head.id}`);
      const stored = JSON.stringify(content);
      const row = (await tx.one<{ version: number; revision: number }>(
        draft === undefined
          ? sql`INSERT INTO checklist_version (checklist_id, version, state, content, author, changed_at)
              SELECT ${head.id}, COALESCE(max(version), 0) + 1, 'draft', ${stored}::jsonb, ${ctx.by.email}, ${timeOf(ctx)} FROM checklist_version WHERE checklist_id = ${head.id} RETURNING version, revision`
          : sql`UPDATE checklist_version SET content = ${stored}::jsonb, revision = revision + 1, author = ${ctx.by.email}, changed_at = ${timeOf(ctx)}
              WHERE checklist_id = ${head.id} AND version = ${draft.version} RETURNING version, revision`,
      ))!;
      await audit(tx, ctx, {
        action: draft === undefined ? 'create' : 'change',
        entity: 'checklist draft',
        entityId: head.id,
        after: { name: called, ...row, steps: content.steps.length },
      });
      return { checklist: head.id, ...row };
    }),
);

const seenIn = { checklist: recordIdIn('checklist'), revision: z.int().min(1) };

/** Throws a draft away; versions in force stay, and a checklist that never had one ends. */
export const discardChecklistDraft = verb(
  { name: 'checklist.discard-draft', least: 'engineer', input: z.strictObject({ ...seenIn, reason: reasonIn }) },
  async (ctx, { checklist, revision, reason }) =>
    transaction(async (tx) => {
      const head = await lockChecklist(tx, checklist);
      const draft = await draftSeen(tx, checklist, revision);
      await tx.exec(sql`DELETE FROM checklist_version WHERE checklist_id = ${checklist} AND version = ${draft.version}`);
      // One that was never in force leaves nothing behind, so that its name is free again.
      if (head.version === 0) await tx.exec(sql`DELETE FROM checklist WHERE id = ${checklist}`);
      await audit(tx, ctx, {
        action: 'discard',
        entity: 'checklist draft',
        entityId: head.id,
        before: { version: draft.version, content: draft.content },
        reason,
      });
    }),
);

/** Puts a version in force: alerts that are raised from now on take it. */
async function enforce(tx: Tx, ctx: Ctx, head: Head, draft: Draft, said: { reason: string; decision: string }): Promise<number> {
  requireWhole(draft.content);
  await tx.exec(sql`
    UPDATE checklist_version SET state = 'in_force', reason = ${said.reason}, decided_by = ${ctx.by.email}, decided_at = ${timeOf(ctx)}, decision_reason = ${said.decision}
    WHERE checklist_id = ${head.id} AND version = ${draft.version}`);
  await tx.exec(sql`UPDATE checklist SET version = ${draft.version} WHERE id = ${head.id}`);
  await audit(tx, ctx, {
    action: 'release',
    entity: 'checklist',
    entityId: head.id,
    before: { version: head.version },
    after: { version: draft.version, author: draft.author, content: draft.content },
    reason: said.decision,
  });
  return draft.version;
}

/**
 * Puts a draft in force, or, where the site asks for a second person for limits, asks for one.
 * @throws AppError `invalid_input` naming the step of a flowchart that is not whole.
 */
export const releaseChecklist = verb(
  { name: 'checklist.release', least: 'engineer', input: z.strictObject({ ...seenIn, reason: reasonIn }) },
  async (ctx, { checklist, revision, reason }): Promise<{ version: number; waits: boolean }> =>
    transaction(async (tx) => {
      const head = await lockChecklist(tx, checklist);
      if (head.retired_at !== null) throw new AppError('conflict', 'the checklist is retired: restore it first');
      const draft = await draftSeen(tx, checklist, revision);
      if (draft.state === 'proposed')
        throw new AppError('conflict', `version ${draft.version} waits for a second person already`);
      requireWhole(draft.content);
      if (!(await limitPolicy(tx)).secondPerson)
        return { version: await enforce(tx, ctx, head, draft, { reason, decision: reason }), waits: false };
      await tx.exec(sql`
        UPDATE checklist_version SET state = 'proposed', author = ${ctx.by.email}, reason = ${reason}, changed_at = ${timeOf(ctx)} WHERE checklist_id = ${checklist} AND version = ${draft.version}`);
      await audit(tx, ctx, {
        action: 'propose',
        entity: 'checklist',
        entityId: checklist,
        after: { version: draft.version },
        reason,
      });
      return { version: draft.version, waits: true };
    }),
);

/** A second person puts a proposed version in force. @throws AppError `forbidden` for who proposed it. */
export const approveChecklist = verb(
  { name: 'checklist.approve', least: 'engineer', input: z.strictObject({ ...seenIn, reason: reasonIn }) },
  async (ctx, { checklist, revision, reason }): Promise<number> =>
    transaction(async (tx) => {
      const head = await lockChecklist(tx, checklist);
      const draft = await draftSeen(tx, checklist, revision);
      if (draft.state !== 'proposed') throw new AppError('conflict', 'nobody has proposed this draft yet');
      if (draft.author === ctx.by.email)
        throw new AppError('forbidden', 'a second person decides: ask another engineer to approve your checklist');
      return enforce(tx, ctx, head, draft, { reason: draft.reason!, decision: reason });
    }),
);

/** A proposed version becomes a draft again: its author takes it back, or another engineer returns it. */
export const returnChecklist = verb(
  { name: 'checklist.return', least: 'engineer', input: z.strictObject({ ...seenIn, reason: reasonIn }) },
  async (ctx, { checklist, revision, reason }) =>
    transaction(async (tx) => {
      await lockChecklist(tx, checklist);
      const draft = await draftSeen(tx, checklist, revision);
      if (draft.state !== 'proposed') throw new AppError('conflict', 'the draft is not proposed');
      await tx.exec(sql`
        UPDATE checklist_version SET state = 'draft', revision = revision + 1 WHERE checklist_id = ${checklist} AND version = ${draft.version}`);
      await audit(tx, ctx, {
        action: 'return',
        entity: 'checklist',
        entityId: checklist,
        after: { version: draft.version },
        reason,
      });
    }),
);

/** Takes a checklist out of use, or back: alerts that have it keep it, and no further one gets it. */
export const retireChecklist = verb(
  {
    name: 'checklist.retire',
    least: 'engineer',
    input: z.strictObject({ checklist: recordIdIn('checklist'), retired: z.boolean(), reason: reasonIn }),
  },
  async (ctx, { checklist, retired, reason }) =>
    transaction(async (tx) => {
      const head = await lockChecklist(tx, checklist);
      if ((head.retired_at !== null) === retired)
        throw new AppError('conflict', retired ? 'the checklist is retired already' : 'the checklist is in use already');
      await tx.exec(
        retired
          ? sql`UPDATE checklist SET retired_at = ${timeOf(ctx)}, retired_by = ${ctx.by.email}, retired_reason = ${reason} WHERE id = ${checklist}`
          : sql`UPDATE checklist SET retired_at = NULL, retired_by = NULL, retired_reason = NULL WHERE id = ${checklist}`,
      );
      await audit(tx, ctx, { action: retired ? 'retire' : 'restore', entity: 'checklist', entityId: checklist, reason });
    }),
);
