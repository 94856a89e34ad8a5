import { computeApi } from '@/lib/compute/openapi';
import { type Json, type JsonObject, openApiDocument } from '@/lib/formats/openapi';
import { alertsApi } from '../alerts/api';
import { requestsApi } from '../alerts/requests-api';
import { holdsApi } from '../holds/api';
import { readingApi } from '../reading/api';
import { ruleSetsApi } from '../spc/rules/api';
import { chartsApi } from '../spc/templates/api';

export interface FieldView {
  name: string;
  type: string;
  required: boolean;
  description: string;
  /** Fields of an object or of the items of an array. */
  fields: FieldView[];
}

export interface OperationView {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  tag: string;
  scopes: string[] | null;
  mediaTypes: string[];
  fields: FieldView[];
  /** Parameters of the query. */
  query: FieldView[];
  /** Fields of the records that are read. */
  record: FieldView[];
  example: string | null;
  curl: string;
  answers: { status: string; description: string; body: string }[];
}

export interface ApiDocs {
  title: string;
  version: string;
  description: string;
  tags: { name: string; description: string }[];
  operations: OperationView[];
  problem: FieldView[];
  batchResult: FieldView[];
}

const object = (v: Json | undefined): JsonObject =>
  v !== null && typeof v === 'object' && !Array.isArray(v) ? (v as JsonObject) : {};
const list = (v: Json | undefined): readonly Json[] => (Array.isArray(v) ? (v as readonly Json[]) : []);
const text = (v: Json | undefined): string => (typeof v === 'string' ? v : '');

/** The parts of the document whose schemas live with their use cases. */
const parts = () => [alertsApi(), holdsApi(), requestsApi(), readingApi(), chartsApi(), ruleSetsApi(), computeApi()];

let openApi: string | null = null;

/** The document as text; made once per process. */
export function openApiText(): string {
  openApi ??= JSON.stringify(openApiDocument(parts()));
  return openApi;
}

/** The OpenAPI document laid out for reading; `origin` is the address in the curl lines. */
export function apiDocs(origin: string): ApiDocs {
  const doc = openApiDocument(parts());
  const schemas = object(object(doc['components'])['schemas']);
  const resolve = (s: JsonObject): JsonObject => {
    const name = text(s['$ref']).split('/').at(-1);
    return name ? object(schemas[name]) : s;
  };
  const info = object(doc['info']);
  const operations = Object.entries(object(doc['paths'])).flatMap(([path, item]) =>
    Object.entries(object(item)).map(([method, op]) => operationOf(path, method, object(op), resolve, origin)),
  );
  return {
    title: text(info['title']),
    version: text(info['version']),
    description: text(info['description']),
    tags: list(doc['tags']).map((t) => ({ name: text(object(t)['name']), description: text(object(t)['description']) })),
    operations,
    problem: fieldsOf(object(schemas['Problem']), resolve),
    batchResult: fieldsOf(object(schemas['BatchResult']), resolve),
  };
}

type Resolve = (s: JsonObject) => JsonObject;

function operationOf(path: string, method: string, op: JsonObject, resolve: Resolve, origin: string): OperationView {
  const content = object(object(op['requestBody'])['content']);
  const jsonBody = object(content['application/json']);
  const schema = object(jsonBody['schema']);
  const record = resolve(object(list(schema['oneOf'])[0] ?? schema));
  const example = jsonBody['example'];
  const answer = object(object(object(op['responses'])['200'])['content']);
  const read = resolve(object(object(answer['application/x-ndjson'])['schema']));
  const security = object(list(op['security'])[0])['apiKey'];
  return {
    id: text(op['operationId']),
    method: method.toUpperCase(),
    path,
    summary: text(op['summary']),
    description: text(op['description']),
    tag: text(list(op['tags'])[0]),
    scopes: security === undefined ? null : list(security).map(text),
    mediaTypes: Object.keys(content),
    fields: Object.keys(content).length > 0 ? variantsOf(record, resolve) : [],
    query: list(op['parameters'])
      .map((p) => parameterOf(object(p), resolve))
      .filter((p) => p !== null),
    record: fieldsOf(read, resolve),
    example: example === undefined ? null : oneLineArrays(JSON.stringify(example, null, 2)),
    curl: curlOf(method.toUpperCase(), `${origin}${path}`, security !== undefined, example),
    answers: Object.entries(object(op['responses']))
      .map(([status, r]) => ({
        status,
        description: text(object(r)['description']),
        body: Object.values(object(object(r)['content']))
          .map(
            (c) =>
              text(object(object(c)['schema'])['$ref'])
                .split('/')
                .at(-1) ?? '',
          )
          .filter(Boolean)
          .join(' or '),
      }))
      .sort((a, b) => a.status.localeCompare(b.status)),
  };
}

