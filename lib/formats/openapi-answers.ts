import { ERROR_CODES } from '@/lib/errors';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Faults of the fields of a record. */
const ISSUES: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    required: ['path', 'code', 'message'],
    properties: { path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
  },
};

/** The response of every ingest route. */
export const BATCH_RESULT: JsonObject = {
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
          issues: ISSUES,
          pending: {
            ...ISSUES,
            description:
              'Of an accepted record: what it names that is not here yet (a run that comes later), and what happens then.',
          },
        },
      },
    },
  },
};

/** problem+json. */
export const PROBLEM: JsonObject = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERROR_CODES) },
    detail: { type: 'string', description: 'Which value, and what to do.' },
    details: {
      type: 'object',
      description:
        'More for a program. Where a batch broke off (413, 422) after some of its records were kept: their counts and `results`, as in the answer of a whole batch.',
    },
    requestId: { type: 'string', format: 'uuid', description: 'Finds the request in the log.' },
  },
};

/** The setpoints for a tool to run. */
export const ADVICE_OUT: JsonObject = {
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
    pending: { ...ISSUES, description: 'What the request names that is not known yet: a lot that is not registered.' },
  },
};

/** How far the stages lag behind. */
export const STATUS: JsonObject = {
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
