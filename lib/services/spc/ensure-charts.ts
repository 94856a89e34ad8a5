import { characteristicName, OVERLAY_PARAMETERS, OVERLAY_SUMMARIES, overlayTermLabel, WAFER_MEAN } from '@/lib/characteristic';
import { bulkInsert, recordId, sql, type Tx } from '@/lib/db';
import { nmToOsa, zernikeName } from '@/lib/spatial';
import { type ChartKind, type Design, DISPERSION, kindOf, WITHIN } from '@/lib/spc';

/**
 * Chart templates: which characteristics are charted, in which context, with which rules. `context` names the columns that must
 * agree; the others match everything. Only the primary charts raise alerts: every further alerting chart costs false alarms.
 */
interface Template {
  readonly characteristic: string;
  readonly kind: ChartKind;
  readonly context: 'tool' | 'product' | 'chamber' | 'chamber_product';
  readonly title: (parameter: string) => string;
  readonly alerting: boolean;
  readonly rules: readonly number[];
  readonly preset: string;
  /** Settings of the kind; left out: its defaults. */
  readonly design?: Design;
  readonly lambda?: number;
  readonly widthL?: number;
  /** Its values are on the scale of the specification of its context. */
  readonly spec: boolean;
  readonly baselineN: number;
  /** Operations where it is made; left out: wherever its parameter is specified. */
  readonly operations?: readonly string[];
}

/** Kinds that an engineer chooses for a step are shown on two steps. */
const SHOWN_AT = ['CVD-OXIDE', 'CMP-CU'];

const RULE_1_2 = { rules: [1, 2], preset: 'nelson-1-2' } as const;
const RULE_1 = { rules: [1], preset: 'rule-1' } as const;
/**
 * Subgroup charts watch their dispersion as well. The moving range of individual values repeats what the value chart says and would more than triple
 * its false alarms (docs/maths/spc.md): its points beyond the limit are marked, and an engineer may add the rule.
 */
const withDispersion = (t: Template): number[] => [
  ...t.rules,
  ...(kindOf(t.kind).ofSubgroups ? [DISPERSION + 1] : []),
  ...(kindOf(t.kind).within === undefined ? [] : [WITHIN + 1]),
];

const SITE_TEMPLATES: readonly Template[] = [
  {
    characteristic: WAFER_MEAN,
    kind: 'individuals',
    context: 'chamber_product',
    title: (p) => `${p} mean`,
    alerting: true,
    ...RULE_1_2,
    spec: true,
    baselineN: 20,
  },
  {
    characteristic: 'measurement.sd',
    kind: 'individuals',
    context: 'chamber',
    title: (p) => `${p} within-wafer sigma`,
    alerting: true,
    ...RULE_1,
    spec: false,
    baselineN: 20,
  },
  {
    characteristic: 'measurement.lot',
    kind: 'xbar_s',
    context: 'product',
    title: (p) => `${p} lot mean`,
    alerting: false,
    ...RULE_1_2,
    spec: false,
    baselineN: 20,
  },
  {
    characteristic: WAFER_MEAN,
    kind: 'ewma',
    context: 'chamber_product',
    title: (p) => `${p} EWMA`,
    alerting: false,
    ...RULE_1,
    lambda: 0.2,
    widthL: 2.962,
    spec: false,
    baselineN: 20,
  },
  {
    characteristic: WAFER_MEAN,
    kind: 'cusum',
    operations: SHOWN_AT,
    context: 'chamber_product',
    title: (p) => `${p} CUSUM`,
    alerting: false,
    ...RULE_1,
    design: { k: 0.5, h: 5 },
    spec: false,
    baselineN: 20,
  },
  {
    characteristic: 'measurement.lot',
    kind: 'three_way',
    operations: SHOWN_AT,
    context: 'product',
    title: (p) => `${p} three-way`,
    alerting: false,
    ...RULE_1,
    spec: false,
    baselineN: 20,
  },
  {
    characteristic: 'measurement.lot',
    kind: 'short_run',
    operations: SHOWN_AT,
    context: 'tool',
    title: (p) => `${p} deviation from target`,
    alerting: false,
    ...RULE_1,
    spec: false,
    baselineN: 20,
  },
  {
    characteristic: 'measurement.lot',
    kind: 'standardised',
    operations: SHOWN_AT,
    context: 'tool',
    title: (p) => `${p} standardised over products`,
    alerting: false,
    ...RULE_1,
    spec: false,
    baselineN: 30,
  },
  {
    characteristic: 'zernike.2.0',
    kind: 'individuals',
    context: 'chamber',
    title: (p) => `${p} ${zernikeName(nmToOsa(2, 0))}`,
    alerting: false,
    ...RULE_1,
    spec: false,
    baselineN: 20,
  },
  {
    characteristic: 'zernike.4.0',
    kind: 'individuals',
    context: 'chamber',
    title: (p) => `${p} ${zernikeName(nmToOsa(4, 0))}`,
    alerting: false,
    ...RULE_1,
    spec: false,
    baselineN: 20,
  },
  {
    characteristic: 'vm.lot',
    kind: 'individuals',
    context: 'chamber_product',
    title: (p) => `${p} predicted lot mean (VM)`,
    alerting: false,
    ...RULE_1,
    spec: true,
    baselineN: 20,
  },
];

