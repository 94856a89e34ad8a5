import { type Sql, sql } from '@/lib/db';
import { BUILT_IN_RULES, CHART_KINDS, chartRule } from '@/lib/spc';
import { column, ofRows } from '../collection';
import { byFlag, byId, byText, byWord, whereFilters } from '../filters';

const CHART_FILTERS = {
  area: byText(sql`c.area`, 'Name of an area.'),
  operation: byText(sql`c.operation`, 'Name of an operation.'),
  product: byText(sql`c.product`, 'Name of a product.'),
  tool: byText(sql`c.tool`, 'Name of a process tool.'),
  chamber: byText(sql`c.chamber`, 'Name of a chamber of a tool.'),
  parameter: byText(sql`c.parameter`, 'Name of a parameter.'),
  characteristic: byText(sql`c.characteristic`, 'What is taken of the parameter, such as measurement.mean.'),
  kind: byWord(sql`c.kind`, 'Kind of chart.', CHART_KINDS),
};

const BUILT_IN = BUILT_IN_RULES.map(chartRule);

/** Names of an array of rule numbers, in its order; null where it is empty. */
const namesOf = (rules: Sql): Sql => sql`(SELECT string_agg(COALESCE(b.name, r.definition->>'name'), '; ' ORDER BY u.i)
  FROM unnest(${rules}) WITH ORDINALITY AS u(number, i)
  LEFT JOIN unnest(${[...BUILT_IN_RULES]}::int4[], ${BUILT_IN.map((b) => b.name)}::text[]) AS b(number, name) ON b.number = u.number
  LEFT JOIN run_rule r ON r.number = u.number)`;

export const charts = ofRows({
  name: 'charts',
  title: 'Read the control charts',
  text: 'Each chart with the version of its limits and rules that is in force. Limits are null while it collects its baseline.',
  from: sql`chart c JOIN LATERAL (SELECT * FROM chart_version q WHERE q.chart_id = c.id AND q.cancelled_at IS NULL AND q.effective_from <= now()
    ORDER BY q.effective_from DESC, q.version DESC LIMIT 1) v ON true`,
  time: null,
  filters: {
    id: byId(sql`c.id`, 'Id of a chart.'),
    ...CHART_FILTERS,
    active: byFlag(sql`c.active`, 'Whether it takes points.'),
    alerting: byFlag(sql`c.alerting`, 'Whether its signals raise alerts.'),
  },
  order: [{ as: 'id', sql: sql`c.id`, type: 'uuid' }],
  pageRows: 2_000,
  columns: [
    column('id', 'text', sql`c.id`, 'Id of the chart.'),
    column('title', 'text', sql`c.title`, 'Title.'),
    column('kind', 'text', sql`c.kind`, 'Kind of chart.'),
    column('area', 'text', sql`c.area`, 'Area.'),
    column('operation', 'text', sql`c.operation`, 'Operation.'),
    column('layer', 'text', sql`c.layer`, 'Layer.'),
    column('product', 'text', sql`c.product`, 'Product; null: all.'),
    column('tool', 'text', sql`c.tool`, 'Process tool; null: all.'),
    column('chamber', 'text', sql`c.chamber`, 'Chamber; null: all.'),
    column('parameter', 'text', sql`c.parameter`, 'Parameter.'),
    column('characteristic', 'text', sql`c.characteristic`, 'What is taken of the parameter.'),
    column('unit', 'text', sql`c.unit`, 'Unit of value, plotted and limits.'),
    column(
      'variables',
      'json',
      sql`c.variables`,
      'Of a chart of several variables these, each with characteristic, parameter and unit, in the order of `vector` of its points; null: one value.',
    ),
    column('active', 'flag', sql`c.active`, 'Whether it takes points.'),
    column('alerting', 'flag', sql`c.alerting`, 'Whether its signals raise alerts.'),
    column('version', 'integer', sql`v.version`, 'Version in force.'),
    column('effectiveFrom', 'time', sql`v.effective_from`, 'Process time from which that version holds.'),
    column(
      'rules',
      'list',
      sql`v.rules`,
      'Numbers of its run rules: 1 to 8 Nelson, 101 limits of the dispersion, others as ruleNames says.',
    ),
    column('ruleNames', 'text', namesOf(sql`v.rules`), 'Names of these rules, separated by "; ".'),
    column(
      'ruleSet',
      'text',
      sql`v.preset`,
      'Set that they are of: its name, or the id of one of the site; "custom": chosen one by one.',
    ),
    column('ruleSetVersion', 'integer', sql`v.set_version`, 'Version of that set; null: it is none of the site.'),
    column('cl', 'number', sql`v.cl`, 'Centre line.'),
    column('ucl', 'number', sql`v.ucl`, 'Upper control limit.'),
    column('lcl', 'number', sql`v.lcl`, 'Lower control limit.'),
    column('sigmaWithin', 'number', sql`v.sigma_within`, 'Sigma within of a single value.'),
    column('limitsSource', 'text', sql`v.limits_source`, '"study" or "given".'),
    column('author', 'text', sql`v.author`, 'Who made the version.'),
    column('reason', 'text', sql`v.reason`, 'Why.'),
  ],
});

