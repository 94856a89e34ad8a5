import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { BUILT_IN_SETS, chartRule, describeRule, type RulesPrice, rulesCost } from '@/lib/spc';
import { idFromAddress } from '../../address/id-from-address';
import { knowRules } from '../rules/book';
import { contentOf, type RuleSetContent, setDifference } from '../rules/content';
import { storedSet } from '../rules/save';
import { chartsBehind, type Following } from '../rules/usage';
import { inForce } from '../templates/version-charts';

/** A set in the list. */
export interface RuleSetRow {
  /** Of one that comes with Driftless its name, else the id. */
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
  /** null: it comes with Driftless. */
  readonly version: number | null;
  readonly retired: boolean;
  /** Rules that are switched on, by their numbers. */
  readonly numbers: readonly number[];
  /** Names of its rules that are switched on. */
  readonly rules: readonly string[];
  /** Where it is from: the source of one that comes with Driftless, else its author and reason. */
  readonly said: string;
  readonly changedMs: number | null;
  /** Charts in use that it judges, those of an earlier version among them, and templates that name it. */
  readonly charts: number;
  readonly behind: number;
  readonly templates: number;
  /** On a chart of individual values; null: only simulated. */
  readonly price: RulesPrice | null;
}

const priceOf = (numbers: readonly number[]): RulesPrice | null => {
  try {
    return rulesCost(
      { kind: 'individuals' },
      numbers.map(chartRule).filter((r) => r.on !== 'within'),
      { runs: null },
    );
  } catch (e) {
    if (e instanceof AppError && e.code === 'out_of_domain') return null;
    throw e;
  }
};

interface Stored {
  id: string;
  name: string;
  version: number;
  retired: boolean;
  numbers: number[];
  author: string;
  reason: string;
  created_at: Date;
}

/** Most sets that are listed. */
const MOST = 500;

/** All sets: those that come with Driftless, then those of the site. */
export async function ruleSetList(now: Date): Promise<RuleSetRow[]> {
  const [stored, used, templates] = await Promise.all([
    db().rows<Stored>(sql`
      SELECT s.id, s.name, s.version, s.retired_at IS NOT NULL AS retired, v.numbers, v.author, v.reason, v.created_at
      FROM rule_set s JOIN rule_set_version v ON v.rule_set_id = s.id AND v.version = s.version ORDER BY (s.retired_at IS NOT NULL), s.name LIMIT ${MOST}`),
    db().rows<{ preset: string; charts: number; behind: number }>(sql`
      SELECT v.preset, count(*)::int AS charts, (count(*) FILTER (WHERE v.set_version < s.version))::int AS behind
      FROM chart k ${inForce(now)} LEFT JOIN rule_set s ON s.id::text = v.preset WHERE k.active GROUP BY 1`),
    db().rows<{ preset: string; n: number }>(sql`
      SELECT v.content->>'preset' AS preset, count(*)::int AS n FROM chart_template t JOIN chart_template_version v ON v.template_id = t.id AND v.version = t.version
      WHERE t.retired_at IS NULL GROUP BY 1`),
  ]);
  await knowRules(
    db(),
    stored.flatMap((s) => s.numbers),
  );
  const charts = new Map(used.map((u) => [u.preset, u]));
  const ofTemplates = new Map(templates.map((t) => [t.preset, t.n]));
  const row = (id: string, numbers: readonly number[]) => ({
    id,
    numbers,
    rules: numbers.map((n) => chartRule(n).name),
    charts: charts.get(id)?.charts ?? 0,
    behind: charts.get(id)?.behind ?? 0,
    templates: ofTemplates.get(id) ?? 0,
    price: priceOf(numbers),
  });
  return [
    ...BUILT_IN_SETS.map((s) => ({
      ...row(s.id, s.numbers),
      name: s.label,
      builtIn: true,
      version: null,
      retired: false,
      said: s.source,
      changedMs: null,
    })),
    ...stored.map((s) => ({
      ...row(s.id, s.numbers),
      name: s.name,
      builtIn: false,
      version: s.version,
      retired: s.retired,
      said: `${s.author}: ${s.reason}`,
      changedMs: s.created_at.getTime(),
    })),
  ];
}

export interface RuleSetVersionView {
  readonly version: number;
  readonly author: string;
  readonly reason: string;
  readonly atMs: number;
  /** What it changed, one line each; of the first: nothing. */
  readonly difference: readonly string[];
}