interface Context {
  operation: string;
  area: string;
  layer: string;
  parameter: string;
  unit: string;
  product: string;
  chart_context: 'chamber' | 'operation';
}

/** Creates the missing charts of the templates, for every specified parameter on every chamber that can make it. */
export async function ensureCharts(tx: Tx, author: string): Promise<number> {
  const contexts = await tx.rows<Context>(sql`
    SELECT s.operation, o.area, o.layer, s.parameter, p.unit, s.product, s.chart_context
    FROM specification s JOIN operation o ON o.name = s.operation JOIN parameter p ON p.name = s.parameter`);
  const chambers = await tx.rows<{ operation: string; tool: string; chamber: string }>(sql`
    SELECT o.name AS operation, t.name AS tool, c.name AS chamber FROM operation o JOIN tool t ON t.name = ANY(o.tools) JOIN chamber c ON c.tool = t.name ORDER BY t.position, c.name`);
  const charts = new Map<string, { chart: ReturnType<typeof chartOf>; template: Template }>();
  for (const c of contexts) {
    // One chart for all tools is of one product: there is nothing that a comparison with the targets of several would share.
    const isOne = c.chart_context === 'operation';
    const own = SITE_TEMPLATES.filter(
      (t) => t.operations?.includes(c.operation) !== false && (!isOne || kindOf(t.kind).byTarget !== true),
    );
    const templates = OVERLAY_PARAMETERS.has(c.parameter) ? overlayTemplates(c) : own;
    for (const template of templates) {
      for (const place of chambers.filter((q) => q.operation === c.operation)) {
        const chart = chartOf(template, c, place);
        charts.set(chart.id, { chart, template });
      }
    }
  }
  for (const { chart, template } of await countedCharts(tx)) charts.set(chart.id, { chart, template });
  const all = [...charts.values()];
  const added = await bulkInsert(
    tx,
    'chart',
    all.map((a) => a.chart),
    { key: ['id'], update: [] },
  );
  await bulkInsert(
    tx,
    'chart_version',
    all.map(({ chart, template: t }) => ({
      chart_id: chart.id,
      version: 1,
      effective_from: new Date(0),
      rules: withDispersion(t),
      design: t.design ?? null,
      preset: t.preset,
      lambda: t.lambda ?? null,
      width_l: t.widthL ?? null,
      baseline_n: t.baselineN,
      author,
      reason: 'made from the chart template; limits follow from the baseline',
    })),
    'ignore',
  );
  return added;
}

