import { sql, type Tx } from '@/lib/db';
import { kindOf } from '@/lib/spc';
import { DEFAULT_LAMBDA, DEFAULT_WIDTH_L } from '@/lib/spc/kinds/ewma';
import { type Ctx, timeOf } from '../../verb';
import { nextVersion } from '../next-version';
import { followWith } from '../planned';
import { type PhaseRow, phasesOf } from '../store';
import type { TemplateContent } from './content';
import type { WantedChart } from './expand';

interface Applying {
  /** As the new version describes them. */
  readonly charts: readonly WantedChart[];
  readonly version: number;
  /** Content of the version before; null: there is none. */
  readonly before: TemplateContent | null;
  readonly content: TemplateContent;
  readonly author: string;
  readonly reason: string;
  readonly now: Date;
}

/** Whether charts judge differently by two contents. */
const judgesOtherwise = (a: TemplateContent, b: TemplateContent): boolean =>
  a.rules.join() !== b.rules.join() ||
  a.preset !== b.preset ||
  a.setVersion !== b.setVersion ||
  a.lambda !== b.lambda ||
  a.widthL !== b.widthL ||
  a.baselineN !== b.baselineN ||
  hasOtherDesign(a, b);

/** Whether two contents state other settings of their kind. */
const hasOtherDesign = (a: TemplateContent, b: TemplateContent): boolean => {
  const names = new Set([...Object.keys(a.design ?? {}), ...Object.keys(b.design ?? {})]);
  return [...names].some((n) => (a.design?.[n] ?? null) !== (b.design?.[n] ?? null));
};

/**
 * Makes charts follow a new version of their template from now on: title, alerts and capability where the template changed them, and one version of
 * each chart where it judges otherwise. Limits stay as they are, entered ones and those of a study alike; those of an EWMA study follow its new
 * weight and width from its own sigma, those of a kind with settings of its own follow these from its own study. Rules and settings that an engineer set on a
 * chart stay as well.
 */
export async function applyVersion(tx: Tx, a: Applying): Promise<void> {
  const { charts, content: c, before } = a;
  if (charts.length === 0) return;
  const list = charts.map((x) => x.id);
  await tx.exec(sql`
    UPDATE chart k SET title = u.title, template_version = ${a.version}, specified = ${c.specified},
      alerting = CASE WHEN ${before === null || before.alerting !== c.alerting} THEN ${c.alerting} ELSE k.alerting END
    FROM unnest(${list}::uuid[], ${charts.map((x) => x.title)}::text[]) AS u(id, title) WHERE k.id = u.id`);
  if (before === null || !judgesOtherwise(before, c)) return;
  await insertVersions(tx, a, list);
  if (hasOtherDesign(before, c)) await followDesign(tx, a, before, list);
  await tx.exec(sql`UPDATE chart SET version = version + 1 WHERE id = ANY(${list}::uuid[])`);
  await followPlanned(tx, a, list);
}

/** Whether a person set the rules of chart `k` itself. */
export const OWN_RULES = sql`EXISTS (SELECT 1 FROM chart_version o WHERE o.chart_id = k.id AND o.cancelled_at IS NULL AND o.change ? 'rules')`;

/** The version of chart `k` in force at a time, as a lateral join `v`. */
export const inForce = (
  now: Date,
) => sql`JOIN LATERAL (SELECT q.* FROM chart_version q WHERE q.chart_id = k.id AND q.cancelled_at IS NULL AND q.effective_from <= ${now}
  ORDER BY q.effective_from DESC, q.version DESC LIMIT 1) v ON true`;

/** One statement for all charts: every column that a template does not set is as in the version in force, whatever columns there are. */
async function insertVersions(
  tx: Tx,
  { content: c, author, reason, now, version }: Applying,
  list: readonly string[],
): Promise<void> {
  const half = sql`${c.widthL ?? DEFAULT_WIDTH_L}::float8 * v.sigma_within * sqrt(${c.lambda ?? DEFAULT_LAMBDA}::float8 / (2 - ${c.lambda ?? DEFAULT_LAMBDA}::float8))`;
  // the limits of sums, of gaps and of several variables do not follow from a weight and a width
  const { memory, design } = kindOf(c.kind);
  const remembers = memory !== null && design === undefined;
  await tx.exec(sql`
    INSERT INTO chart_version
    SELECT n.* FROM chart k ${inForce(now)} CROSS JOIN LATERAL jsonb_populate_record(v::chart_version, jsonb_build_object(
      'version', k.version + 1, 'effective_from', ${now}::timestamptz, 'created_at', ${now}::timestamptz, 'author', ${author}::text,
      'reason', ${`version ${version} of the template: ${reason}`}::text, 'change', '{}'::jsonb,
      'rules', CASE WHEN ${OWN_RULES} THEN to_jsonb(v.rules) ELSE to_jsonb(${[...c.rules]}::int4[]) END,
      'preset', CASE WHEN ${OWN_RULES} THEN v.preset ELSE ${c.preset}::text END,
      'set_version', CASE WHEN ${OWN_RULES} THEN v.set_version ELSE ${c.setVersion ?? null}::int4 END,
      'lambda', ${c.lambda ?? null}::float8, 'width_l', ${c.widthL ?? null}::float8, 'baseline_n', ${c.baselineN}::int4,
      'ucl', CASE WHEN ${remembers} AND v.limits_source = 'study' AND v.sigma_within IS NOT NULL THEN v.cl + ${half} ELSE v.ucl END,
      'lcl', CASE WHEN ${remembers} AND v.limits_source = 'study' AND v.sigma_within IS NOT NULL THEN v.cl - ${half} ELSE v.lcl END)) n
    WHERE k.id = ANY(${[...list]}::uuid[])`);
}

