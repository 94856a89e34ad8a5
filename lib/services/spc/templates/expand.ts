import { setImmediate as turn } from 'node:timers/promises';
import {
  type Characteristic,
  characteristicName,
  characteristicUnit,
  characteristicWords,
  jointCharacteristic,
  overlayTermLabel,
  ownParameter,
  parseCharacteristic,
  setName,
  type Variable,
  whole,
} from '@/lib/characteristic';
import { recordId } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { nmToOsa, zernikeName } from '@/lib/spatial';
import type { ChartKind } from '@/lib/spc';
import { patternsOf, SPLIT_FIELDS, type SplitField, type TemplateContent, type TitleField } from './content';
import { type Brought, broughtBy, type ContextSource, type MatchContext } from './contexts';
import type { Master } from './master';
import { isOpen, isWild, matches, only, type Patterns } from './patterns';

/** Patterns of the columns that a chart does not fix, as `chart.within` keeps them. */
export type Within = Partial<Record<SplitField, Patterns>>;

/** A chart as a template describes it. */
export interface WantedChart {
  readonly id: string;
  readonly title: string;
  readonly area: string;
  readonly characteristic: string;
  readonly parameter: string;
  readonly unit: string;
  readonly operation: string;
  readonly layer: string;
  readonly product: string | null;
  readonly tool: string | null;
  readonly chamber: string | null;
  readonly recipe: string | null;
  readonly within: Within | null;
  readonly kind: ChartKind;
  /** Of a chart of several variables these, with their units; null: one value. */
  readonly variables: readonly WantedVariable[] | null;
}

/** A variable whose unit, where its own context alone says it, is not known yet: null. */
export type WantedVariable = Variable & { readonly unit: string | null };

/** The id of a chart follows from what it shows: whoever makes it, it is one. */
export const chartIdOf = (c: Omit<WantedChart, 'id' | 'title' | 'area' | 'unit' | 'layer'>): string =>
  recordId(
    'chart',
    c.characteristic,
    c.kind,
    c.operation,
    c.parameter,
    c.product ?? '*',
    c.tool ?? '*',
    c.chamber ?? '*',
    ...(c.recipe === null ? [] : [`recipe ${c.recipe}`]),
    ...(c.within === null ? [] : [`within ${JSON.stringify(c.within)}`]),
    ...(c.variables === null ? [] : [`variables ${JSON.stringify(c.variables.map((v) => [v.characteristic, v.parameter]))}`]),
  );

/** The table of a context where a characteristic comes from. What is of several variables comes from none: its variables do. */
const contextSourceOf = (c: Characteristic): ContextSource | null => {
  if (c.source === 'joint') return null;
  return c.source === 'zone' || c.source === 'zernike' || c.source === 'fit' ? 'measurement' : c.source;
};

/** Names that a pattern may stand for where nothing was seen yet: only those that it spells out. */
const spelledOut = (patterns: Patterns, source: ContextSource): Brought[] =>
  patterns.flatMap((name) => {
    const c = isWild(name) ? undefined : parseCharacteristic(name);
    return c !== undefined && contextSourceOf(c) === source ? [{ name, unit: null }] : [];
  });

/** A lot that several chambers may have made has no chamber. */
const hasChamber = (c: Characteristic): boolean => !(c.lot && c.source !== 'vm');

/** Which places a template takes. */
export type Place = Pick<TemplateContent, 'where'>;

/** Whether a context is of the places that patterns name, whatever it brings. The chamber is left to the value: that of a lot has none. */
export function standsIn(t: Place, context: MatchContext, master: Master): boolean {
  const operation = master.operations.get(context.operation);
  if (operation === undefined) return false;
  const place = { ...context, area: operation.area, layer: operation.layer };
  if ((['area', 'operation', 'layer', 'tool', 'product'] as const).some((f) => !matches(patternsOf(t, f), place[f])))
    return false;
  const recipes = patternsOf(t, 'recipe');
  return context.recipe === null || context.recipe === '' ? isOpen(recipes) : matches(recipes, context.recipe);
}

/** The charts that a template makes of one context, in the order of their characteristics. */
export function chartsOf(t: TemplateContent, context: MatchContext, master: Master): WantedChart[] {
  if (!standsIn(t, context, master)) return [];
  const operation = master.operations.get(context.operation)!;
  const recipe = context.recipe === '' ? null : context.recipe;
  if (recipe === null && t.splitBy.includes('recipe')) return [];
  const place = { ...context, recipe, area: operation.area, layer: operation.layer };
  const first = t.variables === undefined ? undefined : whole(t.variables[0]!);
  const names = first === undefined ? patternsOf(t, 'characteristic') : [first.characteristic];
  const candidates =
    context.names === null ? spelledOut(names, context.source) : broughtBy({ ...context, recipe: '', names: context.names });
  if (first !== undefined && !isOf(first, context.parameter)) return [];
  return candidates.flatMap((b) => (matches(names, b.name) ? chartOf(t, place, b, master) : []));
}

/** Whether a variable is of the parameter of a context; one that its characteristic names is looked for by that. */
const isOf = (v: Variable, parameter: string): boolean =>
  ownParameter(parseCharacteristic(v.characteristic)!) !== null || v.parameter === parameter;

/** The variables of a template with their units, as far as this context says them. */
function variablesOf(t: TemplateContent, p: Standing, master: Master): WantedVariable[] | null {
  if (t.variables === undefined) return null;
  const here = new Map(p.names === null ? [] : broughtBy({ ...p, recipe: '', names: p.names }).map((b) => [b.name, b.unit]));
  return t.variables.map((given) => {
    const v = whole(given);
    const unit = here.get(v.characteristic) ?? master.units.get(v.parameter) ?? null;
    return { ...v, unit: unit === null ? null : characteristicUnit(parseCharacteristic(v.characteristic)!, unit) };
  });
}