const overlayLot = (term: string) => ({
  characteristic: characteristicName({ source: 'overlay', term, lot: true }),
  title: () => `Overlay ${overlayTermLabel(term)}`,
});

function overlayTemplates(c: Context): Template[] {
  const common = { kind: 'individuals', context: 'tool', alerting: true, ...RULE_1, baselineN: 20 } as const;
  if (c.parameter !== 'overlay') {
    return [{ ...common, ...overlayLot(c.parameter), spec: true }];
  }
  return Object.keys(OVERLAY_SUMMARIES).map((term) => ({ ...common, ...overlayLot(term), spec: true }));
}

function chartOf(t: Template, c: Context, place: { tool: string; chamber: string }) {
  const context = c.chart_context === 'operation' ? 'product' : t.context;
  const product = context === 'tool' || context === 'chamber' ? null : c.product;
  const tool = context === 'product' ? null : place.tool;
  const chamber = context === 'chamber_product' || context === 'chamber' ? place.chamber : null;
  const where = [tool === null ? c.operation : chamber === null ? tool : `${tool} ${chamber}`, product]
    .filter((w) => w !== null)
    .join(' · ');
  return {
    id: recordId('chart', t.characteristic, t.kind, c.operation, c.parameter, product ?? '*', tool ?? '*', chamber ?? '*'),
    title: `${t.title(c.parameter)} · ${where}`,
    area: c.area,
    characteristic: t.characteristic,
    parameter: c.parameter,
    unit: c.unit,
    operation: c.operation,
    product,
    layer: c.layer,
    tool,
    chamber,
    kind: t.kind,
    alerting: t.alerting,
    specified: t.spec,
  };
}

/** Charts of counted parameters: each where the simulated fab inspects it. They have no specification, so that no context names them. */
const COUNTED_TEMPLATES: readonly { readonly parameter: string; readonly template: Template }[] = [
  { parameter: 'scratches', template: counted('u', 'scratches', 'scratches per wafer', { rules: [1, 2], preset: 'nelson-1-2' }) },
  { parameter: 'scratches', template: counted('laney_u', 'scratches', 'scratches per wafer, Laney', RULE_1) },
  { parameter: 'scratched_wafers', template: counted('p', 'scratched_wafers', 'scratched wafers', RULE_1, { limits: 'exact' }) },
  { parameter: 'scratched_wafers', template: counted('g', 'scratched_wafers', 'wafers between scratched ones', RULE_1) },
];

function counted(
  kind: ChartKind,
  parameter: string,
  title: string,
  rules: Pick<Template, 'rules' | 'preset'>,
  design?: Design,
): Template {
  return {
    characteristic: characteristicName({ source: 'count', parameter, lot: false }),
    kind,
    context: 'tool',
    title: () => title,
    alerting: false,
    ...rules,
    ...(design === undefined ? {} : { design }),
    spec: false,
    baselineN: 20,
  };
}

/** Charts of the counted parameters that are registered, for each tool of the operations where counts of them are expected. */
async function countedCharts(tx: Tx): Promise<{ chart: ReturnType<typeof chartOf>; template: Template }[]> {
  const places = await tx.rows<Context & { tool: string }>(sql`
    SELECT o.name AS operation, o.area, o.layer, p.name AS parameter, p.unit, '' AS product, 'chamber' AS chart_context, t.name AS tool
    FROM parameter p JOIN operation o ON o.area = 'CMP' JOIN tool t ON t.name = ANY(o.tools) WHERE p.name = ANY(${COUNTED_TEMPLATES.map((t) => t.parameter)}::text[]) ORDER BY t.position`);
  return places.flatMap((p) =>
    COUNTED_TEMPLATES.filter((t) => t.parameter === p.parameter).map(({ template }) => ({
      chart: chartOf(template, p, { tool: p.tool, chamber: '' }),
      template,
    })),
  );
}
