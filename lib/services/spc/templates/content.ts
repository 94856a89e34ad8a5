import { z } from 'zod';
import { CHARACTERISTIC_SOURCES, characteristicWords, parseCharacteristic, variableWords, whole } from '@/lib/characteristic';
import { AppError } from '@/lib/errors';
import { real, text } from '@/lib/formats/scalars';
import { CHART_KINDS, kindOf, MOST_VARIABLES, ruleFits, ruleLabel } from '@/lib/spc';
import { designIn, firstVersion, refuseIdleRules, refuseMute, ruleNumbers } from '../next-version';
import { checkVariables } from './check-variables';
import { EVERYTHING, isOpen, isWild, only, type Patterns } from './patterns';

/** What a template may narrow. */
export const WHERE_FIELDS = [
  'area',
  'operation',
  'layer',
  'tool',
  'chamber',
  'recipe',
  'product',
  'parameter',
  'characteristic',
] as const;
export type WhereField = (typeof WHERE_FIELDS)[number];

/** What may divide a template into charts of their own; operation, parameter and characteristic always do. */
export const SPLIT_FIELDS = ['tool', 'chamber', 'recipe', 'product'] as const;
export type SplitField = (typeof SPLIT_FIELDS)[number];

const MOST_PATTERNS = 100;
const patterns = z.array(text(1, 120)).min(1).max(MOST_PATTERNS);

/** Rules, weights and baseline of charts: the same for a template and for a single chart. */
export const chartSettings = z.strictObject({
  kind: z.enum(CHART_KINDS as [string, ...string[]]).pipe(z.custom<(typeof CHART_KINDS)[number]>()),
  rules: ruleNumbers,
  /** Set that the rules are of: one that comes with Driftless by its name, one of the site by its id. */
  preset: text(1, 40).default('custom'),
  /** Version of a set of the site. */
  setVersion: z.int().min(1).optional(),
  /** Weight and width of an EWMA chart. */
  lambda: real.positive().max(1).optional(),
  widthL: real.min(0.5).max(10).optional(),
  /** Settings of the kind of chart, such as k and h of a CUSUM; what is left out has its default. */
  design: designIn.optional(),
  alerting: z.boolean(),
  /**
   * Of a chart of several variables (t2, mewma, pca) these, in their order: two to 60 values of one wafer's run, or of one lot. A parameter that the
   * characteristic names itself, as the sensor of a trace, may be left out.
   */
  variables: z
    .array(z.strictObject({ characteristic: text(1, 200), parameter: text(1, 120).optional() }))
    .max(MOST_VARIABLES)
    .optional(),
  /** Points of the baseline from which the first limits follow. */
  baselineN: z.int().min(8).max(500).default(20),
  /** Its values are on the scale of the specification of their parameter, so that the charts have a capability. */
  specified: z.boolean().default(false),
});
export type ChartSettings = z.output<typeof chartSettings>;

/** What a template says: where there are charts, what divides them, and how they judge. */
export const templateContent = chartSettings.extend({
  /** Patterns with "*" for any text; a field that is left out is open. */
  where: z.strictObject(
    Object.fromEntries(WHERE_FIELDS.map((f) => [f, patterns.optional()])) as Record<WhereField, z.ZodOptional<typeof patterns>>,
  ),
  splitBy: z.array(z.enum(SPLIT_FIELDS)).max(SPLIT_FIELDS.length),
  /** Only parameters with a specification at their operation. */
  onlySpecified: z.boolean().default(false),
  /** Where the specification says that an operation has one chart for all its tools, the product alone divides. */
  obeyChartContext: z.boolean().default(true),
  /** Title of each chart; {where} is its place in words. */
  title: text(1, 200),
});
export type TemplateContent = z.output<typeof templateContent>;
export type TemplateDraft = z.input<typeof templateContent>;