/** Arrays of plain values on one line each. */
const oneLineArrays = (s: string): string =>
  s.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, ' ')}]`);

/** A union of objects is shown as its fields, each marked with the kinds that have it. */
function variantsOf(s: JsonObject, resolve: Resolve): FieldView[] {
  const variants = list(s['oneOf'] ?? s['anyOf']).map((v) => resolve(object(v)));
  if (variants.length === 0) return fieldsOf(s, resolve);
  const seen = new Map<string, FieldView>();
  for (const v of variants) {
    const kind = text(object(object(v['properties'])['kind'])['const']);
    for (const f of fieldsOf(v, resolve)) {
      const known = seen.get(f.name);
      const mark = kind && f.name !== 'kind' ? `${kind}: ${f.description}`.replace(/: $/, '') : f.description;
      if (known === undefined) seen.set(f.name, { ...f, description: mark });
      else if (f.type !== known.type) known.type = `${known.type} or ${f.type}`;
    }
  }
  return [...seen.values()];
}

function fieldsOf(s: JsonObject, resolve: Resolve): FieldView[] {
  const required = new Set(list(s['required']).map(text));
  return Object.entries(object(s['properties'])).map(([name, raw]) => {
    const p = resolve(object(raw));
    const inner = p['type'] === 'array' ? resolve(object(p['items'])) : p;
    return {
      name,
      type: typeOf(p, resolve),
      required: required.has(name),
      description: text(p['description']),
      fields: inner['properties'] === undefined ? [] : fieldsOf(inner, resolve),
    };
  });
}

/** A parameter of the query; null for one of a header or of the path, which the description and the address show. */
function parameterOf(p: JsonObject, resolve: Resolve): FieldView | null {
  if (text(p['in']) !== 'query') return null;
  const schema = resolve(object(p['schema']));
  const isList = schema['type'] === 'array';
  return {
    name: text(p['name']),
    type: typeOf(isList ? resolve(object(schema['items'])) : schema, resolve),
    required: p['required'] === true,
    description: text(p['description']),
    fields: [],
  };
}

function typeOf(p: JsonObject, resolve: Resolve): string {
  const union = list(p['anyOf'] ?? p['oneOf']);
  if (union.length > 0) return [...new Set(union.map((u) => typeOf(resolve(object(u)), resolve)))].join(' or ');
  if (p['const'] !== undefined) return JSON.stringify(p['const']);
  if (p['enum'] !== undefined)
    return list(p['enum'])
      .map((v) => JSON.stringify(v))
      .join(' | ');
  const t = Array.isArray(p['type']) ? (p['type'] as readonly string[]).join(' or ') : text(p['type']);
  if (t === 'array') return `array of ${typeOf(resolve(object(p['items'])), resolve)}`;
  const bounds = [
    typeof p['minimum'] === 'number' && Math.abs(p['minimum']) < 1e15 ? `≥ ${p['minimum']}` : '',
    typeof p['exclusiveMinimum'] === 'number' ? `> ${p['exclusiveMinimum']}` : '',
    typeof p['maximum'] === 'number' && Math.abs(p['maximum']) < 1e15 ? `≤ ${p['maximum']}` : '',
  ].filter(Boolean);
  const format = text(p['format']);
  return `${t}${format ? ` (${format})` : ''}${bounds.length > 0 ? ` ${bounds.join(', ')}` : ''}`;
}

function curlOf(method: string, url: string, withKey: boolean, example: Json | undefined): string {
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${url}`,
    ...(withKey ? ['-H "Authorization: Bearer $DRIFTLESS_API_KEY"'] : []),
    ...(method === 'GET' ? [] : ['-H "Content-Type: application/json"']),
    ...(example === undefined
      ? method === 'GET'
        ? []
        : ['-d @fab.json']
      : [`-d '${JSON.stringify(example).replaceAll("'", "'\\''")}'`]),
  ].join(' \\\n  ');
}
