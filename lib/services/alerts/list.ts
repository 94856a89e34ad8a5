import { z } from 'zod';
import { db, sql } from '@/lib/db';
import { parsedQuery } from '@/lib/formats/parsed';
import { ALERT_STATES, isSettled } from './states';

export const alertQuery = z.strictObject({
  state: z.enum([...ALERT_STATES, 'unclosed']).default('unclosed'),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});

/** Alerts for other systems (an MES, a pager), newest signal first. @throws AppError `invalid_input` for a query that is not an `alertQuery`. */
export function listAlerts(asked: Readonly<Record<string, string>>) {
  const query = parsedQuery(alertQuery, asked);
  const states = query.state === 'unclosed' ? ALERT_STATES.filter((s) => !isSettled(s)) : [query.state];
  return db().rows(sql`
    SELECT id, state::text, severity, title, area, tool, chamber, product, operation, lot, slot, rule, value, first_at AS "firstAt", last_at AS "lastAt", count, assignee, due_at AS "dueAt", snoozed_until AS "snoozedUntil", cause, action_code AS "actionCode", check_state AS "check", chart_id AS "chartId", run_id AS "runId"
    FROM alert WHERE state::text = ANY(${states}::text[]) ORDER BY last_at DESC LIMIT ${query.limit}`);
}
