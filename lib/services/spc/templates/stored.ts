import { type Db, perDatabase, sql, type Tx } from '@/lib/db';
import { normal, type TemplateContent, templateContent } from './content';

/** A template in force. */
export interface StoredTemplate {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly author: string;
  readonly content: TemplateContent;
}

/** Content as it is stored: an older version of ours may have written it without what was added since. */
export const storedContent = (content: unknown): TemplateContent => normal(templateContent.parse(content));

const remembered = perDatabase(() => new Map<string, StoredTemplate>());

/** The templates that are in use, each version read once. */
export async function templatesInUse(from: Db): Promise<StoredTemplate[]> {
  const known = remembered();
  const heads = await from.rows<{ id: string; version: number }>(
    sql`SELECT id, version FROM chart_template WHERE retired_at IS NULL ORDER BY created_at, name`,
  );
  const keyOf = (h: { id: string; version: number }): string => `${h.id} ${h.version}`;
  const missing = heads.filter((h) => !known.has(keyOf(h)));
  if (missing.length > 0) {
    const rows = await from.rows<StoredTemplate & { content: unknown }>(sql`
      SELECT t.id, t.name, v.version, v.author, v.content FROM chart_template t JOIN chart_template_version v ON v.template_id = t.id
      JOIN unnest(${missing.map((m) => m.id)}::uuid[], ${missing.map((m) => m.version)}::int4[]) AS u(id, version) ON v.template_id = u.id AND v.version = u.version`);
    // A version is never rewritten. One read within a transaction that is rolled back has a number that its successor takes again: what is remembered
    // is dropped as soon as another version is in use.
    for (const r of rows) known.set(keyOf(r), { ...r, content: storedContent(r.content) });
    const inUse = new Set(heads.map(keyOf));
    for (const k of known.keys()) if (!inUse.has(k)) known.delete(k);
  }
  return heads.map((h) => known.get(keyOf(h))!);
}

/** One who makes charts at a time, so that what is there already is known; others wait for the end of the transaction. */
export const lockMaking = (tx: Tx): Promise<number> =>
  tx.exec(sql`SELECT pg_advisory_xact_lock(hashtext('driftless charts are made'))`);
