import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '@/lib/errors';
import { fabIn } from './fab';
import { EXAMPLES } from './openapi-examples';
import { adviceIn, eventIn, lotIn, MAX_BATCH, measurementIn, overlayMeasurementIn, runIn, truthIn } from './wire';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** What each collection of the ingest API takes. */
const COLLECTIONS = [
  {
    name: 'lots',
    schema: 'Lot',
    zod: lotIn,
    scope: 'ingest',
    title: 'Start lots',
    text: 'A lot must be known before its runs and measurements. The product must be registered.',
  },
  {
    name: 'runs',
    schema: 'Run',
    zod: runIn,
    scope: 'ingest',
    title: 'Send process runs with traces',
    text: 'One wafer in one chamber: recipe, the setpoints really applied, and one array a sensor. `adviceId` ties the run to the recipe advice it followed.',
  },
  {
    name: 'measurements',
    schema: 'Measurement',
    zod: measurementIn,
    scope: 'ingest',
    title: 'Send measurements',
    text: 'Sites in wafer mm (origin at the centre, notch at −y) with a value and, where known, its standard uncertainty. `revises` makes it a correction: the earlier record stays, superseded.',
  },
  {
    name: 'overlay-measurements',
    schema: 'OverlayMeasurement',
    zod: overlayMeasurementIn,
    scope: 'ingest',
    title: 'Send overlay measurements',
    text: 'dx and dy in nm, layer under test minus reference layer, with the position of each mark in its field and on the wafer.',
  },
  {
    name: 'events',
    schema: 'EquipmentEvent',
    zod: eventIn,
    scope: 'ingest',
    title: 'Send equipment events',
    text: 'Maintenance, cleans, consumable and recipe changes. Control threads forget part of their estimate at a PM or a consumable change.',
  },
  {
    name: 'truth',
    schema: 'Truth',
    zod: truthIn,
    scope: 'truth',
    title: 'Send ground truth of a simulated fab',
    text: 'Only for simulators: seeded faults and control-off twins, stored apart. Nothing that detects or controls reads it.',
  },
] as const;

const reference = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: JsonObject, example?: Json): JsonObject => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
});

/**
 * JSON schema of a zod schema. Numeric arrays are checked by one custom loop and say what they are by an `override` in their meta,
 * which takes the place of the empty schema zod gives a custom check. The pattern of a date-time is left to its format.
 */
export function jsonSchemaOf(schema: z.ZodType): JsonObject {
  const made = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const s = jsonSchema as Record<string, unknown>;
      if (typeof s['override'] === 'object' && s['override'] !== null) {
        Object.assign(s, s['override']);
        delete s['override'];
      }
      if (s['format'] === 'date-time' || s['format'] === 'uuid' || s['contentEncoding'] === 'base64') delete s['pattern'];
    },
  }) as Record<string, Json>;
  const { $schema: _dialect, ...rest } = made;
  return rest;
}

const ANSWERS: Readonly<Record<string, ErrorCode>> = {
  '401': 'unauthenticated',
  '403': 'forbidden',
  '413': 'payload_too_large',
  '415': 'unsupported_media_type',
  '422': 'invalid_input',
  '503': 'dependency_unavailable',
};

const problems = (...statuses: readonly string[]): Record<string, JsonObject> =>
  Object.fromEntries(
    statuses.map((s) => [
      s,
      {
        description: ERROR_CODES[ANSWERS[s] ?? 'internal'].title,
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    ]),
  );

function ingestOperation(c: (typeof COLLECTIONS)[number]): JsonObject {
  const record = reference(c.schema);
  const example: Json = EXAMPLES[c.name];
  return {
    operationId: `ingest-${c.name}`,
    tags: ['Ingest'],
    summary: c.title,
    description: `${c.text}\n\nOne record, an array of records, \`{"mode": …, "records": […]}\`, or NDJSON (one record a line); gzip with \`Content-Encoding: gzip\`. Up to ${MAX_BATCH.toLocaleString('en')} records a batch. Each record carries the sender's own key: a repeat changes nothing and answers with the first result.`,
    security: [{ apiKey: [c.scope] }],
    parameters: [
      {
        name: 'mode',
        in: 'query',
        description: '`partial` keeps the good records of a batch, `atomic` keeps all or none.',
        schema: { type: 'string', enum: ['partial', 'atomic'], default: 'partial' },
      },
      {
        name: 'Content-Encoding',
        in: 'header',
        description: 'The body may be gzipped.',
        schema: { type: 'string', enum: ['gzip'] },
      },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            oneOf: [
              record,
              { type: 'array', items: record, minItems: 1, maxItems: MAX_BATCH },
              {
                type: 'object',
                properties: {
                  mode: { type: 'string', enum: ['partial', 'atomic'] },
                  records: { type: 'array', items: record, minItems: 1, maxItems: MAX_BATCH },
                },
                required: ['records'],
                additionalProperties: false,
              },
            ],
          },
          example,
        },
        'application/x-ndjson': { schema: record, example: `${JSON.stringify(EXAMPLES[c.name])}\n` },
      },
    },
    responses: {
      '200': { description: 'Every record was kept, or is a repeat of one that was.', content: json(reference('BatchResult')) },
      '207': {
        description: 'Some records were rejected; each says which field and why. The others were kept.',
        content: json(reference('BatchResult')),
      },
      ...problems('401', '403', '413', '415', '503'),
      '422': {
        description: 'Nothing was kept: a batch result with the reasons, or a problem when the body could not be read at all.',
        content: { ...json(reference('BatchResult')), 'application/problem+json': { schema: reference('Problem') } },
      },
    },
  };
}

