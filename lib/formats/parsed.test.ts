import { expect, test } from 'vitest';
import { z } from 'zod';
import { parsed, parsedQuery } from './parsed';
import { name, recordKey } from './scalars';
import { batchQuery } from './wire';

const said = (work: () => unknown): string => {
  try {
    work();
  } catch (e) {
    return (e as Error).message;
  }
  return 'nothing';
};

test('a field that is not known is named itself, wherever it stands', () => {
  const schema = z.strictObject({ a: z.number(), inner: z.strictObject({ b: z.number().optional() }).optional() });
  expect(said(() => parsed(schema, { a: 1, cursor: 2 }))).toBe('cursor: is not a known field; leave it out');
  expect(said(() => parsed(schema, { a: 1, inner: { c: 1, d: 2 } }))).toBe(
    'inner.c: is not a known field, nor is d; leave it out',
  );
  expect(said(() => parsed(schema, { x: 'y' }))).toMatch(/^a: is missing/);
});

test('a query parameter is told as one', () => {
  expect(said(() => parsedQuery(batchQuery, { mod: 'atomic' }))).toBe('query parameter mod: is not known; leave it out');
  expect(said(() => parsedQuery(batchQuery, { mode: 'all' }))).toBe('query parameter mode: must be "partial" or "atomic"');
  expect(parsedQuery(batchQuery, {})).toEqual({});
});

test.each(['   ', '\u00a0', 'run\n1', 'run\u202e1', '\ufeffrun 1', 'run\u2028 1', '\u200b', 'run\u00001'])(
  'a key or name that cannot be told from others by eye is refused: %j',
  (text) => {
    expect(recordKey.safeParse(text).success).toBe(false);
    expect(name.safeParse(text).success).toBe(false);
  },
);

test('keys of senders in any writing are kept as they are', () => {
  for (const key of ['run 1/2', 'Los-µ-17', '批次·3', 'مرحله', 'a'.repeat(200)]) expect(recordKey.parse(key)).toBe(key);
  expect(recordKey.safeParse('a'.repeat(201)).success).toBe(false);
});
