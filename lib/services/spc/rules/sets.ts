import { type Db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { BUILT_IN_SETS, type ChartKind, ruleFits } from '@/lib/spc';
import { knowRules } from './book';

/** The set of rules that a chart or a template asks for: one that comes with Driftless by its name, or one of the site by its id and its version. */
export interface AskedSet {
  readonly set: string;
  readonly version?: number | undefined;
}

/** Rules of a set, by their numbers. */
export interface ResolvedSet {
  readonly set: string;
  /** null: it comes with Driftless, and has no versions. */
  readonly version: number | null;
  readonly label: string;
  readonly numbers: readonly number[];
}

const UUID = /^[0-9a-f-]{36}$/i;

/** Whether a preset names a set of the site. */
export const isSiteSet = (preset: string): boolean => UUID.test(preset);

const bad = (message: string, field = 'ruleSet'): AppError => new AppError('invalid_input', message, { field });

/**
 * The rules of a set, known to this process.
 * @throws AppError `invalid_input` for a set or version that there is not, or a set that is retired.
 */
export async function resolveSet(from: Db, asked: AskedSet): Promise<ResolvedSet> {
  const builtIn = BUILT_IN_SETS.find((s) => s.id === asked.set);
  if (builtIn !== undefined) {
    if (asked.version !== undefined)
      throw bad(`The set "${builtIn.label}" comes with Driftless and has no versions: leave the version out.`);
    return { set: builtIn.id, version: null, label: builtIn.label, numbers: builtIn.numbers };
  }
  if (!isSiteSet(asked.set))
    throw bad(
      `There is no rule set "${asked.set}": choose ${BUILT_IN_SETS.map((s) => s.id).join(', ')}, or the id of one of the site.`,
    );
  const row = await from.one<{ name: string; version: number; retired: boolean; numbers: number[] }>(sql`
    SELECT s.name, v.version, s.retired_at IS NOT NULL AS retired, v.numbers FROM rule_set s JOIN rule_set_version v ON v.rule_set_id = s.id
    WHERE s.id = ${asked.set}::uuid AND v.version = COALESCE(${asked.version ?? null}::int, s.version)`);
  if (row === undefined)
    throw bad(
      `There is no rule set ${asked.set} with ${asked.version === undefined ? 'any version' : `version ${asked.version}`}.`,
    );
  if (row.retired) throw bad(`The rule set "${row.name}" is retired: choose another, or restore it.`);
  await knowRules(from, row.numbers);
  return { set: asked.set, version: row.version, label: row.name, numbers: row.numbers };
}

/**
 * Those rules of a set that a kind of chart can have.
 * @throws AppError `invalid_input` where there is none.
 */
export function rulesOfSet(kind: ChartKind, set: Pick<ResolvedSet, 'label' | 'numbers'>): number[] {
  const numbers = set.numbers.filter((n) => ruleFits(kind, n)).sort((a, b) => a - b);
  if (numbers.length === 0)
    throw bad(
      `No rule of the set "${set.label}" means anything on a chart of this kind: choose another set, or rules one by one.`,
    );
  return numbers;
}
