import { ERROR_CODES, type ErrorCode } from '@/lib/errors';
import { fabIn } from './fab';
import { jsonSchemaOf } from './json-schema';
import { ADVICE_OUT, BATCH_RESULT, type Json, type JsonObject, PROBLEM, STATUS } from './openapi-answers';
import { EXAMPLES } from './openapi-examples';
import {
  adviceIn,
  countIn,
  eventIn,
  lotIn,
  MAX_BATCH,
  measurementIn,
  overlayMeasurementIn,
  runIn,
  spectrumIn,
  truthIn,
} from './wire';

export { jsonSchemaOf, queryParameters } from './json-schema';
export type { Json, JsonObject } from './openapi-answers';

/** The records of each collection of the ingest API. */
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
    text: 'Sites in wafer mm (origin at the centre, notch at −y) with a value and, where known, its standard uncertainty. `revises` makes it a correction: the earlier record stays, superseded; of several corrections the newest is active; a key that is not known is refused. A `runKey` whose run is not here yet is accepted and said in `pending`. A wafer that cannot be fitted keeps its values and says why.',
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
    name: 'spectra',
    schema: 'Spectrum',
    zod: spectrumIn,
    scope: 'ingest',
    title: 'Send spectra and scattering curves',
    text: 'All sites of a wafer on one axis, with the metrology recipe that turns them into values. Each site is fitted; accepted values become measurements with their standard uncertainty, refused sites are kept with the reason.',
  },
  {
    name: 'counts',
    schema: 'Count',
    zod: countIn,
    scope: 'ingest',
    title: 'Send counts of an inspection',
    text: 'So many defects, or nonconforming items, found in so many units or on so much area, of a wafer or of a whole lot: what p, np, c, u, Laney, g and t charts are of. `revises` makes it a correction, as with measurements.',
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

/** A reference to a schema of the document. */
export const reference = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: JsonObject, example?: Json): JsonObject => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
});

const ANSWERS: Readonly<Record<string, ErrorCode>> = {
  '401': 'unauthenticated',
  '403': 'forbidden',
  '404': 'not_found',
  '409': 'conflict',
  '413': 'payload_too_large',
  '415': 'unsupported_media_type',
  '422': 'invalid_input',
  '429': 'rate_limited',
  '503': 'dependency_unavailable',
};

/** Problem responses with these statuses. */
export const problems = (...statuses: readonly string[]): Record<string, JsonObject> =>
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

/** Operations whose schemas live with their use cases. */
export interface OpenApiPart {
  readonly paths: JsonObject;
  readonly schemas: JsonObject;
  readonly tags: readonly JsonObject[];
}

/** Operations on one path may come from several modules: sending measurements and reading them. */
function mergedPaths(all: readonly JsonObject[]): JsonObject {
  const out: Record<string, JsonObject> = {};
  for (const [path, item] of all.flatMap((p) => Object.entries(p))) out[path] = { ...out[path], ...(item as JsonObject) };
  return out;
}

/** The OpenAPI 3.1 document of the machine API, made from the schemas that validate requests, with the parts of other modules. */
export function openApiDocument(parts: readonly OpenApiPart[] = []): JsonObject {
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Driftless machine API',
      version: '1',
      description:
        'What tools, metrology stations and hosts send, and the recipe advice they ask for. Times are ISO 8601 with zone; lengths are mm in the wafer frame, origin at the centre, notch at −y. Unknown fields and Infinity are refused; what was not measured is null, or NaN in a packed array.',
      license: { name: 'See the repository', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Ingest', description: 'Idempotent on the sender’s key; each record is written together with the work it causes.' },
      { name: 'Control', description: 'Recipe advice of the run-to-run loops.' },
      ...parts.flatMap((p) => p.tags),
      { name: 'Fab', description: 'Master data, and the state of the pipeline.' },
    ],
    paths: mergedPaths([
      {
        ...Object.fromEntries(COLLECTIONS.map((c) => [`/api/v1/${c.name}`, { post: ingestOperation(c) }])),
        '/api/v1/advice': {
          post: {
            operationId: 'request-advice',
            tags: ['Control'],
            summary: 'Ask for the recipe of a lot',
            description:
              'One setpoint a loop and chamber. The first answer to a key is final, so that a tool that asks twice runs one recipe. A loop in shadow or suspended state hands out its nominal setpoint. The lot must be of the product; one that is not registered yet is advised all the same, and `pending` says so. A key that was used for another request is a conflict. While the lot, the tool or one of the chambers is on hold, the answer is 409 with the code `on_hold`, and `details` names the hold, its reason and its page; ask again under the same key after the release.',
            security: [{ apiKey: ['advice'] }],
            requestBody: { required: true, content: json(reference('AdviceRequest'), EXAMPLES.advice) },
            responses: {
              '200': { description: 'The setpoints to run.', content: json(reference('Advice')) },
              ...problems('401', '403', '409', '413', '422', '503'),
            },
          },
        },
        '/api/v1/fab': {
          put: {
            operationId: 'register-fab',
            tags: ['Fab'],
            summary: 'Register the fab',
            description:
              'Areas, tools, stations, products, operations, parameters, specifications, recipes and control loops: what must be known before records that name it are accepted. Sending it again changes what differs. A new loop starts in shadow whatever state is sent; the answer lists those in `newLoopsInShadow`, and an engineer closes them on the screen. Loops and versions of recipes that exist stay as they are; what the document says otherwise is listed in `kept`, each with its path and what to do. Another unit of a parameter, or another geometry of a product, is refused: stored numbers are read by them.',
            security: [{ apiKey: ['fab'] }],
            requestBody: { required: true, content: json(reference('Fab')) },
            responses: {
              '200': { description: 'What was registered.', content: json({ type: 'object' }) },
              ...problems('401', '403', '409', '413', '422', '503'),
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
      ...parts.map((p) => p.paths),
    ]),
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
        ...Object.assign({}, ...parts.map((p) => p.schemas)),
      },
    },
  };
}
