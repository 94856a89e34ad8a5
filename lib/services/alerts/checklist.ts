import { type Db, type Sql, sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { enqueueLater } from '@/lib/queue/outbox';
import { type Policy, policyOf } from './policy';
import type { WorkedAlert } from './worked-alert';

/** Whether one of the patterns of a list fits a text; an empty list takes everything, also nothing. `*` stands for any text. */
const fits = (list: Sql, value: Sql): Sql => sql`
  (jsonb_array_length(${list}) = 0 OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(${list}) AS p(of)
    WHERE ${value} LIKE replace(replace(replace(replace(p.of, '\\', '\\\\'), '%', '\\%'), '_', '\\_'), '*', '%')))`;

/** The first checklist of a policy that is in force and fits the alert, in its version in force; undefined: none does. */
const fitting = (on: Db, policy: Policy, alertId: string) =>
  on.one<{ id: string; version: number }>(sql`
    SELECT c.id, c.version FROM unnest(${[...policy.checklists]}::uuid[]) WITH ORDINALITY AS w(id, n) JOIN checklist c ON c.id = w.id AND c.version > 0 AND c.retired_at IS NULL
      JOIN checklist_version v ON v.checklist_id = c.id AND v.version = c.version JOIN alert a ON a.id = ${alertId} LEFT JOIN chart h ON h.id = a.chart_id
    WHERE ${fits(sql`v.content->'fits'->'kinds'`, sql`a.kind`)} AND ${fits(sql`v.content->'fits'->'operations'`, sql`a.operation`)}
      AND ${fits(sql`v.content->'fits'->'parameters'`, sql`h.parameter`)} AND ${fits(sql`v.content->'fits'->'characteristics'`, sql`h.characteristic`)}
    ORDER BY w.n LIMIT 1`);

/**
 * Gives an alert the checklist that its policy has for it, in the version in force now, which it keeps; a worker begins it. An alert that has one keeps it when it
 * becomes worse, and begins anew when it is reopened.
 * @param anew - it is raised or reopened.
 */
export async function pinChecklist(tx: Tx, policy: Policy, alertId: string, anew: boolean): Promise<void> {
  const found = policy.checklists.length === 0 ? undefined : await fitting(tx, policy, alertId);
  const row = await tx.one<{ round: number; state: string | null }>(sql`
    UPDATE alert SET checklist_id = ${found?.id ?? null}::uuid, checklist_version = ${found?.version ?? null}::int, checklist_state = ${found === undefined ? null : 'waiting'}::text,
      checklist_step = NULL, checklist_round = checklist_round + 1
    WHERE id = ${alertId} AND (${anew} OR checklist_id IS NULL) RETURNING checklist_round AS round, checklist_state AS state`);
  if (row === undefined || row.state === null) return;
  await enqueueLater(tx, [{ queue: 'checklist', payload: { v: 1, alertId, round: row.round } }]);
}

/** @throws AppError `conflict` where the policy of the alert asks for its checklist to be finished first and it is not. */
export async function requireChecklist(tx: Tx, alert: WorkedAlert): Promise<void> {
  const a = (await tx.one<{ state: string | null; name: string | null; title: string | null }>(sql`
    SELECT a.checklist_state AS state, c.name, (SELECT s->>'title' FROM jsonb_array_elements(v.content->'steps') AS s WHERE s->>'id' = a.checklist_step) AS title
    FROM alert a LEFT JOIN checklist c ON c.id = a.checklist_id LEFT JOIN checklist_version v ON v.checklist_id = a.checklist_id AND v.version = a.checklist_version WHERE a.id = ${alert.id}`))!;
  if (a.state === null || a.state === 'finished' || !(await policyOf(tx, alert)).close_needs_checklist) return;
  throw new AppError(
    'conflict',
    `the policy asks for the checklist "${a.name}" before it is closed; ${a.title === null ? 'it has not begun' : `it stands at "${a.title}"`}: go on with it, or let an engineer skip what does not apply`,
    { checklist: a.name },
  );
}
