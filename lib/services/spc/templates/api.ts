import { type JsonObject, jsonSchemaOf, type OpenApiPart, problems, reference } from '@/lib/formats/openapi';
import { templateContent } from './content';
import { singleChart } from './single';

const REASON = { type: 'string', description: 'Kept in the audit trail.' } as const;
const answer = (properties: JsonObject): JsonObject => ({
  description: 'Done.',
  content: { 'application/json': { schema: { type: 'object', properties } } },
});
const body = (schema: JsonObject, example: JsonObject): JsonObject => ({
  required: true,
  content: { 'application/json': { schema, example } },
});
const id = { type: 'string', format: 'uuid' } as const;
const count = { type: 'integer' } as const;
const byId = [{ name: 'id', in: 'path', required: true, schema: id }];
const ERRORS = problems('401', '403', '404', '409', '422', '503');

const CONTENT: JsonObject = {
  where: { characteristic: ['measurement.range'], operation: ['CVD-*'] },
  splitBy: ['tool', 'chamber'],
  kind: 'individuals',
  rules: [1, 2],
  alerting: true,
  baselineN: 20,
  title: '{parameter} {characteristic} · {where}',
};
const CHART: JsonObject = {
  characteristic: 'zernike.2.0',
  operation: 'CVD-OXIDE',
  parameter: 'oxide_thickness',
  tool: 'CVD-01',
  chamber: 'A',
  kind: 'individuals',
  rules: [1],
  alerting: false,
};

const operation = (operationId: string, summary: string, description: string): JsonObject => ({
  operationId,
  tags: ['Charts'],
  summary,
  description,
  security: [{ apiKey: ['charts'] }],
});

const template = {
  template: { ...id, description: 'The one to change; left out: a new one.' },
  seen: { ...count, description: 'The version that you saw.' },
};

const number = { type: 'number' } as const;
const string = { type: 'string' } as const;
const orNull = (type: string): JsonObject => ({ type: [type, 'null'] });
const listOf = (properties: JsonObject): JsonObject => ({ type: 'array', items: { type: 'object', properties } });

const CONTRIBUTIONS: JsonObject = {
  type: 'object',
  properties: {
    chart: { type: 'object', properties: { id, title: string, kind: string } },
    record: id,
    at: { type: 'string', format: 'date-time', description: 'Process time.' },
    version: { ...count, description: 'Version of the chart that judged it.' },
    run: orNull('string'),
    lot: string,
    slot: orNull('integer'),
    statistics: listOf({
      statistic: { type: 'string', enum: ['t2', 'mewma', 'spe'] },
      total: number,
      ucl: orNull('number'),
      rows: listOf({
        characteristic: string,
        parameter: string,
        variable: { ...string, description: 'In words.' },
        unit: string,
        value: number,
        mean: { ...number, description: 'Of the baseline.' },
        sigma: { ...number, description: 'Of the baseline.' },
        z: { ...number, description: 'Distance from the mean in sigmas.' },
        part: { ...number, description: 'Its part, dimensionless; the largest comes first.' },
        measurementId: orNull('string'),
        chartId: { ...orNull('string'), description: 'A chart of this variable alone.' },
      }),
    }),
    unjudged: { ...orNull('string'), description: 'Why nothing of it is judged.' },
    leftOut: listOf({ variable: string, why: { type: 'string', enum: ['constant', 'dependent'] } }),
  },
};

