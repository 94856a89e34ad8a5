import { indexIn } from '@/lib/formats/compute';
import { materialIn, metrologyRecipeIn } from '@/lib/formats/metrology-recipe';
import { type Json, type JsonObject, jsonSchemaOf, type OpenApiPart, problems, reference } from '@/lib/formats/openapi';
import type { Capability, ComputeFunction } from './define';
import * as control from './functions/control/run-to-run';
import * as defects from './functions/defects';
import * as fit from './functions/fit/fit';
import * as learning from './functions/learning';
import * as optics from './functions/optics/films';
import * as overlay from './functions/overlay/models';
import * as sampling from './functions/sampling';
import * as spatial from './functions/spatial/zernike';
import * as spc from './functions/spc/charts';
import * as uncertainty from './functions/uncertainty/budget';
import * as vm from './functions/vm/pls';
import * as xrr from './functions/xray/reflectivity';
import * as saxs from './functions/xray/small-angle';
import { CAPABILITIES, type CapabilityName } from './registry';

/** The document is made synchronously, so the capabilities are imported up front. */
const ALL: Readonly<Record<CapabilityName, Capability>> = {
  spc,
  spatial,
  overlay,
  vm,
  sampling,
  control,
  uncertainty,
  optics,
  xrr,
  saxs,
  fit,
  learning,
  defects,
};

/** Schemas that many functions share; each appears once in the document. */
const SHARED: Readonly<Record<string, JsonObject>> = {
  MetrologyRecipe: jsonSchemaOf(metrologyRecipeIn),
  Material: jsonSchemaOf(materialIn),
  OpticalIndex: jsonSchemaOf(indexIn),
};
const printOf = ({ description: _, ...s }: JsonObject): string => JSON.stringify(s);
const NAMES = new Map(Object.entries(SHARED).map(([name, s]) => [printOf(s), name]));

/** A schema with references in place of the shared ones; `own` is the name of the schema itself. */
function withReferences(v: Json, own?: string): Json {
  if (Array.isArray(v)) return v.map((w: Json) => withReferences(w));
  if (v === null || typeof v !== 'object') return v;
  const o = v as JsonObject;
  const name = o['properties'] || o['oneOf'] || o['anyOf'] ? NAMES.get(printOf(o)) : undefined;
  if (name !== undefined && name !== own)
    return { ...reference(name), ...(o['description'] === undefined ? {} : { description: o['description'] }) };
  return Object.fromEntries(Object.entries(o).map(([k, w]) => [k, withReferences(w)]));
}

/** `overlay/per-field` → `ComputeOverlayPerField`. */
const schemaName = (path: string): string =>
  `Compute${path
    .split(/[/-]/)
    .map((w) => w[0]!.toUpperCase() + w.slice(1))
    .join('')}`;

function operation(f: ComputeFunction): JsonObject {
  return {
    operationId: `compute-${f.path.replace('/', '-')}`,
    tags: ['Compute'],
    summary: f.title,
    description: `${f.text}\n\nOn the command line: \`npx driftless ${f.path.replace('/', ' ')}\`.`,
    security: [{ apiKey: ['compute'] }],
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: reference(schemaName(f.path)), example: JSON.parse(JSON.stringify(f.example)) as Json },
      },
    },
    responses: {
      '200': {
        description: 'The result; null stands where a value is not determined.',
        content: { 'application/json': { schema: reference('ComputeResult') } },
      },
      ...problems('401', '403', '404', '413', '415', '422', '429', '503'),
    },
  };
}

const LIST: JsonObject = {
  operationId: 'list-compute',
  tags: ['Compute'],
  summary: 'Functions that can be computed',
  security: [{ apiKey: ['compute'] }],
  responses: {
    '200': {
      description: 'Capabilities with their functions.',
      content: { 'application/json': { schema: reference('ComputeList') } },
    },
    ...problems('401', '403', '503'),
  },
};

/** Every function of the registry as an operation of the machine API, from the schema that validates it and an example that a test runs. */
export function computeApi(): OpenApiPart {
  made ??= makeApi();
  return made;
}

/** Made once per process: there are many schemas. */
let made: OpenApiPart | null = null;

function makeApi(): OpenApiPart {
  const functions = Object.values(ALL).flatMap((c) => c.functions);
  return {
    tags: [
      {
        name: 'Compute',
        description:
          'The mathematics as a service: nothing is stored. The same functions as the command line; at most 32 MiB of input and 60 s of work.',
      },
    ],
    paths: {
      '/api/v1/compute': { get: LIST },
      ...Object.fromEntries(functions.map((f) => [`/api/v1/compute/${f.path}`, { post: operation(f) }])),
    },
    schemas: {
      ...Object.fromEntries(functions.map((f) => [schemaName(f.path), withReferences(jsonSchemaOf(f.input))])),
      ...Object.fromEntries(Object.entries(SHARED).map(([name, schema]) => [name, withReferences(schema, name)])),
      ComputeResult: {
        type: 'object',
        required: ['result', 'milliseconds'],
        properties: {
          result: { type: 'object' },
          milliseconds: { type: 'number', minimum: 0, description: 'Time of the computation' },
        },
      },
      ComputeList: {
        type: 'object',
        required: ['capabilities'],
        properties: {
          capabilities: {
            type: 'array',
            items: {
              type: 'object',
              required: ['name', 'title', 'functions'],
              properties: {
                name: { type: 'string' },
                title: { type: 'string' },
                functions: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['path', 'title', 'text'],
                    properties: { path: { type: 'string' }, title: { type: 'string' }, text: { type: 'string' } },
                  },
                },
              },
            },
          },
        },
      },
    },
  };
}

/** All capabilities and functions, for people and programs that explore the API. */
export const computeList = () => ({
  capabilities: Object.entries(ALL).map(([name, c]) => ({
    name,
    title: CAPABILITIES[name as CapabilityName].title,
    functions: c.functions.map(({ path, title, text }) => ({ path, title, text })),
  })),
});
