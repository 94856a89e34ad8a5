import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { idFromAddress } from '../../address/id-from-address';
import { unsettled } from '../../alerts/unsettled';
import type { ChecklistContent } from '../content';

export interface ChecklistRow {
  id: string;
  name: string;
  /** In force; 0: none yet. */
  version: number;
  retired: boolean;
  /** State of the version that is not in force; null: there is none. */
  draft: 'draft' | 'proposed' | null;
  draftAuthor: string | null;
  steps: number;
  changedMs: number;
  author: string;
  /** Policies in force that have it. */
  policies: number;
  /** Unsettled alerts that are worked by it. */
  alerts: number;
}

/** All checklists by name, those in use first. */
export async function checklistList(): Promise<ChecklistRow[]> {
  const rows = await db().rows<Omit<ChecklistRow, 'changedMs'> & { changed_at: Date }>(sql`
    SELECT c.id, c.name, c.version, c.retired_at IS NOT NULL AS retired, d.state AS draft, d.author AS "draftAuthor", jsonb_array_length(l.content->'steps') AS steps, l.changed_at, l.author,
      (SELECT count(*)::int FROM (SELECT DISTINCT ON (area, severity) * FROM alert_policy ORDER BY area, severity, version DESC) p WHERE p.active AND c.id = ANY(p.checklists)) AS policies,
      (SELECT count(*)::int FROM alert a WHERE a.checklist_id = c.id AND ${unsettled(sql`a`)}) AS alerts
    FROM checklist c JOIN LATERAL (SELECT * FROM checklist_version v WHERE v.checklist_id = c.id ORDER BY v.version DESC LIMIT 1) l ON true
      LEFT JOIN checklist_version d ON d.checklist_id = c.id AND d.state <> 'in_force'
    ORDER BY (c.retired_at IS NOT NULL), c.name LIMIT 300`);
  return rows.map(({ changed_at, ...r }) => ({ ...r, changedMs: changed_at.getTime() }));
}

export interface ChecklistVersionView {
  version: number;
  state: 'draft' | 'proposed' | 'in_force';
  revision: number;
  content: ChecklistContent;
  author: string;
  reason: string | null;
  changedMs: number;
  decidedBy: string | null;
  decidedMs: number | null;
  decisionReason: string | null;
}

export interface ChecklistView {
  id: string;
  name: string;
  version: number;
  retired: { by: string; reason: string; atMs: number } | null;
  /** Newest first. */
  versions: ChecklistVersionView[];
  /** Policies in force that have it: area and severity. */
  policies: { area: string; severity: string; needed: boolean }[];
}

/** One checklist with its versions. @throws AppError `not_found`. */
export async function checklistView(id: string): Promise<ChecklistView> {
  const key = idFromAddress('checklist', id);
  const head = await db().one<{
    id: string;
    name: string;
    version: number;
    retired_at: Date | null;
    retired_by: string;
    retired_reason: string;
  }>(sql`SELECT * FROM checklist WHERE id = ${key}`);
  if (head === undefined) throw new AppError('not_found', `there is no checklist ${id}`);
  const [versions, policies] = await Promise.all([
    db().rows<Omit<ChecklistVersionView, 'changedMs' | 'decidedMs'> & { changed_at: Date; decided_at: Date | null }>(sql`
      SELECT version, state, revision, content, author, reason, changed_at, decided_by AS "decidedBy", decided_at, decision_reason AS "decisionReason" FROM checklist_version
      WHERE checklist_id = ${key} ORDER BY version DESC LIMIT 100`),
    db().rows<ChecklistView['policies'][number]>(sql`
      SELECT p.area, p.severity, p.close_needs_checklist AS needed FROM (SELECT DISTINCT ON (area, severity) * FROM alert_policy ORDER BY area, severity, version DESC) p
      WHERE p.active AND ${key}::uuid = ANY(p.checklists) ORDER BY p.area, p.severity LIMIT 100`),
  ]);
  return {
    id: head.id,
    name: head.name,
    version: head.version,
    retired:
      head.retired_at === null ? null : { by: head.retired_by, reason: head.retired_reason, atMs: head.retired_at.getTime() },
    versions: versions.map(({ changed_at, decided_at, ...v }) => ({
      ...v,
      changedMs: changed_at.getTime(),
      decidedMs: decided_at?.getTime() ?? null,
    })),
    policies,
  };
}