/** Gives the new versions of charts the settings that the template states now, with the limits that follow; a chart on which a person set its own keeps these. */
async function followDesign(tx: Tx, { content: c }: Applying, before: TemplateContent, list: readonly string[]): Promise<void> {
  const change = { ...Object.fromEntries(Object.keys(before.design ?? {}).map((n) => [n, null])), ...c.design };
  const next: Readonly<Record<string, unknown>>[] = [];
  for (const [id, all] of await phasesOf(tx, list)) {
    if (all.some((p) => p.change?.design !== undefined)) continue;
    const newest = all.reduce((a, b) => (b.version > a.version ? b : a));
    const v = nextVersion(c.kind, newest, { design: change });
    next.push({ ...v, id, version: newest.version });
  }
  const column = (name: string): (number | null)[] => next.map((v) => v[name] as number | null);
  const json = (name: string): (string | null)[] => next.map((v) => (v[name] == null ? null : JSON.stringify(v[name])));
  await tx.exec(sql`
    UPDATE chart_version v SET design = u.design::jsonb, study = u.study::jsonb, cl = u.cl, ucl = u.ucl, lcl = u.lcl, sigma_within = u.sigma, sigma_method = u.method,
      disp_cl = u.disp_cl, disp_ucl = u.disp_ucl, disp_lcl = u.disp_lcl, disp_sigma = u.disp_sigma
    FROM unnest(${next.map((v) => v['id'] as string)}::uuid[], ${column('version')}::int4[], ${json('design')}::text[], ${json('study')}::text[], ${column('cl')}::float8[], ${column('ucl')}::float8[],
      ${column('lcl')}::float8[], ${column('sigmaWithin')}::float8[], ${next.map((v) => (v['sigmaMethod'] ?? null) as string | null)}::text[], ${column('dispCl')}::float8[], ${column('dispUcl')}::float8[],
      ${column('dispLcl')}::float8[], ${column('dispSigma')}::float8[]) AS u(id, version, design, study, cl, ucl, lcl, sigma, method, disp_cl, disp_ucl, disp_lcl, disp_sigma)
    WHERE v.chart_id = u.id AND v.version = u.version`);
}

/** Planned versions keep what they set themselves and take the rest over. Few charts have one: those alone are looked at one by one. */
async function followPlanned(tx: Tx, { content, now }: Applying, list: readonly string[]): Promise<void> {
  const planned = await tx.rows<{ chart_id: string }>(sql`
    SELECT DISTINCT chart_id FROM chart_version WHERE chart_id = ANY(${[...list]}::uuid[]) AND cancelled_at IS NULL AND effective_from > ${now}`);
  if (planned.length === 0) return;
  const phases = await phasesOf(
    tx,
    planned.map((p) => p.chart_id),
  );
  for (const [id, all] of phases) {
    const begun = all.filter((p) => p.effectiveFrom <= now.getTime()).at(-1)!;
    const later: PhaseRow[] = all.filter((p) => p.effectiveFrom > now.getTime());
    await followWith(tx, { id, kind: content.kind }, begun, later);
  }
}

/**
 * Retires charts: from now on they take no points and raise no alerts; what they have stays visible. One that is being filled keeps its mark of it: its
 * history has gaps, and is filled as a whole when it is taken back.
 */
export async function retireMany(tx: Tx, ctx: Ctx, ids: readonly string[], reason: string, byTemplate: boolean): Promise<number> {
  if (ids.length === 0) return 0;
  return tx.exec(sql`
    UPDATE chart SET active = false, retired_at = ${timeOf(ctx)}, retired_by = ${ctx.by.email}, retired_reason = ${reason}, retired_by_template = ${byTemplate}
    WHERE id = ANY(${[...ids]}::uuid[]) AND active`);
}

/** Records of the last hour before may have waited for their stage when the chart was retired. */
const WAITED_MS = 3_600_000;

/** Takes retired charts back. @returns since when their history is missing; null without charts. */
export async function takeBack(tx: Tx, ids: readonly string[]): Promise<Date | null> {
  if (ids.length === 0) return null;
  const row = await tx.one<{ since: Date | null }>(
    sql`SELECT min(CASE WHEN fill_id IS NULL THEN retired_at ELSE 'epoch' END) AS since FROM chart WHERE id = ANY(${[...ids]}::uuid[])`,
  );
  await tx.exec(sql`
    UPDATE chart SET active = true, retired_at = NULL, retired_by = NULL, retired_reason = NULL, retired_by_template = false WHERE id = ANY(${[...ids]}::uuid[])`);
  return row?.since == null ? null : new Date(row.since.getTime() - WAITED_MS);
}