type Standing = MatchContext & { readonly area: string; readonly layer: string };

function chartOf(t: TemplateContent, p: Standing, b: Brought, master: Master): WantedChart[] {
  const c = parseCharacteristic(b.name)!;
  const parameter = ownParameter(c) ?? p.parameter;
  if (!matches(patternsOf(t, 'parameter'), parameter)) return [];
  // Overlay terms are specified as parameters, and charted as terms: they have no wafer map of their own.
  if (c.source !== 'overlay' && master.overlayParameters.has(parameter)) return [];
  // What is of a whole tool (a count, an event, a lot of several chambers) has no chamber.
  const chamber = hasChamber(c) && p.chamber !== '' ? p.chamber : null;
  if (!matches(patternsOf(t, 'chamber'), chamber)) return [];
  const specification = master.specificationOf(p.product, p.operation, parameter);
  if (t.onlySpecified && specification === undefined) return [];
  const split: readonly SplitField[] = t.obeyChartContext && specification === 'operation' ? ['product'] : t.splitBy;
  const own: Record<SplitField, string | null> = { tool: p.tool || null, chamber, recipe: p.recipe, product: p.product || null };
  const fixed = (f: SplitField): string | null => (split.includes(f) ? own[f] : only(patternsOf(t, f)));
  const within = Object.fromEntries(
    SPLIT_FIELDS.flatMap((f) => {
      const patterns = patternsOf(t, f);
      return fixed(f) !== null || isOpen(patterns) ? [] : [[f, patterns]];
    }),
  ) as Within;
  const variables = variablesOf(t, p, master);
  const what = {
    characteristic: variables === null ? b.name : jointCharacteristic(c.lot ? 'lot' : 'wafer'),
    parameter: variables === null ? parameter : setName(variables),
    operation: p.operation,
    product: fixed('product'),
    tool: fixed('tool'),
    chamber: fixed('chamber'),
    recipe: fixed('recipe'),
    within: Object.keys(within).length === 0 ? null : within,
    kind: t.kind,
    variables,
  };
  const unit = variables !== null ? '1' : characteristicUnit(c, b.unit ?? master.units.get(parameter) ?? '1');
  const chart = { ...what, id: chartIdOf(what), area: p.area, layer: p.layer, unit };
  return [{ ...chart, title: titleOf(t.title, variables === null ? c : parseCharacteristic(chart.characteristic)!, chart) }];
}

/** Charts described between two turns of the event loop: some milliseconds. */
const CHARTS_AT_ONCE = 500;

/** A chart of a template with the contexts that it takes its values from. */
export interface Expanded {
  readonly chart: WantedChart;
  /** Positions in the list of contexts. */
  readonly contexts: number[];
}

/**
 * All charts that a template makes of these contexts.
 * @throws AppError `invalid_input` for more than {@link MOST_CHARTS}: nobody would look at them, and the price of their alarms would be a call a minute.
 */
export async function expandTemplate(
  t: TemplateContent,
  contexts: readonly MatchContext[],
  master: Master,
): Promise<Map<string, Expanded>> {
  const out = new Map<string, Expanded>();
  let sinceTurn = 0;
  for (const [i, context] of contexts.entries()) {
    const charts = chartsOf(t, context, master);
    sinceTurn += 1 + charts.length;
    if (sinceTurn > CHARTS_AT_ONCE) {
      await turn();
      sinceTurn = 0;
    }
    for (const chart of charts) {
      const known = out.get(chart.id);
      if (known === undefined) out.set(chart.id, { chart, contexts: [i] });
      else known.contexts.push(i);
    }
    if (out.size > MOST_CHARTS)
      throw new AppError(
        'invalid_input',
        `The template would make more than ${MOST_CHARTS.toLocaleString('en')} charts (${out.size.toLocaleString('en')} from ${i + 1} of ${contexts.length} contexts). Narrow its characteristics or parameters, or let fewer columns have charts of their own.`,
        { field: 'where.characteristic', charts: out.size },
      );
  }
  return out;
}

/** The most charts that one template may make. */
export const MOST_CHARTS = 20_000;

/** "CVD-01 A · KITE-45": where a chart takes its values from. */
function placeOf(c: Omit<WantedChart, 'title'>): string {
  const narrowed = SPLIT_FIELDS.flatMap((f) => c.within?.[f] ?? []);
  const where = c.tool === null ? c.operation : c.chamber === null ? c.tool : `${c.tool} ${c.chamber}`;
  return [where, c.tool === null ? c.chamber : null, c.product, c.recipe, narrowed.length === 0 ? null : narrowed.join(', ')]
    .filter((w) => w !== null)
    .join(' · ');
}

function termOf(c: Characteristic): string {
  if (c.source === 'overlay') return overlayTermLabel(c.term);
  return c.source === 'zernike' && 'n' in c ? zernikeName(nmToOsa(c.n, c.m)) : characteristicWords(characteristicName(c));
}

function titleOf(pattern: string, c: Characteristic, chart: Omit<WantedChart, 'title'>): string {
  const words: Readonly<Record<TitleField, string>> = {
    where: placeOf(chart),
    parameter: chart.parameter,
    characteristic: characteristicWords(chart.characteristic),
    term: termOf(c),
    operation: chart.operation,
    layer: chart.layer,
    area: chart.area,
    tool: chart.tool ?? 'all tools',
    chamber: chart.chamber ?? 'all chambers',
    recipe: chart.recipe ?? 'all recipes',
    product: chart.product ?? 'all products',
  };
  return pattern.replace(/\{([a-z]+)\}/g, (whole, f: string) => words[f as TitleField] ?? whole);
}
