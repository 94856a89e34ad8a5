import { z } from 'zod';
import { db, sql } from '@/lib/db';
import { type OpenApiPart, problems, queryParameters } from '@/lib/formats/openapi';
import { parsedQuery } from '@/lib/formats/parsed';

const requestQuery = z.strictObject({
  state: z.enum(['open', 'fulfilled', 'withdrawn']).default('open'),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});

/**
 * Measurements that are asked for, for a station or a host: first what is due first. `revises` is the key under which the same sender corrects the earlier
 * measurement of the wafer, which then stays as superseded. @throws AppError `invalid_input` for a query that is none.
 */
export function requestsForApi(asked: Readonly<Record<string, string>>) {
  const q = parsedQuery(requestQuery, asked);
  return db().rows(sql`
    SELECT r.id, r.lot, NULLIF(r.slot, 0) AS wafer, r.operation, r.parameter, r.due_at AS "dueAt", r.reason, r.asked_by AS "askedBy", r.asked_at AS "askedAt", r.state, r.alert_id AS "alertId",
      r.measurement_id AS "measurementId", m.key AS revises, m.station AS "measuredBy", m.plan
    FROM measurement_request r LEFT JOIN LATERAL (
      SELECT key, station, plan FROM measurement m WHERE m.lot = r.lot AND m.operation = r.operation AND m.slot = r.slot AND m.parameter = r.parameter AND m.superseded_by IS NULL
      ORDER BY m.received_at DESC LIMIT 1) m ON r.state = 'open'
    WHERE r.state = ${q.state} ORDER BY r.due_at, r.id LIMIT ${q.limit}`);
}

/** The route of the machine API, from the schema that validates it. */
export function requestsApi(): OpenApiPart {
  return {
    tags: [
      {
        name: 'Measurement requests',
        description:
          'Wafers that somebody wants measured again; the next measurement of the wafer and parameter fulfils a request.',
      },
    ],
    paths: {
      '/api/v1/measurement-requests': {
        get: {
          operationId: 'list-measurement-requests',
          tags: ['Measurement requests'],
          summary: 'List what is to be measured again',
          description:
            'Due first. `wafer` is null where any wafer of the lot will do. `revises` is the key of the measurement that is in question: sent as `revises` of the new record, the earlier one stays and is superseded.',
          security: [{ apiKey: ['read'] }, { apiKey: ['ingest'] }],
          parameters: queryParameters(requestQuery),
          responses: {
            '200': {
              description: 'The requests.',
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    required: ['requests'],
                    properties: { requests: { type: 'array', items: { type: 'object' } } },
                  },
                },
              },
            },
            ...problems('401', '403', '422', '503'),
          },
        },
      },
    },
    schemas: {},
  };
}