/** What a title may name. */
export const TITLE_FIELDS = [
  'where',
  'parameter',
  'characteristic',
  'term',
  'operation',
  'layer',
  'area',
  ...SPLIT_FIELDS,
] as const;
export type TitleField = (typeof TITLE_FIELDS)[number];

export const patternsOf = (c: Pick<TemplateContent, 'where'>, field: WhereField): Patterns => c.where[field] ?? [EVERYTHING];

const bad = (field: string, message: string): AppError => new AppError('invalid_input', message, { field });

/**
 * Refuses what would never make a chart that works.
 * @throws AppError `invalid_input` with the field and what to do.
 */
export function checkContent(c: TemplateContent): void {
  checkSettings(c, patternsOf(c, 'characteristic'));
  checkVariables(c);
  for (const p of patternsOf(c, 'characteristic')) checkCharacteristic(p);
  for (const f of c.title.match(/\{[^{}]*\}/g) ?? [])
    if (!(TITLE_FIELDS as readonly string[]).includes(f.slice(1, -1)))
      throw bad('title', `The title names ${f}; it may name ${TITLE_FIELDS.map((t) => `{${t}}`).join(', ')}.`);
  const told = (field: string): boolean => c.title.includes('{where}') || c.title.includes(`{${field}}`);
  const untold = c.splitBy.find((f) => !told(f) && only(patternsOf(c, f)) === null);
  if (untold !== undefined)
    throw bad('title', `Each ${untold} has a chart of its own, and the title does not name it: add {where} or {${untold}}.`);
  if (c.obeyChartContext && !told('product') && !c.splitBy.includes('product'))
    throw bad(
      'title',
      'Where a specification asks for one chart an operation, the product divides the charts: add {where} to the title.',
    );
}

/** @throws AppError `invalid_input`: what does not fit the kind of chart. */
export function checkSettings(c: ChartSettings, characteristics: Patterns): void {
  const kind = kindOf(c.kind);
  refuseIdleRules(c.kind, c.rules);
  refuseMute(c.rules, c.alerting);
  if (c.kind !== 'ewma' && (c.lambda !== undefined || c.widthL !== undefined))
    throw bad(c.lambda === undefined ? 'widthL' : 'lambda', `${kind.label} has no weight: leave λ and L out, or choose EWMA.`);
  firstVersion(c.kind, c, c.design ?? {});
  if (kind.ofVariables) return;
  const sources = characteristics.map((p) => p.split('.')[0]!);
  const wrong = sources.find((q) => takes(c.kind, q) === false);
  if (wrong !== undefined)
    throw bad(
      'kind',
      `A chart of kind ${kind.label} is of ${TAKES[takenBy(c.kind)]}, and "${wrong}" is not: choose another kind, or ${EXAMPLES[takenBy(c.kind)]}.`,
    );
  const single = characteristics.find((p) => {
    const known = parseCharacteristic(p);
    return known === undefined || !(known.source === 'measurement' && known.lot);
  });
  if ((kind.ofSubgroups || kind.within !== undefined) && single !== undefined)
    throw bad(
      'kind',
      `${kind.label} needs subgroups, and "${single}" ${isWild(single) ? 'also matches' : 'is'} single values: take measurement.lot, or a chart of individuals. Sites of one wafer are no rational subgroup.`,
    );
}

/** What a kind of chart is made of. */
type Taken = 'count' | 'event' | 'value';
const TAKES: Readonly<Record<Taken, string>> = { count: 'counts', event: 'equipment events', value: 'measured values' };
const EXAMPLES: Readonly<Record<Taken, string>> = {
  count: 'a characteristic such as count.defects',
  event: 'a characteristic such as event.pm',
  value: 'a characteristic such as measurement.mean',
};

/** Gaps are of events (time between) or of counts (units between). */
function takenBy(kind: ChartSettings['kind']): Taken {
  const { ofCounts, eventsOnly } = kindOf(kind);
  return eventsOnly ? 'event' : ofCounts ? 'count' : 'value';
}

