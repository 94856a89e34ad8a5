import { z } from 'zod';
import { type JsonObject, jsonSchemaOf, type OpenApiPart, problems, queryParameters, reference } from '@/lib/formats/openapi';
import { parsed, parsedQuery } from '@/lib/formats/parsed';
import { reasonIn } from '@/lib/formats/reason';
import { name } from '@/lib/formats/scalars';
import { asSent, type Ctx } from '../verb';
import { holdSubject } from './verbs';
import { holdList } from './views/list';

const reason = z.string().meta({ description: 'Why, in at least five characters; kept in the audit trail' });
const placeShape = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('lot'), lot: name, reason }),
  z.strictObject({ scope: z.literal('tool'), tool: name, reason }),
  z.strictObject({ scope: z.literal('chamber'), tool: name, chamber: name, reason }),
]);
const releaseShape = z.strictObject({ reason });
const releaseBody = z.strictObject({ reason: reasonIn });

const holdQuery = z.strictObject({
  active: z.enum(['true', 'false']).optional(),
  scope: z.enum(['lot', 'tool', 'chamber']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});

/** A hold that a MES places. @throws AppError as {@link holdSubject}. */
export async function placeFromApi(ctx: Ctx, body: unknown): Promise<{ id: string }> {
  const { reason: why, ...subject } = parsed(placeShape, body);
  return holdSubject(ctx, { subject, reason: asSent(why), alert: null, source: 'mes' });
}

export const releaseReason = (body: unknown): string => parsed(releaseBody, body).reason;

const iso = (t: number | null): string | null => (t === null ? null : new Date(t).toISOString());

/** Holds for other systems: active ones first, then newest. @throws AppError `invalid_input` for a query that is none. */
export async function holdsForApi(asked: Readonly<Record<string, string>>) {
  const q = parsedQuery(holdQuery, asked);
  const state = q.active === undefined ? 'all' : q.active === 'true' ? 'active' : 'released';
  const { rows } = await holdList({ state, scope: q.scope ?? null, limit: q.limit });
  return rows.map(({ placedMs, releasedMs, alertTitle: _title, messages, ...h }) => ({
    ...h,
    active: releasedMs === null,
    placedAt: iso(placedMs),
    releasedAt: iso(releasedMs),
    messages: messages.map(({ nextMs, acknowledgedMs, ...m }) => ({
      ...m,
      nextAt: m.state === 'asked' ? iso(nextMs) : null,
      acknowledgedAt: iso(acknowledgedMs),
    })),
  }));
}

const json = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });
const OK = { '200': { description: 'Done.', content: json({ type: 'object', properties: { ok: { const: true } } }) } };
const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };

/** The hold routes of the machine API, from the schemas that validate them. */
export function holdsApi(): OpenApiPart {
  return {
    tags: [
      {
        name: 'Holds',
        description:
          'Lots, tools and chambers that must not go on: advice for them is refused with 409 and the code `on_hold`. A MES is asked for each hold and release by a signed webhook (a channel of kind `mes`) until it acknowledges.',
      },
    ],
    paths: {
      '/api/v1/holds': {
        get: {
          operationId: 'list-holds',
          tags: ['Holds'],
          summary: 'List holds',
          description: 'Active ones first, then newest, each with what MESs were asked.',
          security: [{ apiKey: ['read'] }, { apiKey: ['holds'] }],
          parameters: queryParameters(holdQuery),
          responses: {
            '200': {
              description: 'The holds.',
              content: json({
                type: 'object',
                required: ['holds'],
                properties: { holds: { type: 'array', items: { type: 'object' } } },
              }),
            },
            ...problems('401', '403', '422', '503'),
          },
        },
        post: {
          operationId: 'place-hold',
          tags: ['Holds'],
          summary: 'Place a hold',
          description:
            'One hold is active of a subject. The same hold for the same reason by the same sender is a repeat and answers with the first. A lot may be held before it is sent.',
          security: [{ apiKey: ['holds'] }],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: reference('NewHold'),
                example: { scope: 'lot', lot: 'A1043', reason: 'particles found at inspection' },
              },
            },
          },
          responses: {
            '200': {
              description: 'The hold.',
              content: json({ type: 'object', required: ['id'], properties: { id: { type: 'string', format: 'uuid' } } }),
            },
            ...problems('401', '403', '409', '422', '503'),
          },
        },
      },
      '/api/v1/holds/{id}/release': {
        post: {
          operationId: 'release-hold',
          tags: ['Holds'],
          summary: 'Release a hold',
          description: 'The same release by the same sender is a repeat.',
          security: [{ apiKey: ['holds'] }],
          parameters: [ID],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: reference('HoldRelease'), example: { reason: 'cleaned and inspected' } } },
          },
          responses: { ...OK, ...problems('401', '403', '404', '409', '422', '503') },
        },
      },
      '/api/v1/holds/{id}/acknowledge': {
        post: {
          operationId: 'acknowledge-hold',
          tags: ['Holds'],
          summary: 'Acknowledge what was asked for a hold',
          description: 'For a MES that does not say so in its answer to the webhook. Saying it twice changes nothing.',
          security: [{ apiKey: ['holds'] }],
          parameters: [ID],
          responses: { ...OK, ...problems('401', '403', '404', '422', '503') },
        },
      },
    },
    schemas: { NewHold: jsonSchemaOf(placeShape), HoldRelease: jsonSchemaOf(releaseShape) },
  };
}
