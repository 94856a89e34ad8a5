import { bulkInsert, type Db, db, sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { builtInNumber, type ChartRule, learnRules, ruleKey, SITE_RULES, unknownRules } from '@/lib/spc';

interface Row {
  number: number;
  definition: ChartRule;
}

/** Rules of a site that are sent to a page at most, the newest. */
const MOST_SENT = 2_000;

/**
 * Reads the definitions of these rules into the book of this process, so that they can be judged by, priced and named. Those that come with Driftless are there.
 * @throws AppError `invalid_input` naming a number that no rule has.
 */
export async function knowRules(from: Db, numbers: Iterable<number>): Promise<void> {
  const missing = unknownRules(numbers);
  if (missing.length === 0) return;
  const rows = await from.rows<Row>(sql`SELECT number, definition FROM run_rule WHERE number = ANY(${missing}::int4[])`);
  learnRules(rows.map((r) => [r.number, r.definition]));
  const none = unknownRules(missing)[0];
  if (none !== undefined)
    throw new AppError('invalid_input', `There is no run rule ${none}: choose rules of a set, or 1 to 8, 101 and 201.`, {
      field: 'rules',
    });
}

/** All rules of the site, for pages that name them. */
export async function siteRules(from: Db = db()): Promise<[number, ChartRule][]> {
  const rows = await from.rows<Row>(
    sql`SELECT number, definition FROM run_rule ORDER BY created_at DESC, number DESC LIMIT ${MOST_SENT}`,
  );
  const list = rows.map((r): [number, ChartRule] => [r.number, r.definition]);
  learnRules(list);
  return list;
}

/**
 * The numbers of rules, each made where there is none like it yet. A number comes from a sequence, so one that was given up with its transaction is never used again.
 */
export async function numbersOf(tx: Tx, rules: readonly ChartRule[]): Promise<number[]> {
  const own = rules.filter((r) => builtInNumber(r) === undefined);
  const byKey = new Map<string, number>();
  if (own.length > 0) {
    await tx.exec(sql`SELECT pg_advisory_xact_lock(hashtext('driftless run rules are numbered'))`);
    const keys = [...new Set(own.map(ruleKey))];
    const there = await tx.rows<{ key: string; number: number }>(
      sql`SELECT key, number FROM run_rule WHERE key = ANY(${keys}::text[])`,
    );
    for (const r of there) byKey.set(r.key, r.number);
    const fresh = keys.filter((k) => !byKey.has(k));
    const next = await tx.rows<{ n: number }>(
      sql`SELECT nextval('run_rule_number')::int AS n FROM generate_series(1, ${fresh.length}::int)`,
    );
    const made = fresh.map((key, i) => {
      const definition = own.find((r) => ruleKey(r) === key)!;
      const { on } = definition;
      return { number: next[i]!.n + (on === 'location' ? 0 : SITE_RULES[on]), key, definition };
    });
    await bulkInsert(tx, 'run_rule', made, 'ignore');
    for (const m of made) byKey.set(m.key, m.number);
  }
  return rules.map((r) => builtInNumber(r) ?? byKey.get(ruleKey(r))!);
}
