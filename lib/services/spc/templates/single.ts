import { z } from 'zod';
import { parseCharacteristic, whole } from '@/lib/characteristic';
import { db, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { name, text } from '@/lib/formats/scalars';
import { kindOf } from '@/lib/spc';
import { audit } from '../../audit';
import { feed } from '../../live/feed';
import { timeOf, verb } from '../../verb';
import { resolveSettings } from '../rules/resolve-settings';
import { chartSettings, checkContent, normal, SPLIT_FIELDS, type TemplateContent } from './content';
import { type MatchContext, seenContexts } from './contexts';
import { expandTemplate, type WantedChart } from './expand';
import { startFill } from './fill-start';
import { existingCharts, insertCharts } from './make';
import { readMaster } from './master';
import { isWild } from './patterns';
import { type Preview, previewContent } from './preview';
import { lockMaking } from './stored';
import { TEMPLATE_WORDS } from './template-words';

/** One chart: its characteristic in a context. What is left out of tool, chamber, recipe and product is open: all of them are on the one chart. */
export const singleChart = chartSettings.extend({
  /** Of one value; left out of a chart of several variables. */
  characteristic: text(1, 200).optional(),
  operation: name,
  parameter: name.optional(),
  tool: name.optional(),
  chamber: name.optional(),
  recipe: name.optional(),
  product: name.optional(),
  /** Default: parameter, characteristic and place in words. */
  title: text(1, 200).optional(),
});
export type SingleChart = z.input<typeof singleChart>;

/** The same as a template that makes just this chart. */
export function asTemplate({
  characteristic,
  operation,
  parameter,
  tool,
  chamber,
  recipe,
  product,
  title,
  ...settings
}: z.output<typeof singleChart>): TemplateContent {
  const bad = (field: string, message: string) => new AppError('invalid_input', message, { field });
  const joint = kindOf(settings.kind).ofVariables === true;
  if (!joint && characteristic === undefined) throw bad('characteristic', 'Name the characteristic, such as measurement.mean.');
  if (!joint && parameter === undefined) throw bad('parameter', 'Name the parameter that it is of.');
  if (characteristic !== undefined && parseCharacteristic(characteristic) === undefined)
    throw bad('characteristic', `"${characteristic}" is no characteristic: write a name such as measurement.mean or zernike.2.0`);
  const wild = Object.entries({ operation, parameter, tool, chamber, recipe, product }).find(
    ([, v]) => v !== undefined && isWild(v),
  );
  if (wild !== undefined)
    throw bad(wild[0], `"${wild[1]}" is a pattern, and this makes one chart: leave the field out, or make a template`);
  if (chamber !== undefined && tool === undefined)
    throw bad('chamber', 'A chamber belongs to a tool: name the tool too, or leave the chamber out.');
  const own = { tool, chamber, recipe, product };
  const content = normal({
    ...settings,
    where: {
      ...(characteristic === undefined ? {} : { characteristic: [characteristic] }),
      operation: [operation],
      ...(parameter === undefined ? {} : { parameter: [parameter] }),
      ...Object.fromEntries(SPLIT_FIELDS.flatMap((f) => (own[f] === undefined ? [] : [[f, [own[f]]]]))),
    },
    splitBy: [],
    onlySpecified: false,
    obeyChartContext: false,
    title: title ?? '{parameter} {characteristic} · {where}',
  });
  checkContent(content);
  return content;
}

/** The one chart of a content, from what was seen and what is possible. @throws AppError `invalid_input` where nothing like it was ever seen. */
async function theChart(from: Tx | ReturnType<typeof db>, content: TemplateContent): Promise<WantedChart> {
  const master = await readMaster(from);
  // What every measurement has may be charted before the first one comes; a coefficient or a sensor must have been seen.
  const possible = master.possible.map((p): MatchContext => ({ ...p, names: [] }));
  const contexts = [...possible, ...(await seenContexts(from, content.where.operation ?? null))];
  const [found] = [...(await expandTemplate(content, contexts, master)).values()];
  if (found !== undefined) return found.chart;
  const first = content.variables?.[0];
  const [what, of] =
    first === undefined
      ? [content.where.characteristic![0], content.where.parameter![0]]
      : [first.characteristic, whole(first).parameter];
  throw new AppError(
    'invalid_input',
    `No value of ${what} of ${of} was seen in this context yet: check its names, or make a template, which makes the chart when the first value comes.`,
    { field: first === undefined ? 'characteristic' : 'variables.0.characteristic' },
  );
}

export interface MadeChart {
  readonly id: string;
  readonly title: string;
  readonly fillId: string | null;
}

/**
 * Makes one chart and fills it from history.
 * @throws AppError `conflict` with `details.chart` where it exists; `invalid_input` for settings that do not fit, or a context that was never seen.
 */
export const createChart = verb(
  {
    name: 'chart.create',
    least: 'engineer',
    input: z.strictObject({ chart: singleChart, reason: reasonIn }),
    body: 'chart',
    names: TEMPLATE_WORDS,
  },
  async (ctx, { chart: typed, reason }): Promise<MadeChart> => {
    const asked = await resolveSettings(db(), typed);
    const content = asTemplate(asked);
    return transaction(async (tx) => {
      await lockMaking(tx);
      const chart = await theChart(tx, content);
      const before = (await existingCharts(tx, [chart.id])).get(chart.id);
      if (before !== undefined)
        throw new AppError('conflict', `the chart is there already${before.retired_at === null ? '' : ', retired: restore it'}`, {
          chart: chart.id,
        });
      const by = { templateId: null, templateVersion: null, author: ctx.by.email, reason };
      await insertCharts(tx, [chart], content, by);
      const fillId = await startFill(tx, { templateId: null, author: ctx.by.email, charts: [chart], now: timeOf(ctx) });
      await audit(tx, ctx, { action: 'create', entity: 'chart', entityId: chart.id, after: { ...chart, ...asked }, reason });
      await feed(tx, [
        { kind: 'limits', text: `${chart.title}: made by ${ctx.by.email}: ${reason}`, detail: { chartId: chart.id } },
      ]);
      return { id: chart.id, title: chart.title, fillId };
    });
  },
);

/** What a single chart would be. */
export interface SinglePreview {
  readonly title: string;
  readonly existing: { readonly id: string; readonly title: string; readonly retired: boolean } | null;
  readonly preview: Preview;
}

/** What {@link createChart} would make: its title, its points and its price, or the chart that is there already. */
export const previewChart = verb(
  {
    name: 'chart.preview',
    least: 'engineer',
    input: z.strictObject({ chart: singleChart }),
    body: 'chart',
    names: TEMPLATE_WORDS,
  },
  async (ctx, { chart: asked }): Promise<SinglePreview> => {
    const content = asTemplate(await resolveSettings(db(), asked));
    const chart = await theChart(db(), content);
    const there = await db().one<{ id: string; title: string; retired: boolean }>(
      sql`SELECT id, title, retired_at IS NOT NULL AS retired FROM chart WHERE id = ${chart.id}`,
    );
    return { title: chart.title, existing: there ?? null, preview: await previewContent(content, null, timeOf(ctx)) };
  },
);
