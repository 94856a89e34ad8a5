import { z } from 'zod';
import { ownParameter, parseCharacteristic, variableWords, whole } from '@/lib/characteristic';
import { db, sql } from '@/lib/db';
import { recordIdIn } from '@/lib/formats/scalars';
import { falseAlarmRate } from '@/lib/spc';
import { timeOf, verb } from '../../verb';
import { resolveSettings } from '../rules/resolve-settings';
import { checkContent, normal, type TemplateContent, templateContent } from './content';
import { broughtBy, contextKey, type MatchContext, type SeenContext, seenContexts } from './contexts';
import { expandTemplate, standsIn } from './expand';
import { type Master, readMaster } from './master';
import { countRecords } from './record-counts';
import { TEMPLATE_WORDS } from './template-words';
import { inForce, OWN_RULES } from './version-charts';

/** Days of history that a preview counts. */
export const PREVIEW_DAYS = 30;
const WEEK_DAYS = 7;

/** What becomes of a chart when the template is saved. */
export type PreviewState = 'new' | 'follows' | 'taken back' | 'other' | 'retired';

export interface PreviewChart {
  readonly id: string;
  readonly title: string;
  readonly operation: string;
  readonly parameter: string;
  readonly characteristic: string;
  readonly tool: string | null;
  readonly chamber: string | null;
  readonly recipe: string | null;
  readonly product: string | null;
  readonly state: PreviewState;
  /** Points that the last 30 days would have brought it. */
  readonly points: number;
  /** Expected false alarms a week; null where it raises none. */
  readonly falseAlarms: number;
  /** It keeps limits that were entered on it, or rules. */
  readonly keepsLimits: boolean;
  readonly keepsRules: boolean;
}

export interface Preview {
  readonly charts: PreviewChart[];
  readonly counts: Readonly<Record<PreviewState, number>>;
  /** Charts of the template that no longer match, by title. */
  readonly retiring: { readonly id: string; readonly title: string }[];
  readonly points: number;
  /** Days that the points were counted over. */
  readonly days: number;
  /** Expected false alarms a week of all these charts in control: points a week times alarms a point. */
  readonly falseAlarms: number;
  /** Points between two false alarms of one chart. */
  readonly arl: number | null;
  readonly keepLimits: number;
  readonly keepRules: number;
  /** Of a chart of several variables those that were never seen where it takes its values: its points wait for them. */
  readonly unseen: string[];
}

/** What a template would make: for the editor while it is typed. */
export const previewTemplate = verb(
  {
    name: 'chart-template.preview',
    least: 'engineer',
    input: z.strictObject({ template: recordIdIn('chart template').nullable(), content: templateContent }),
    body: 'content',
    names: TEMPLATE_WORDS,
  },
  async (ctx, { template, content }): Promise<Preview> =>
    previewContent(normal(await resolveSettings(db(), content)), template, timeOf(ctx)),
);

interface Stands {
  id: string;
  title: string;
  template_id: string | null;
  retired: boolean;
  by_template: boolean;
  given: boolean;
  own_rules: boolean;
}

/**
 * The charts that a content makes over all contexts that were seen or are possible, with what the last 30 days would have brought them.
 * @param template - whose next version it would be; null: a new one.
 * @throws AppError as `checkContent` and `expandTemplate`.
 */