/** Whether a kind takes values of a source; null where a pattern leaves that open. */
function takes(kind: ChartSettings['kind'], source: string): boolean | null {
  if (isWild(source)) return null;
  const of: Taken = source === 'count' ? 'count' : source === 'event' ? 'event' : 'value';
  const taken = takenBy(kind);
  return of === taken || (taken === 'event' && of === 'count');
}

/** A pattern of characteristics: a name, or one with "*" of a source that there is. */
function checkCharacteristic(p: string): void {
  if (isOpen([p]) || parseCharacteristic(p) !== undefined) return;
  const source = p.split('.')[0]!;
  if (isWild(p) && (isWild(source) || Object.hasOwn(CHARACTERISTIC_SOURCES, source))) return;
  throw bad(
    'where.characteristic',
    `"${p}" is no characteristic. Write a name such as measurement.mean, zernike.2.0, overlay.lot.tx or trace.SENSOR.STEP.mean, or a pattern such as zernike.*`,
  );
}

/** A content with the defaults of what is left out, its lists sorted and each entry once: the same content is the same text. */
export function normal(c: TemplateContent): TemplateContent {
  const where = Object.fromEntries(
    WHERE_FIELDS.flatMap((f) => {
      const list = [...new Set(patternsOf(c, f).map((p) => p.trim()))].sort();
      return list.includes(EVERYTHING) || list.length === 0 ? [] : [[f, list]];
    }),
  );
  const rules = [...new Set(c.rules)].sort((a, b) => a - b);
  const variables = c.variables?.map((v) => whole(v));
  return {
    ...c,
    where,
    rules,
    ...(variables === undefined ? {} : { variables }),
    splitBy: SPLIT_FIELDS.filter((f) => c.splitBy.includes(f)),
  };
}

const designText = (d: ChartSettings['design']): string =>
  Object.entries(d ?? {})
    .map(([k, v]) => `${k} = ${v ?? 'default'}`)
    .join(', ') || 'default';

/** One line for each thing that two contents say differently. */
export function contentDifference(a: TemplateContent, b: TemplateContent): string[] {
  const said = (c: TemplateContent): Record<string, string> => ({
    ...Object.fromEntries(WHERE_FIELDS.map((f) => [`Where ${f}`, patternsOf(c, f).join(', ')])),
    Variables: (c.variables ?? []).map((v) => variableWords(whole(v))).join(', ') || 'one value',
    'A chart for each': c.splitBy.join(', ') || 'operation and parameter alone',
    Kind: kindOf(c.kind).label,
    Rules: `${c.rules.map(ruleLabel).join(', ') || 'none'}${c.setVersion === undefined ? '' : ` (version ${c.setVersion} of their set)`}`,
    λ: c.lambda === undefined ? 'default' : String(c.lambda),
    L: c.widthL === undefined ? 'default' : String(c.widthL),
    Design: designText(c.design),
    Alerts: c.alerting ? 'raised' : 'not raised',
    Baseline: `${c.baselineN} points`,
    Capability: c.specified ? 'by the specification' : 'none',
    Parameters: c.onlySpecified ? 'with a specification' : 'all',
    'Chart context': c.obeyChartContext ? 'as the specification says' : 'not looked at',
    Title: c.title,
  });
  const [was, is] = [said(a), said(b)];
  return Object.keys(is).flatMap((k) => (was[k] === is[k] ? [] : [`${k}: ${was[k]} → ${is[k]}`]));
}

/** Rules that a kind can have, for a choice of rules that is brought to another kind. */
export const rulesFor = (kind: ChartSettings['kind'], rules: readonly number[]): number[] =>
  [...new Set(rules)].filter((r) => ruleFits(kind, r)).sort((a, b) => a - b);

/** The characteristics of a template in words: "within-wafer sigma, zernike.*". */
export const characteristicsText = (c: TemplateContent): string =>
  c.variables?.map((v) => variableWords(whole(v))).join(', ') ??
  patternsOf(c, 'characteristic').map(characteristicWords).join(', ');