/** The routes of charts and their templates, from the schemas that validate them. */
export function chartsApi(): OpenApiPart {
  return {
    tags: [
      {
        name: 'Charts',
        description: 'Templates of control charts, and single charts. The key acts as an engineer, under the name of its sender.',
      },
    ],
    paths: {
      '/api/v1/chart-templates': {
        get: {
          ...operation(
            'list-chart-templates',
            'List chart templates',
            'With the content of the version in force and the number of their charts.',
          ),
          security: [{ apiKey: ['read'] }, { apiKey: ['charts'] }],
          responses: {
            '200': answer({ templates: { type: 'array', items: { type: 'object' } } }),
            ...problems('401', '403', '503'),
          },
        },
        post: {
          ...operation(
            'save-chart-template',
            'Make a chart template, or a new version of one',
            'Its charts are made at once and filled from history. With `template` and `seen` it is the next version of that template: charts that match follow from now on, those that no longer match are retired, limits and rules that engineers set on a chart stay. More than 20,000 charts are refused.',
          ),
          requestBody: body(
            {
              type: 'object',
              required: ['name', 'content', 'reason'],
              properties: { ...template, name: { type: 'string' }, content: reference('ChartTemplate'), reason: REASON },
            },
            { name: 'Range of the sites', content: CONTENT, reason: 'a blocked nozzle shows in the range first' },
          ),
          responses: {
            '200': answer({ id, version: count, made: count, kept: count, takenBack: count, retired: count, fillId: id }),
            ...ERRORS,
          },
        },
      },
      '/api/v1/chart-templates/preview': {
        post: {
          ...operation(
            'preview-chart-template',
            'See what a chart template would make',
            'Every chart with the points that the last 30 days would have brought it, and the expected false alarms a week of all of them.',
          ),
          requestBody: body(
            {
              type: 'object',
              required: ['content'],
              properties: { template: template.template, content: reference('ChartTemplate') },
            },
            { content: CONTENT },
          ),
          responses: {
            '200': answer({
              charts: { type: 'array', items: { type: 'object' } },
              points: count,
              falseAlarms: { type: 'number' },
            }),
            ...ERRORS,
          },
        },
      },
      '/api/v1/chart-templates/{id}/retire': {
        post: {
          ...operation(
            'retire-chart-template',
            'Retire a chart template with its charts',
            'They keep their points, take no more of them, and raise no alert; an engineer restores them on the screen.',
          ),
          parameters: byId,
          requestBody: body(
            { type: 'object', required: ['seen', 'reason'], properties: { seen: template.seen, reason: REASON } },
            { seen: 1, reason: 'the step is gone' },
          ),
          responses: { '200': answer({ retired: count }), ...ERRORS },
        },
      },
      '/api/v1/charts': {
        post: {
          ...operation(
            'create-chart',
            'Make one chart',
            'It is filled from history. A chart that is there already is a conflict, and `details.chart` names it.',
          ),
          requestBody: body(
            { type: 'object', required: ['chart', 'reason'], properties: { chart: reference('Chart'), reason: REASON } },
            { chart: CHART, reason: 'the bowl follows the heater' },
          ),
          responses: { '201': answer({ id, title: { type: 'string' }, fillId: id }), ...ERRORS },
        },
      },
      '/api/v1/charts/{id}/points/{record}/contributions': {
        get: {
          ...operation(
            'read-contributions',
            'Read what the variables of a point contribute',
            'Of a chart of several variables: each statistic of the point with its limit, and each variable with its value, its distance from the mean of the baseline and its part. T² and the average: what the statistic loses without the variable; components: its share of T² (`t2`), its signed residual (`spe`). Computed from the point and the version that judged it.',
          ),
          security: [{ apiKey: ['read'] }],
          parameters: [
            ...byId,
            { name: 'record', in: 'path', required: true, schema: id },
            { name: 'format', in: 'query', required: false, schema: { type: 'string', enum: ['json', 'csv'], default: 'json' } },
          ],
          responses: {
            '200': {
              description: 'The contributions.',
              content: {
                'application/json': { schema: reference('Contributions') },
                'text/csv': { schema: { type: 'string' } },
              },
            },
            ...problems('401', '403', '404', '422', '503'),
          },
        },
      },
      '/api/v1/charts/{id}/retire': {
        post: {
          ...operation('retire-chart', 'Retire one chart', 'It keeps its points, takes no more of them, and raises no alert.'),
          parameters: byId,
          requestBody: body(
            { type: 'object', required: ['reason'], properties: { reason: REASON } },
            { reason: 'the step is gone' },
          ),
          responses: { '200': answer({ ok: { const: true } }), ...ERRORS },
        },
      },
    },
    schemas: { ChartTemplate: jsonSchemaOf(templateContent), Chart: jsonSchemaOf(singleChart), Contributions: CONTRIBUTIONS },
  };
}
