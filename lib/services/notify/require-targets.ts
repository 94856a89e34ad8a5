import { sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireTargets } from '../alerts/escalation-targets';
import { peopleIn, type RuleTarget } from './rules';

/** @param path - of the targets in the input. @throws AppError `invalid_input` for a person, a rota or a channel that does not exist. */
export async function requireRuleTargets(tx: Tx, to: readonly RuleTarget[], path: string): Promise<void> {
  await requireTargets(tx, peopleIn(to), 'to', path);
  const named = [...new Set(to.flatMap((t) => ('channel' in t ? [t.channel] : [])))];
  const known = await tx.rows<{ name: string }>(
    sql`SELECT name FROM notify_channel WHERE name = ANY(${named}::text[]) AND kind <> 'mes'`,
  );
  const missing = named.find((n) => !known.some((k) => k.name === n));
  if (missing !== undefined)
    throw new AppError(
      'invalid_input',
      `to: there is no channel "${missing}" for messages; add it in the settings, or name another`,
      {
        field: path,
      },
    );
}
