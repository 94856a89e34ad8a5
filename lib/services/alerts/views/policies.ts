import { db, sql } from '@/lib/db';
import { type AlertCode, codesFor } from '../codes';
import type { EscalationStep } from '../escalation';
import { ALL_AREAS, type Policy } from '../policy';

export interface PolicyView {
  area: string;
  severity: string;
  version: number;
  active: boolean;
  dueMin: number;
  steps: EscalationStep[];
  snoozeMaxMin: number;
  checkPoints: number;
  holdScope: Policy['hold_scope'];
  checklists: string[];
  closeNeedsChecklist: boolean;
  author: string;
  reason: string;
  createdMs: number;
}

export interface PoliciesView {
  /** Newest version of each area and severity that ever had one, all areas first. */
  policies: PolicyView[];
  codes: (Omit<AlertCode, 'retired_at'> & { retiredMs: number | null; used: number })[];
  areas: string[];
  people: { email: string; role: string }[];
  /** In force, by name. */
  checklists: { id: string; name: string }[];
  rotas: string[];
}

/** Policies and codes with what is needed to change them. */
export async function policiesView(): Promise<PoliciesView> {
  const [policies, codes, areas, people, checklists, rotas] = await Promise.all([
    db().rows<Policy>(sql`
      SELECT * FROM (SELECT DISTINCT ON (area, severity) * FROM alert_policy ORDER BY area, severity, version DESC) p
      ORDER BY (area <> ${ALL_AREAS}), area, array_position(ARRAY['high', 'medium', 'low'], severity) LIMIT 500`),
    db().rows<AlertCode & { used: number }>(sql`
      SELECT c.id, c.kind, c.area, c.code, c.label, c.position, c.version, c.retired_at,
        (SELECT count(*)::int FROM alert a WHERE CASE c.kind WHEN 'cause' THEN a.cause ELSE a.action_code END = c.code AND c.area IN (${ALL_AREAS}, a.area)) AS used
      FROM alert_code c ORDER BY c.kind DESC, (c.area <> ${ALL_AREAS}), c.area, (c.retired_at IS NOT NULL), c.position, c.label LIMIT 1000`),
    db().rows<{ name: string }>(sql`SELECT name FROM area ORDER BY position`),
    db().rows<{ email: string; role: string }>(
      sql`SELECT email, role::text FROM "user" WHERE disabled_at IS NULL ORDER BY email LIMIT 500`,
    ),
    db().rows<{ id: string; name: string }>(
      sql`SELECT id, name FROM checklist WHERE version > 0 AND retired_at IS NULL ORDER BY name LIMIT 200`,
    ),
    db().rows<{ name: string }>(sql`SELECT name FROM rota ORDER BY name LIMIT 200`),
  ]);
  return {
    policies: policies.map(policyView),
    codes: codes.map(({ retired_at, ...c }) => ({ ...c, retiredMs: retired_at?.getTime() ?? null })),
    areas: areas.map((a) => a.name),
    people,
    checklists,
    rotas: rotas.map((r) => r.name),
  };
}

const policyView = (p: Policy): PolicyView => ({
  area: p.area,
  severity: p.severity,
  version: p.version,
  active: p.active,
  dueMin: p.due_min,
  steps: [...p.steps],
  snoozeMaxMin: p.snooze_max_min,
  checkPoints: p.check_points,
  holdScope: p.hold_scope,
  checklists: [...p.checklists],
  closeNeedsChecklist: p.close_needs_checklist,
  author: p.author,
  reason: p.reason,
  createdMs: p.created_at.getTime(),
});

/** All versions of the policy of an area and severity, newest first. */
export async function policyVersions(area: string, severity: string): Promise<PolicyView[]> {
  const rows = await db().rows<Policy>(
    sql`SELECT * FROM alert_policy WHERE area = ${area} AND severity = ${severity} ORDER BY version DESC LIMIT 100`,
  );
  return rows.map(policyView);
}

/** Codes that alerts of every area may be closed by. */
export const commonCodes = async (): Promise<Pick<AlertCode, 'kind' | 'code' | 'label'>[]> =>
  (await codesFor(db(), ALL_AREAS)).map(({ kind, code, label }) => ({ kind, code, label }));
