import { z } from 'zod';
import type { Json, JsonObject } from './openapi-answers';

export type { Json, JsonObject } from './openapi-answers';

/**
 * JSON schema of a zod schema. Numeric arrays are checked by a custom loop and describe themselves by an `override` in their meta, which replaces the
 * empty schema that zod gives a custom check. A date-time keeps its format and drops its pattern.
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

/** The parameters of a query string, from the schema that validates it; all may be left out. */
export const queryParameters = (query: z.ZodType): JsonObject[] =>
  Object.entries((jsonSchemaOf(query)['properties'] ?? {}) as JsonObject).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }));
