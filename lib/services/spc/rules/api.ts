import { type JsonObject, jsonSchemaOf, type OpenApiPart, problems, reference } from '@/lib/formats/openapi';
import { ruleSetContent } from './content';

const REASON = { type: 'string', description: 'Kept in the audit trail.' } as const;
const id = { type: 'string', format: 'uuid' } as const;
const count = { type: 'integer' } as const;
const seen = { ...count, description: 'The version that you saw.' };
const ERRORS = problems('401', '403', '404', '409', '412', '422', '503');
const answer = (properties: JsonObject): JsonObject => ({
  description: 'Done.',
  content: { 'application/json': { schema: { type: 'object', properties } } },
});
const body = (schema: JsonObject, example: JsonObject): JsonObject => ({
  required: true,
  content: { 'application/json': { schema, example } },
});
const operation = (operationId: string, summary: string, description: string): JsonObject => ({
  operationId,
  tags: ['Rule sets'],
  summary,
  description,
  security: [{ apiKey: ['charts'] }],
});
const byId = [{ name: 'id', in: 'path', required: true, schema: id }];

const CONTENT: JsonObject = {
  rules: [
    { name: 'Nelson 1', rule: { kind: 'beyond', k: 1, n: 1, sigma: 3, side: 'any' }, priority: 'high' },
    { name: 'Shift of 7', rule: { kind: 'beyond', k: 7, n: 7, sigma: 0, side: 'same' }, priority: 'medium' },
    { name: 'Near the limit', rule: { kind: 'beyond', k: 1, n: 1, sigma: 2, side: 'any' }, severity: 'warning' },
  ],
};

/** The routes of rule sets, from the schemas that validate them. */
export function ruleSetsApi(): OpenApiPart {
  return {
    tags: [
      {
        name: 'Rule sets',
        description:
          'Sets of run rules that charts and templates choose by their name or id (`preset` of a template). The key acts as an engineer.',
      },
    ],
    paths: {
      '/api/v1/rule-sets': {
        get: {
          ...operation(
            'list-rule-sets',
            'List rule sets',
            'Those that come with Driftless and those of the site, with their rules in words.',
          ),
          security: [{ apiKey: ['read'] }, { apiKey: ['charts'] }],
          responses: {
            '200': answer({ ruleSets: { type: 'array', items: { type: 'object' } } }),
            ...problems('401', '403', '503'),
          },
        },
        post: {
          ...operation(
            'save-rule-set',
            'Make a rule set, or a new version of one',
            'With `set` and `seen` it is the next version of that set; charts that use an earlier one keep it until the set is applied.',
          ),
          requestBody: body(
            {
              type: 'object',
              required: ['name', 'content', 'reason'],
              properties: {
                set: { ...id, description: 'The one to change; left out: a new one.' },
                seen,
                name: { type: 'string' },
                content: reference('RuleSet'),
                reason: REASON,
              },
            },
            { name: 'Customer A', content: CONTENT, reason: 'the customer asks for runs of seven' },
          ),
          responses: { '200': answer({ id, version: count, numbers: { type: 'array', items: count } }), ...ERRORS },
        },
      },
      '/api/v1/rule-sets/preview': {
        post: {
          ...operation(
            'preview-rule-set',
            'Price a rule set',
            'Expected false alarms a week over the charts that use the set and over all, and points until a lasting shift of `shift` sigmas is found.',
          ),
          requestBody: body(
            {
              type: 'object',
              required: ['content'],
              properties: { set: id, content: reference('RuleSet'), shift: { type: 'number' } },
            },
            { content: CONTENT, shift: 1 },
          ),
          responses: { '200': answer({ one: { type: 'object' }, using: { type: 'array' }, all: { type: 'array' } }), ...ERRORS },
        },
      },
      '/api/v1/rule-sets/{id}/apply': {
        post: {
          ...operation(
            'apply-rule-set',
            'Apply the newest version to the charts of earlier ones',
            'From now on; points that were judged stay as they were. `charts` is how many you saw: another number is refused.',
          ),
          parameters: byId,
          requestBody: body(
            { type: 'object', required: ['seen', 'charts', 'reason'], properties: { seen, charts: count, reason: REASON } },
            { seen: 2, charts: 12, reason: 'agreed with the customer' },
          ),
          responses: { '200': answer({ version: count, charts: count, templates: count }), ...ERRORS },
        },
      },
      '/api/v1/rule-sets/{id}/retire': {
        post: {
          ...operation(
            'retire-rule-set',
            'Retire a rule set',
            'Nothing can choose it any more; charts that have it keep judging by it.',
          ),
          parameters: byId,
          requestBody: body(
            { type: 'object', required: ['seen', 'reason'], properties: { seen, reason: REASON } },
            { seen: 2, reason: 'the customer is gone' },
          ),
          responses: { '200': answer({ ok: { const: true } }), ...ERRORS },
        },
      },
    },
    schemas: { RuleSet: jsonSchemaOf(ruleSetContent) },
  };
}
