import type { Db } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { ChartSettings } from '../templates/content';
import { knowRules } from './book';
import { isSiteSet, resolveSet, rulesOfSet } from './sets';

/**
 * Settings of charts with the rules of the set that they name: of a set of the site at its version (the newest where none is given), whose rules need not be listed. Rules are known to
 * this process then.
 * @throws AppError `invalid_input` for a set or rules that there are not, or rules beside those of the set.
 */
export async function resolveSettings<S extends ChartSettings>(from: Db, s: S): Promise<S> {
  if (!isSiteSet(s.preset)) {
    if (s.setVersion !== undefined)
      throw new AppError(
        'invalid_input',
        'Only a rule set of the site has versions: name one as the preset, or leave setVersion out.',
        {
          field: 'setVersion',
        },
      );
    await knowRules(from, s.rules);
    return s;
  }
  const set = await resolveSet(from, { set: s.preset, version: s.setVersion });
  const numbers = rulesOfSet(s.kind, set);
  const listed = [...new Set(s.rules)].sort((a, b) => a - b);
  if (listed.length > 0 && listed.join() !== numbers.join())
    throw new AppError(
      'invalid_input',
      `The rules are not those of version ${set.version} of "${set.label}" (${numbers.join(', ')}): leave them out, or the set.`,
      { field: 'rules' },
    );
  return { ...s, rules: numbers, setVersion: set.version! };
}
