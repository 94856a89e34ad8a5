import { sql, type Tx } from '@/lib/db';
import { type EscalationTarget, targetWords } from './escalation';

/** Who is told, and in words why them. */
export interface ResolvedTargets {
  readonly emails: readonly string[];
  readonly words: string;
}

/**
 * The people behind the targets of a step, at the time of the step: whoever has the role then, and persons who may still sign in. A rota of who is on
 * call is one more kind of target, resolved here. A step never tells nobody: where no target is left, the administrators are told.
 */
export async function resolveTargets(tx: Tx, to: readonly EscalationTarget[]): Promise<ResolvedTargets> {
  const roles = to.flatMap((t) => ('role' in t ? [t.role] : []));
  const persons = to.flatMap((t) => ('person' in t ? [t.person] : []));
  const find = (who: readonly string[], named: readonly string[]) =>
    tx.rows<{ email: string }>(sql`
      SELECT email FROM "user" WHERE disabled_at IS NULL AND (role::text = ANY(${[...who]}::text[]) OR email = ANY(${[...named]}::text[])) ORDER BY email LIMIT 500`);
  const found = await find(roles, persons);
  const words = to.map(targetWords).join(', ');
  if (found.length > 0) return { emails: found.map((f) => f.email), words };
  const administrators = await find(['administrator'], []);
  return {
    emails: administrators.map((f) => f.email),
    words: `the administrators, since nobody who may sign in is ${words}`,
  };
}
