import { type JsonObject, type OpenApiPart, problems } from '@/lib/formats/openapi';
import { type CellType, MEDIA_TYPES, type RecordColumn } from '@/lib/formats/records';
import { mostOf } from './asked';
import type { Collection, ReadFilter } from './collection';
import { COLLECTIONS } from './collections';

const JSON_TYPES: Readonly<Record<CellType, JsonObject>> = {
  text: { type: ['string', 'null'] },
  time: { type: ['string', 'null'], format: 'date-time' },
  number: { type: ['number', 'null'] },
  integer: { type: ['integer', 'null'] },
  flag: { type: ['boolean', 'null'] },
  list: { type: ['array', 'null'] },
  json: { type: ['object', 'array', 'null'] },
};

const recordOf = (columns: readonly RecordColumn[]): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(columns.map((c) => [c.name, { ...JSON_TYPES[c.type], description: c.text }])),
});

const FILTER_TYPES: Readonly<Record<ReadFilter['type'], JsonObject>> = {
  text: { type: 'string' },
  uuid: { type: 'string', format: 'uuid' },
};

const inQuery = (name: string, schema: JsonObject, description: string): JsonObject => ({
  name,
  in: 'query',
  required: false,
  schema,
  description,
});

function parametersOf(c: Collection): JsonObject[] {
  const time = { type: 'string', format: 'date-time' };
  return [
    ...Object.entries(c.filters).map(([name, f]) =>
      inQuery(
        name,
        { type: 'array', items: { ...FILTER_TYPES[f.type], ...(f.among === undefined ? {} : { enum: [...f.among] }) } },
        `${f.text} Given several times: any of them.`,
      ),
    ),
    ...(c.time === null
      ? []
      : [
          inQuery('from', time, `First ${c.time.text} of the window.`),
          inQuery('to', time, 'End of the window, which is not part of it.'),
        ]),
    inQuery('order', { type: 'string', enum: ['oldest', 'newest'], default: c.firstOrder ?? 'oldest' }, 'Which end comes first.'),
    inQuery(
      'limit',
      { type: 'integer', minimum: 1, maximum: mostOf(c) },
      `Most ${c.counts}s of the answer. Without it a page of JSON has ${c.pageRows}, a file all that match.`,
    ),
    inQuery('after', { type: 'string' }, 'The `next` of the page before.'),
    inQuery('columns', { type: 'string' }, `Columns, with commas between them: ${c.columns.map((k) => k.name).join(', ')}.`),
    inQuery('format', { type: 'string', enum: ['json', ...Object.keys(MEDIA_TYPES)] }, 'Format; instead of `Accept`.'),
  ];
}

const schemaName = (c: Collection): string =>
  `${c.name
    .split('-')
    .map((w) => w.charAt(0).toUpperCase() + w.slice(1))
    .join('')}Read`;

function operation(c: Collection): JsonObject {
  const record: JsonObject = { $ref: `#/components/schemas/${schemaName(c)}` };
  const page: JsonObject = {
    type: 'object',
    required: [c.name, 'next'],
    properties: { [c.name]: { type: 'array', items: record }, next: { type: ['string', 'null'] } },
  };
  return {
    get: {
      operationId: `read-${c.name}`,
      tags: ['Read'],
      summary: c.title,
      description: `${c.text}\n\nA page of JSON with \`next\`, or a file: NDJSON, CSV, Parquet or Arrow, streamed to the end of what matches. With \`limit\` a file is a page too; \`Link: rel="next"\` leads to the next one.`,
      security: [{ apiKey: ['read'] }, ...(c.name === 'alerts' ? [{ apiKey: ['alerts'] }] : [])],
      parameters: parametersOf(c),
      responses: {
        '200': {
          description: 'The records.',
          content: {
            'application/json': { schema: page },
            [MEDIA_TYPES.ndjson]: { schema: record },
            [MEDIA_TYPES.csv]: { schema: { type: 'string' } },
            [MEDIA_TYPES.parquet]: { schema: { type: 'string', format: 'binary' } },
            [MEDIA_TYPES.arrow]: { schema: { type: 'string', format: 'binary' } },
          },
        },
        ...problems('401', '403', '404', '422', '429', '503'),
      },
    },
  };
}

/** The reading routes of the machine API, from the collections that answer them. */
export function readingApi(): OpenApiPart {
  const all = [...COLLECTIONS.values()];
  return {
    tags: [
      {
        name: 'Read',
        description:
          'For notebooks, dashboards and other systems. A list is empty rather than null; numbers that are not known are null.',
      },
    ],
    paths: Object.fromEntries(all.map((c) => [`/api/v1/${c.name}`, operation(c)])),
    schemas: Object.fromEntries(all.map((c) => [schemaName(c), recordOf(c.columns)])),
  };
}
