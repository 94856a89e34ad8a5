import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { falseAlarmRate } from '@/lib/spc';
import { idFromAddress } from '../../address/id-from-address';
import { knowRules } from '../rules/book';
import { characteristicsText, contentDifference, type TemplateContent } from '../templates/content';
import type { FillSource } from '../templates/fill-start';
import { storedContent } from '../templates/stored';

/** Days that the list counts points and alerts over. */
const DAYS = 30;

/** How far a fill is. */
export interface FillProgress {
  state: 'running' | 'done';
  source: FillSource;
  charts: number;
  records: number;
  points: number;
  /** Records are read up to here; null before the first. */
  readToMs: number | null;
  startedMs: number;
  doneMs: number | null;
  /** Its work was given up: it waits on the system page. */
  dead: boolean;
}

export interface TemplateRow {
  id: string;
  name: string;
  version: number;
  retired: boolean;
  characteristics: string;
  kind: TemplateContent['kind'];
  rules: number[];
  alerting: boolean;
  charts: number;
  retiredCharts: number;
  filling: number;
  /** Of the last 30 days. */
  points: number;
  alerts: number;
  /** Expected a week at the rate of points of these days; of charts in control. */
  falseAlarms: number;
  author: string;
  reason: string;
  changedMs: number;
}

/** All templates, with what their charts do. */
export async function templateList(nowMs: number): Promise<TemplateRow[]> {
  const from = new Date(nowMs - DAYS * 86_400_000);
  const rows = await db().rows<
    Omit<TemplateRow, 'characteristics' | 'kind' | 'rules' | 'alerting' | 'falseAlarms' | 'changedMs'> & {
      content: unknown;
      changed_at: Date;
      first: Date | null;
    }
  >(sql`
    SELECT t.id, t.name, t.version, t.retired_at IS NOT NULL AS retired, v.content, v.author, v.reason, v.created_at AS changed_at,
      COALESCE(c.charts, 0) AS charts, COALESCE(c.retired, 0) AS "retiredCharts", COALESCE(c.filling, 0) AS filling, COALESCE(p.points, 0) AS points, p.first, COALESCE(a.alerts, 0) AS alerts
    FROM chart_template t JOIN chart_template_version v ON v.template_id = t.id AND v.version = t.version
    LEFT JOIN (SELECT template_id, (count(*) FILTER (WHERE active))::int AS charts, (count(*) FILTER (WHERE NOT active))::int AS retired,
      (count(*) FILTER (WHERE fill_id IS NOT NULL AND active))::int AS filling FROM chart WHERE template_id IS NOT NULL GROUP BY 1) c ON c.template_id = t.id
    LEFT JOIN (SELECT k.template_id, count(*)::int AS points, min(q.at) AS first FROM chart k JOIN chart_point q ON q.chart_id = k.id
      WHERE k.template_id IS NOT NULL AND k.active AND q.at >= ${from} AND q.at <= ${new Date(nowMs)} GROUP BY 1) p ON p.template_id = t.id
    LEFT JOIN (SELECT k.template_id, count(*)::int AS alerts FROM alert x JOIN chart k ON k.id = x.chart_id WHERE k.template_id IS NOT NULL AND x.last_at >= ${from} GROUP BY 1) a ON a.template_id = t.id
    ORDER BY (t.retired_at IS NOT NULL), t.name`);
  const contents = rows.map((r) => storedContent(r.content));
  await knowRules(
    db(),
    contents.flatMap((c) => c.rules),
  );
  return rows.map(({ content: _, changed_at, first, ...r }, i) => {
    const c = contents[i]!;
    const days = first === null ? DAYS : Math.max(1, (nowMs - first.getTime()) / 86_400_000);
    return {
      ...r,
      characteristics: characteristicsText(c),
      kind: c.kind,
      rules: c.rules,
      alerting: c.alerting,
      falseAlarms: (r.points / days) * 7 * falseAlarmRate(c),
      changedMs: changed_at.getTime(),
    };
  });
}

export interface TemplateVersionView {
  version: number;
  author: string;
  reason: string;
  atMs: number;
  /** What it changed, one line each; of the first: nothing. */
  difference: string[];
}

export interface TemplateView {
  id: string;
  name: string;
  version: number;
  retired: boolean;
  content: TemplateContent;
  versions: TemplateVersionView[];
  fills: FillProgress[];
}