export const points = ofRows({
  name: 'points',
  title: 'Read charted points',
  text: 'Chart after chart, each in process order, with the limits that judged each point and the rules that fired with it as the last of their window. Excluded points are sent with their reason.',
  from: sql`chart_point p JOIN chart c ON c.id = p.chart_id`,
  time: { sql: sql`p.at`, text: 'process time' },
  filters: {
    chart: byId(sql`p.chart_id`, 'Id of a chart.'),
    ...CHART_FILTERS,
    ...whereFilters({
      lot: sql`p.lot`,
      operation: sql`c.operation`,
      product: sql`c.product`,
      tool: sql`p.tool`,
      chamber: sql`p.chamber`,
    }),
    out: byFlag(sql`cardinality(p.rules) > 0`, 'Whether a rule fired.'),
    excluded: byFlag(sql`p.excluded IS NOT NULL`, 'Whether a person left it out.'),
  },
  order: [
    { as: 'chart', sql: sql`p.chart_id`, type: 'uuid' },
    { as: 'at', sql: sql`p.at`, type: 'time' },
    { as: 'record', sql: sql`p.record_id`, type: 'uuid' },
  ],
  pageRows: 2_000,
  columns: [
    column('chart', 'text', sql`p.chart_id`, 'Id of the chart.'),
    column('at', 'time', sql`p.at`, 'Process time.'),
    column('record', 'text', sql`p.record_id`, 'Id of the measurement, run or lot behind it.'),
    column('value', 'number', sql`p.value`, 'Value, in the unit of the chart; of several variables how many of them are known.'),
    column(
      'vector',
      'list',
      sql`CASE WHEN c.variables IS NOT NULL THEN p.vector END`,
      'Values of the variables of its chart, in their order and units; null within: not known.',
    ),
    column(
      'unjudged',
      'text',
      sql`p.unjudged`,
      'Why no limits judge it although there are some, such as a variable that is not known.',
    ),
    column('u', 'number', sql`p.u_value`, 'Its standard uncertainty.'),
    column('plotted', 'number', sql`p.plotted`, 'What is judged: the value, the average of an EWMA chart, a sum, T².'),
    column('ucl', 'number', sql`p.ucl`, 'Upper control limit that judged it.'),
    column('lcl', 'number', sql`p.lcl`, 'Lower control limit that judged it.'),
    column('dispersion', 'number', sql`p.dispersion`, 'Moving range, range or standard deviation; SPE beside T² of components.'),
    column('dispersionUcl', 'number', sql`p.disp_ucl`, 'Upper limit of the dispersion.'),
    column('dispersionLcl', 'number', sql`p.disp_lcl`, 'Lower limit of the dispersion.'),
    column('n', 'integer', sql`p.n`, 'Values behind the point.'),
    column('version', 'integer', sql`p.version`, 'Version of the chart that judged it.'),
    column(
      'rules',
      'list',
      sql`p.rules`,
      'Numbers of the rules that fired: 1 to 8 Nelson, 101 limits of the dispersion, others as ruleNames says.',
    ),
    column('ruleNames', 'text', namesOf(sql`p.rules`), 'Names of these rules, separated by "; "; null: none fired.'),
    column('warnings', 'text', namesOf(sql`p.warnings`), 'Names of the rules that only warned; null: none did.'),
    column('excluded', 'text', sql`p.excluded`, 'Why a person left it out; null: it counts.'),
    column('lot', 'text', sql`p.lot`, 'Lot.'),
    column('slot', 'integer', sql`NULLIF(p.slot, 0)`, 'Slot of the wafer; null for a point of a lot.'),
    column('run', 'text', sql`p.run_id`, 'Id of the process run.'),
    column('tool', 'text', sql`p.tool`, 'Process tool.'),
    column('chamber', 'text', sql`p.chamber`, 'Chamber.'),
  ],
});