export async function previewContent(content: TemplateContent, template: string | null, now: Date): Promise<Preview> {
  checkContent(content);
  const master = await readMaster(db());
  const seen = await seenContexts(db(), null);
  const contexts: MatchContext[] = [...seen, ...master.possible];
  const wanted = await expandTemplate(content, contexts, master);
  const ids = [...wanted.keys()];
  const rows = await db().rows<Stands>(sql`
    SELECT k.id, k.title, k.template_id, k.retired_at IS NOT NULL AS retired, k.retired_by_template AS by_template, v.limits_source = 'given' OR v.disp_source = 'given' AS given, ${OWN_RULES} AS own_rules
    FROM chart k ${inForce(now)} WHERE k.id = ANY(${ids}::uuid[]) OR (k.template_id = ${template}::uuid AND k.active)`);
  const there = new Map(rows.map((r) => [r.id, r]));
  const used = new Set([...wanted.values()].flatMap((w) => w.contexts.filter((i) => i < seen.length)));
  const { counts, days } = await countRecords(
    [...used].map((i) => seen[i]!),
    new Date(now.getTime() - PREVIEW_DAYS * 86_400_000),
    now,
  );
  const charts = [...wanted.values()].map(({ chart, contexts: from }): PreviewChart => {
    const { lot } = parseCharacteristic(chart.characteristic)!;
    const mine = from.flatMap((i) => (i < seen.length ? (counts.get(contextKey(seen[i] as SeenContext)) ?? []) : []));
    const points = mine.reduce((s, c) => s + (lot ? c.lots : c.wafers), 0);
    const wafers = mine.reduce((s, c) => s + c.wafers, 0);
    const subgroup = points > 0 ? Math.min(25, Math.max(2, Math.round(wafers / points))) : 3;
    const stands = there.get(chart.id);
    return {
      id: chart.id,
      title: chart.title,
      operation: chart.operation,
      parameter: chart.parameter,
      characteristic: chart.characteristic,
      tool: chart.tool,
      chamber: chart.chamber,
      recipe: chart.recipe,
      product: chart.product,
      state: stateOf(stands, template),
      points,
      falseAlarms: (points / days) * WEEK_DAYS * falseAlarmRate({ ...content, subgroup }),
      keepsLimits: stands?.given === true && stands.template_id === template,
      keepsRules: stands?.own_rules === true && stands.template_id === template,
    };
  });
  return {
    ...summary(
      content,
      charts,
      days,
      rows.filter((r) => !wanted.has(r.id) && !r.retired),
    ),
    unseen: unseenOf(content, seen, master),
  };
}

/** Variables that no context of the places of a template has brought yet, in words. */
function unseenOf(content: TemplateContent, seen: readonly SeenContext[], master: Master): string[] {
  if (content.variables === undefined) return [];
  const here = new Set(
    seen
      .filter((c) => standsIn(content, c, master))
      .flatMap((c) => broughtBy(c).map((b) => `${b.name}\u0000${ownParameter(parseCharacteristic(b.name)!) ?? c.parameter}`)),
  );
  return content.variables
    .map((v) => whole(v))
    .filter((v) => !here.has(`${v.characteristic}\u0000${v.parameter}`))
    .map(variableWords);
}

function summary(
  content: TemplateContent,
  charts: PreviewChart[],
  days: number,
  retiring: readonly Stands[],
): Omit<Preview, 'unseen'> {
  const rate = falseAlarmRate(content);
  const of = (state: PreviewState): number => charts.filter((c) => c.state === state).length;
  return {
    charts: charts.sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0)),
    counts: {
      new: of('new'),
      follows: of('follows'),
      'taken back': of('taken back'),
      other: of('other'),
      retired: of('retired'),
    },
    retiring: retiring.map((r) => ({ id: r.id, title: r.title })),
    points: charts.reduce((s, c) => s + c.points, 0),
    days,
    falseAlarms: charts.reduce((s, c) => s + c.falseAlarms, 0),
    arl: rate > 0 ? 1 / rate : null,
    keepLimits: charts.filter((c) => c.keepsLimits).length,
    keepRules: charts.filter((c) => c.keepsRules).length,
  };
}

function stateOf(stands: Stands | undefined, template: string | null): PreviewState {
  if (stands === undefined) return 'new';
  if (template === null || stands.template_id !== template) return stands.retired ? 'retired' : 'other';
  if (!stands.retired) return 'follows';
  return stands.by_template ? 'taken back' : 'retired';
}
