import { characteristicName, OVERLAY_PARAMETERS, OVERLAY_SUMMARIES, overlayTermLabel, WAFER_MEAN } from '@/lib/characteristic';
import { bulkInsert, recordId, sql, type Tx } from '@/lib/db';
import { nmToOsa, zernikeName } from '@/lib/spatial';
import { type ChartKind, DISPERSION, kindOf } from '@/lib/spc';

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
  readonly lambda?: number;
  readonly widthL?: number;
  /** Its values are on the scale of the specification of its context. */
  readonly spec: boolean;
  readonly baselineN: number;
}

const RULE_1_2 = { rules: [1, 2], preset: 'nelson-1-2' } as const;
const RULE_1 = { rules: [1], preset: 'rule-1' } as const;
/**
 * Subgroup charts watch their dispersion as well. The moving range of individual values repeats what the value chart says and would more than triple
 * its false alarms (docs/maths/spc.md): its points beyond the limit are marked, and an engineer may add the rule.
 */
const withDispersion = (t: Template): number[] => (kindOf(t.kind).ofSubgroups ? [...t.rules, DISPERSION + 1] : [...t.rules]);

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
    const templates = OVERLAY_PARAMETERS.has(c.parameter) ? overlayTemplates(c) : SITE_TEMPLATES;
    for (const template of templates) {
      for (const place of chambers.filter((q) => q.operation === c.operation)) {
        const chart = chartOf(template, c, place);
        charts.set(chart.id, { chart, template });
      }
    }
  }
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