const BATCH_RESULT: JsonObject = {
  type: 'object',
  required: ['accepted', 'repeated', 'rejected', 'withheld', 'results'],
  properties: {
    accepted: { type: 'integer', minimum: 0 },
    repeated: { type: 'integer', minimum: 0 },
    rejected: { type: 'integer', minimum: 0 },
    withheld: { type: 'integer', minimum: 0, description: 'Good records of an atomic batch that was refused.' },
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['index', 'key', 'status'],
        properties: {
          index: { type: 'integer', minimum: 0, description: 'Place in the batch, from 0.' },
          key: { type: ['string', 'null'] },
          status: { type: 'string', enum: ['accepted', 'repeated', 'rejected', 'withheld'] },
          id: { type: 'string', format: 'uuid' },
          issues: {
            type: 'array',
            items: {
              type: 'object',
              required: ['path', 'code', 'message'],
              properties: { path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
            },
          },
        },
      },
    },
  },
};

const PROBLEM: JsonObject = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERROR_CODES) },
    detail: { type: 'string', description: 'Which value, and what to do.' },
    details: { type: 'object' },
    requestId: { type: 'string', format: 'uuid', description: 'Finds the request in the log.' },
  },
};

const ADVICE_OUT: JsonObject = {
  type: 'object',
  required: ['chambers'],
  properties: {
    chambers: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['adviceId', 'setpoints'],
        properties: {
          adviceId: { type: 'string', format: 'uuid', description: 'Send it back with the run.' },
          setpoints: { type: 'object', additionalProperties: { type: 'number' } },
        },
      },
    },
  },
};

const STATUS: JsonObject = {
  type: 'object',
  required: ['pending', 'dead', 'lagS', 'byQueue'],
  properties: {
    pending: { type: 'integer', minimum: 0 },
    dead: { type: 'integer', minimum: 0 },
    lagS: { type: 'number', minimum: 0, description: 'Age of the oldest pending task, s.' },
    byQueue: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: { pending: { type: 'integer' }, dead: { type: 'integer' } },
        required: ['pending', 'dead'],
      },
    },
  },
};

/** The OpenAPI 3.1 document of the machine API, made from the schemas that validate it. */
export function openApiDocument(): JsonObject {
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Driftless machine API',
      version: '1',
      description:
        'What tools, metrology stations and hosts send, and the recipe advice they ask for. Times are ISO 8601 with zone; lengths are mm in the wafer frame, origin at the centre, notch at −y. Unknown fields, NaN and Infinity are refused.',
      license: { name: 'See the repository', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Ingest', description: 'Idempotent on the sender’s key; each record is written together with the work it causes.' },
      { name: 'Control', description: 'Recipe advice of the run-to-run loops.' },
      { name: 'Fab', description: 'Master data, and the state of the pipeline.' },
    ],
    paths: {
      ...Object.fromEntries(COLLECTIONS.map((c) => [`/api/v1/${c.name}`, { post: ingestOperation(c) }])),
      '/api/v1/advice': {
        post: {
          operationId: 'request-advice',
          tags: ['Control'],
          summary: 'Ask for the recipe of a lot',
          description:
            'One setpoint a loop and chamber. The first answer to a key is the answer for ever, so that a tool that asks twice runs one recipe. A loop in shadow or suspended state hands out its nominal setpoint.',
          security: [{ apiKey: ['advice'] }],
          requestBody: { required: true, content: json(reference('AdviceRequest'), EXAMPLES.advice) },
          responses: {
            '200': { description: 'The setpoints to run.', content: json(reference('Advice')) },
            ...problems('401', '403', '413', '422', '503'),
          },
        },
      },
      '/api/v1/fab': {
        put: {
          operationId: 'register-fab',
          tags: ['Fab'],
          summary: 'Register the fab',
          description:
            'Areas, tools, stations, products, operations, parameters, specifications, recipes and control loops: what must be known before records that name it are accepted. Sending it again changes what differs.',
          security: [{ apiKey: ['fab'] }],
          requestBody: { required: true, content: json(reference('Fab')) },
          responses: {
            '200': { description: 'What was registered.', content: json({ type: 'object' }) },
            ...problems('401', '403', '413', '422', '503'),
          },
        },
      },
      '/api/v1/status': {
        get: {
          operationId: 'pipeline-status',
          tags: ['Fab'],
          summary: 'How far the stages are behind',
          description: 'A sender that must not run ahead, such as a backfill, waits until `pending` is small.',
          security: [{ apiKey: [] }],
          responses: {
            '200': { description: 'Pending and dead tasks.', content: json(reference('PipelineStatus')) },
            ...problems('401', '503'),
          },
        },
      },
      '/api/v1/openapi.json': {
        get: {
          operationId: 'openapi',
          tags: ['Fab'],
          summary: 'This document',
          security: [],
          responses: { '200': { description: 'OpenAPI 3.1.', content: json({ type: 'object' }) } },
        },
      },
    },
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key of a sender, made on the settings page; its scopes say what it may do.',
        },
      },
      schemas: {
        ...Object.fromEntries(COLLECTIONS.map((c) => [c.schema, jsonSchemaOf(c.zod)])),
        AdviceRequest: jsonSchemaOf(adviceIn),
        Advice: ADVICE_OUT,
        Fab: jsonSchemaOf(fabIn),
        BatchResult: BATCH_RESULT,
        PipelineStatus: STATUS,
        Problem: PROBLEM,
      },
    },
  };
}
