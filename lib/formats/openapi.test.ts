import { expect, test } from 'vitest';
import { type Json, type JsonObject, openApiDocument } from './openapi';
import { EXAMPLES } from './openapi-examples';
import { adviceIn, countIn, eventIn, lotIn, measurementIn, overlayMeasurementIn, runIn, truthIn } from './wire';

const doc = openApiDocument();
const at = (o: Json, ...path: string[]): Json => {
  let v: Json = o;
  for (const p of path) {
    expect(v !== null && typeof v === 'object' && p in (v as object), `${path.join('.')} has ${p}`).toBe(true);
    v = (v as JsonObject)[p]!;
  }
  return v;
};

test('the example of every kind is accepted by the schema that validates it', () => {
  const schemas = {
    lots: lotIn,
    runs: runIn,
    measurements: measurementIn,
    'overlay-measurements': overlayMeasurementIn,
    counts: countIn,
    events: eventIn,
    truth: truthIn,
    advice: adviceIn,
  };
  for (const [name, schema] of Object.entries(schemas))
    expect(schema.safeParse(EXAMPLES[name as keyof typeof EXAMPLES]).error, name).toBeUndefined();
});

test('every reference leads somewhere', () => {
  const refs: string[] = [];
  const walk = (v: Json): void => {
    if (Array.isArray(v)) v.forEach(walk);
    else if (v !== null && typeof v === 'object')
      for (const [k, w] of Object.entries(v)) {
        if (k === '$ref' && typeof w === 'string') refs.push(w);
        else walk(w);
      }
  };
  walk(doc);
  expect(refs.length).toBeGreaterThan(20);
  for (const r of refs) expect(at(doc, ...r.replace('#/', '').split('/'))).toBeTypeOf('object');
});

test('every operation has an id of its own, a summary, responses and a known security scheme', () => {
  const ids = new Set<string>();
  let n = 0;
  for (const item of Object.values(at(doc, 'paths') as JsonObject))
    for (const op of Object.values(item as JsonObject)) {
      n++;
      ids.add(String(at(op, 'operationId')));
      expect(String(at(op, 'summary')).length).toBeGreaterThan(3);
      expect(Object.keys(at(op, 'responses') as JsonObject)).toContain('200');
      for (const s of at(op, 'security') as readonly JsonObject[])
        for (const name of Object.keys(s)) expect(at(doc, 'components', 'securitySchemes', name)).toBeTypeOf('object');
      for (const [status, r] of Object.entries(at(op, 'responses') as JsonObject)) {
        expect(String(at(r, 'description')).length).toBeGreaterThan(3);
        if (Number(status) >= 400) expect(Object.keys(at(r, 'content') as JsonObject)).toContain('application/problem+json');
      }
    }
  expect(ids.size).toBe(n);
  expect(doc['openapi']).toBe('3.1.0');
});

test('numeric arrays are described as such and are required', () => {
  const m = at(doc, 'components', 'schemas', 'Measurement');
  expect(at(m, 'properties', 'value')).toMatchObject({ type: 'array', items: { type: ['number', 'null'] }, maxItems: 100_000 });
  expect(at(m, 'properties', 'x')).toMatchObject({ type: 'array', items: { type: 'number' } });
  expect(at(m, 'required')).toEqual(expect.arrayContaining(['key', 'x', 'y', 'value', 'measuredAt']));
  expect(at(m, 'required')).not.toContain('u');
  expect(at(m, 'additionalProperties')).toBe(false);
  expect(at(doc, 'components', 'schemas', 'OverlayMeasurement', 'properties', 'column', 'items')).toEqual({ type: 'integer' });
  expect(JSON.stringify(doc)).not.toContain('"override"');
});

test('the document is plain JSON and survives a round trip', () => {
  expect(JSON.parse(JSON.stringify(doc))).toEqual(doc);
});