/** One template with its versions and the filling of its charts. @throws AppError `not_found`. */
export async function templateView(id: string): Promise<TemplateView> {
  const head = await db().one<{ id: string; name: string; version: number; retired: boolean }>(
    sql`SELECT id, name, version, retired_at IS NOT NULL AS retired FROM chart_template WHERE id = ${idFromAddress('chart template', id)}`,
  );
  if (head === undefined) throw new AppError('not_found', `there is no chart template ${id}`);
  const rows = await db().rows<{ version: number; content: unknown; author: string; reason: string; created_at: Date }>(
    sql`SELECT version, content, author, reason, created_at FROM chart_template_version WHERE template_id = ${head.id} ORDER BY version DESC LIMIT 200`,
  );
  const contents = rows.map((r) => storedContent(r.content));
  await knowRules(
    db(),
    contents.flatMap((c) => c.rules),
  );
  const versions = rows.map(({ version, author, reason, created_at }, i) => {
    const before = contents[i + 1];
    return {
      version,
      author,
      reason,
      atMs: created_at.getTime(),
      difference: before === undefined ? [] : contentDifference(before, contents[i]!),
    };
  });
  return { ...head, content: contents[0]!, versions, fills: await fillsOf(sql`f.template_id = ${head.id}`) };
}

/** The newest fills, running ones first. */
export async function fillsOf(which: ReturnType<typeof sql>): Promise<FillProgress[]> {
  const rows = await db().rows<
    Omit<FillProgress, 'readToMs' | 'startedMs' | 'doneMs'> & {
      place_at: Date;
      from_at: Date;
      created_at: Date;
      done_at: Date | null;
    }
  >(sql`
    SELECT f.state, f.source, f.charts, f.records, f.points, f.place_at, f.from_at, f.created_at, f.done_at,
      EXISTS (SELECT 1 FROM task k WHERE k.queue = 'fill' AND k.state = 'dead' AND k.payload->>'fillId' = f.id::text) AS dead
    FROM chart_fill f WHERE ${which} ORDER BY (f.state = 'done'), f.created_at DESC LIMIT 5`);
  return rows.map(({ place_at, from_at, created_at, done_at, ...r }) => ({
    ...r,
    readToMs: r.records === 0 || place_at <= from_at ? null : Math.min(place_at.getTime(), created_at.getTime()),
    startedMs: created_at.getTime(),
    doneMs: done_at?.getTime() ?? null,
  }));
}

/** Names of all templates, for a filter. */
export const templateNames = (): Promise<{ id: string; name: string }[]> =>
  db().rows<{ id: string; name: string }>(sql`SELECT id, name FROM chart_template ORDER BY name`);

/** Names to choose patterns from. */
export interface ContextLists {
  areas: string[];
  operations: string[];
  layers: string[];
  tools: string[];
  chambers: string[];
  recipes: string[];
  products: string[];
  parameters: string[];
}

export async function contextLists(): Promise<ContextLists> {
  const row = await db().one<ContextLists>(sql`
    SELECT (SELECT array_agg(name ORDER BY position) FROM area) AS areas, (SELECT array_agg(name ORDER BY position) FROM operation) AS operations,
      (SELECT array_agg(DISTINCT layer) FROM operation) AS layers, (SELECT array_agg(name ORDER BY position, name) FROM tool) AS tools,
      (SELECT array_agg(DISTINCT name) FROM chamber) AS chambers, (SELECT array_agg(DISTINCT recipe) FROM seen_context WHERE recipe <> '') AS recipes,
      (SELECT array_agg(name ORDER BY name) FROM product) AS products, (SELECT array_agg(name ORDER BY name) FROM parameter) AS parameters`);
  const none: ContextLists = {
    areas: [],
    operations: [],
    layers: [],
    tools: [],
    chambers: [],
    recipes: [],
    products: [],
    parameters: [],
  };
  return Object.fromEntries(Object.keys(none).map((k) => [k, row?.[k as keyof ContextLists] ?? []])) as unknown as ContextLists;
}

/** Templates as the machine API lists them. */
export async function templatesForApi(): Promise<object[]> {
  const rows = await db().rows<{
    id: string;
    name: string;
    version: number;
    retired: boolean;
    content: unknown;
    author: string;
    reason: string;
    charts: number;
  }>(sql`
    SELECT t.id, t.name, t.version, t.retired_at IS NOT NULL AS retired, v.content, v.author, v.reason, (SELECT count(*)::int FROM chart c WHERE c.template_id = t.id AND c.active) AS charts
    FROM chart_template t JOIN chart_template_version v ON v.template_id = t.id AND v.version = t.version ORDER BY t.name`);
  return rows.map((r) => ({ ...r, content: storedContent(r.content) }));
}
