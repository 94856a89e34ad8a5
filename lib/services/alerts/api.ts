import { jsonSchemaOf, type OpenApiPart, problems, reference } from '@/lib/formats/openapi';
import { alertAction } from './action-schema';

/** The alert routes of the machine API, from the schemas that validate them. */
export function alertsApi(): OpenApiPart {
  return {
    tags: [{ name: 'Alerts', description: 'For systems that follow alerts up, such as a ticket system.' }],
    paths: {
      '/api/v1/alerts/{id}/actions': {
        post: {
          operationId: 'act-on-alert',
          tags: ['Alerts'],
          summary: 'Take an alert through its life: acknowledge, start, wait, snooze, comment, assign, close, reopen',
          description: 'Recorded under the name of the sender, in the history of the alert and in the audit trail.',
          security: [{ apiKey: ['alerts'] }],
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: reference('AlertAction'),
                example: { do: 'acknowledge', comment: 'ticket 4711' },
              },
            },
          },
          responses: {
            '200': {
              description: 'Done.',
              content: { 'application/json': { schema: { type: 'object', properties: { ok: { const: true } } } } },
            },
            ...problems('401', '403', '404', '409', '422', '503'),
          },
        },
      },
    },
    schemas: { AlertAction: jsonSchemaOf(alertAction) },
  };
}
