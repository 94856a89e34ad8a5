import { z } from 'zod';
import { db, sql } from '@/lib/db';
import { verb } from '../../verb';

const text = z.string().nullable();
const auditFilterIn = z.strictObject({
  actor: text,
  entity: text,
  action: text,
  /** Only changes of this one entity. */
  id: text,
  fromMs: z.number(),
  toMs: z.number(),
});
export type AuditFilter = z.infer<typeof auditFilterIn>;

export interface AuditRow {
  readonly id: number;
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly entity: string;
  readonly entityId: string;
  /** Name of the thing behind `entityId`; the id itself where it is a name already or the thing is gone. */
  readonly name: string;
  /** JSON, as stored. */
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string | null;
}

/** Names of the entities whose ids are not names. A branch is evaluated only for its own entities, whose ids are UUIDs. */
const NAME = sql`
  COALESCE(CASE entity
    WHEN 'loop' THEN (SELECT name FROM control_loop WHERE id = entity_id::uuid)
    WHEN 'chart' THEN (SELECT title FROM chart WHERE id = entity_id::uuid)
    WHEN 'chart_point' THEN (SELECT title FROM chart WHERE id = split_part(entity_id, '/', 1)::uuid)
    WHEN 'alert' THEN (SELECT title FROM alert WHERE id = entity_id::uuid)
    WHEN 'alert checklist' THEN (SELECT title FROM alert WHERE id = entity_id::uuid)
    WHEN 'checklist' THEN (SELECT name FROM checklist WHERE id = entity_id::uuid)
    WHEN 'checklist draft' THEN (SELECT name FROM checklist WHERE id = entity_id::uuid)
    WHEN 'incident' THEN (SELECT title FROM incident WHERE id = entity_id::uuid)
    WHEN 'hold' THEN (SELECT concat_ws(' ', scope, lot, tool, chamber) FROM process_hold WHERE id = entity_id::uuid)
    WHEN 'measurement request' THEN (SELECT concat_ws(' ', parameter, lot, NULLIF(slot, 0)) FROM measurement_request WHERE id = entity_id::uuid)
    WHEN 'metrology recipe' THEN (SELECT name FROM metrology_recipe WHERE id = entity_id::uuid)
    WHEN 'metrology recipe draft' THEN (SELECT name FROM metrology_recipe_draft WHERE id = entity_id::uuid)
    WHEN 'surrogate' THEN (SELECT r.name || ', version ' || s.version FROM metrology_surrogate s JOIN metrology_recipe r ON r.id = s.recipe_id WHERE s.id = entity_id::uuid)
  END, entity_id)`;

/** Entries of the trail, newest first, older than entry `below`. */
export async function auditRows(f: AuditFilter, below: number | null, limit: number): Promise<AuditRow[]> {
  const rows = await db().rows<Omit<AuditRow, 'atMs'> & { at: Date }>(sql`
    SELECT id, at, actor, action, entity, entity_id AS "entityId", ${NAME} AS name, before::text, after::text, reason FROM audit_entry
    WHERE at >= ${new Date(f.fromMs)} AND at < ${new Date(f.toMs)} AND (${f.actor}::text IS NULL OR actor = ${f.actor}) AND (${f.entity}::text IS NULL OR entity = ${f.entity})
      AND (${f.action}::text IS NULL OR action = ${f.action}) AND (${f.id}::text IS NULL OR entity_id = ${f.id}) AND (${below}::bigint IS NULL OR id < ${below})
    ORDER BY id DESC LIMIT ${limit}`);
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() }));
}

const CHUNK = 1_000;

/** All entries that match a filter, newest first, read a thousand at a time on demand. */
export const exportAudit = verb({ name: 'audit.export', least: 'engineer', input: auditFilterIn }, async (_ctx, filter) =>
  chunksOf(filter),
);

async function* chunksOf(filter: AuditFilter): AsyncGenerator<AuditRow[], void> {
  let below: number | null = null;
  for (;;) {
    const rows: AuditRow[] = await auditRows(filter, below, CHUNK);
    yield rows;
    if (rows.length < CHUNK) return;
    below = rows.at(-1)!.id;
  }
}

export interface AuditChoices {
  readonly actors: readonly string[];
  readonly entities: readonly string[];
  readonly actions: readonly string[];
}

/** Choices by which the window's entries can be filtered. */
export async function auditChoices(fromMs: number, toMs: number): Promise<AuditChoices> {
  const rows = await db().rows<{ actor: string; entity: string; action: string }>(sql`
    SELECT DISTINCT actor, entity, action FROM audit_entry WHERE at >= ${new Date(fromMs)} AND at < ${new Date(toMs)} LIMIT 2000`);
  const of = (key: 'actor' | 'entity' | 'action') => [...new Set(rows.map((r) => r[key]))].sort();
  return { actors: of('actor'), entities: of('entity'), actions: of('action') };
}
