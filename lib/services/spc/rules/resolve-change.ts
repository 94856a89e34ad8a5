import type { Db } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { ChartKind } from '@/lib/spc';
import type { ChartChange } from '../next-version';
import { knowRules } from './book';
import { resolveSet, rulesOfSet } from './sets';

/**
 * A change with the rules of the set that it asks for, so that it says by itself what will judge; rules are known to this process then.
 * @throws AppError `invalid_input` for a set or a rule that there is not, or for both a set and rules.
 */
export async function resolveChange(from: Db, kind: ChartKind, change: ChartChange): Promise<ChartChange> {
  if (change.ruleSet === undefined) {
    await knowRules(from, change.rules ?? []);
    return change;
  }
  if (change.rules !== undefined)
    throw new AppError('invalid_input', 'A change names a rule set, or rules one by one: leave one of the two out.', {
      field: 'ruleSet',
    });
  const set = await resolveSet(from, change.ruleSet);
  return {
    ...change,
    rules: rulesOfSet(kind, set),
    ruleSet: { set: set.set, ...(set.version === null ? {} : { version: set.version }) },
  };
}