/** One set with its versions, and the charts that have not followed. */
export interface RuleSetView {
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
  readonly version: number;
  readonly retired: boolean;
  readonly source: string | null;
  readonly content: RuleSetContent;
  readonly versions: readonly RuleSetVersionView[];
  readonly behind: { readonly count: number; readonly listed: readonly Following[] };
  /** Templates that name an earlier version. */
  readonly templatesBehind: number;
}

/** A set by its id, or by its name where it comes with Driftless. @throws AppError `not_found`. */
export async function ruleSetView(id: string, now: Date): Promise<RuleSetView> {
  const builtIn = BUILT_IN_SETS.find((s) => s.id === id);
  if (builtIn !== undefined)
    return {
      id,
      name: builtIn.label,
      builtIn: true,
      version: 0,
      retired: false,
      source: builtIn.source,
      content: contentOf(builtIn.numbers),
      versions: [],
      behind: { count: 0, listed: [] },
      templatesBehind: 0,
    };
  const head = await db().one<{ id: string; name: string; version: number; retired: boolean }>(
    sql`SELECT id, name, version, retired_at IS NOT NULL AS retired FROM rule_set WHERE id = ${idFromAddress('rule set', id)}`,
  );
  if (head === undefined) throw new AppError('not_found', `there is no rule set ${id}`);
  const [rows, behind, templates] = await Promise.all([
    db().rows<{ version: number; content: unknown; author: string; reason: string; created_at: Date }>(
      sql`SELECT version, content, author, reason, created_at FROM rule_set_version WHERE rule_set_id = ${head.id} ORDER BY version DESC LIMIT 200`,
    ),
    chartsBehind(db(), head.id, head.version, now),
    db().one<{ n: number }>(sql`
      SELECT count(*)::int AS n FROM chart_template t JOIN chart_template_version v ON v.template_id = t.id AND v.version = t.version
      WHERE t.retired_at IS NULL AND v.content->>'preset' = ${head.id} AND (v.content->>'setVersion')::int < ${head.version}`),
  ]);
  const contents = rows.map((r) => storedSet(r.content));
  return {
    ...head,
    builtIn: false,
    source: null,
    content: contents[0]!,
    versions: rows.map((r, i) => ({
      version: r.version,
      author: r.author,
      reason: r.reason,
      atMs: r.created_at.getTime(),
      difference: contents[i + 1] === undefined ? [] : setDifference(contents[i + 1]!, contents[i]!),
    })),
    behind,
    templatesBehind: templates?.n ?? 0,
  };
}

/** A set that charts and templates may choose. */
export interface RuleSetChoice {
  readonly id: string;
  readonly label: string;
  readonly version: number | null;
  readonly numbers: readonly number[];
}

/** Sets that may be chosen, those that come with Driftless first. */
export async function ruleSetChoices(): Promise<RuleSetChoice[]> {
  const rows = await db().rows<{ id: string; label: string; version: number; numbers: number[] }>(sql`
    SELECT s.id, s.name AS label, s.version, v.numbers FROM rule_set s JOIN rule_set_version v ON v.rule_set_id = s.id AND v.version = s.version
    WHERE s.retired_at IS NULL ORDER BY s.name LIMIT ${MOST}`);
  return [...BUILT_IN_SETS.map(({ id, label, numbers }) => ({ id, label, numbers, version: null })), ...rows];
}

/** Sets as the machine API lists them: each with its rules, their numbers and their words. */
export async function ruleSetsForApi(): Promise<object[]> {
  const rows = await db().rows<Stored & { content: unknown }>(sql`
    SELECT s.id, s.name, s.version, s.retired_at IS NOT NULL AS retired, v.numbers, v.content, v.author, v.reason, v.created_at
    FROM rule_set s JOIN rule_set_version v ON v.rule_set_id = s.id AND v.version = s.version ORDER BY s.name LIMIT ${MOST}`);
  await knowRules(
    db(),
    rows.flatMap((r) => r.numbers),
  );
  const said = (numbers: readonly number[]) =>
    numbers.map((number) => ({ number, name: chartRule(number).name, text: describeRule(chartRule(number).rule) }));
  return [
    ...BUILT_IN_SETS.map((s) => ({ id: s.id, name: s.label, builtIn: true, source: s.source, rules: said(s.numbers) })),
    ...rows.map(({ numbers, created_at, ...r }) => ({ ...r, builtIn: false, changedAt: created_at, rules: said(numbers) })),
  ];
}
