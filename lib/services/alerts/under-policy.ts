import type { Tx } from '@/lib/db';
import { sql } from '@/lib/db';
import { type HoldSubject, placeHold } from '../holds/hold';
import { ITSELF } from '../live/itself';
import { pinChecklist } from './checklist';
import { type Policy, putUnderPolicy } from './policy';

interface Raised {
  readonly id: string;
  readonly area: string;
  readonly severity: string;
  readonly title: string;
  readonly lot: string | null;
  readonly tool: string | null;
  readonly chamber: string | null;
}

/**
 * Puts a new alert, or one that became worse, under the policy of its severity, gives it its checklist, and holds what the policy says; by itself it holds nothing.
 */
export async function underPolicy(tx: Tx, a: Raised): Promise<void> {
  const policy = await putUnderPolicy(tx, a, null);
  await pinChecklist(tx, policy, a.id, false);
  const subject = await subjectOf(tx, policy.hold_scope, a);
  if (subject === null) return;
  await placeHold(tx, {
    subject,
    reason: `policy of ${policy.area === '*' ? 'all areas' : policy.area} for severity ${policy.severity}, version ${policy.version}: ${a.title}`,
    source: 'policy',
    by: ITSELF,
    at: (await tx.one<{ now: Date }>(sql`SELECT now() AS now`))!.now,
    alertId: a.id,
  });
}

/** What is held of an alert; a chamber that is not known holds its tool. Null for a station, which is no tool of the process. */
async function subjectOf(tx: Tx, scope: Policy['hold_scope'], a: Raised): Promise<HoldSubject | null> {
  if (scope === 'none') return null;
  if (scope === 'lot') return a.lot === null ? null : { scope, lot: a.lot };
  if (a.tool === null || (await tx.one(sql`SELECT 1 FROM tool WHERE name = ${a.tool}`)) === undefined) return null;
  return scope === 'chamber' && a.chamber !== null
    ? { scope, tool: a.tool, chamber: a.chamber }
    : { scope: 'tool', tool: a.tool };
}
