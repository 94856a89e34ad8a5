import { expect, test } from 'vitest';
import { z } from 'zod';
import { parsed, parsedQuery } from './parsed';
import { reasonIn } from './reason';
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

test('what a form fills in is told by its own fields; of a union the option that came furthest', () => {
  const material = z.union([z.string(), z.strictObject({ kind: z.literal('cauchy'), a: z.number() })]);
  const schema = z.strictObject({ id: z.uuid(), draft: z.strictObject({ film: material, note: z.string().max(3).optional() }) });
  const id = '11111111-1111-4111-8111-111111111111';
  const ask = (draft: unknown) => said(() => parsed(schema, { id, draft }, { body: 'draft', names: { note: 'Note' } }));
  expect(ask({ film: { kind: 'cauchy' } })).toBe('film.a: is missing');
  expect(ask({ film: 'air', note: 'long' })).toBe('Note: needs at most 3 characters');
  expect(ask({})).toBe('film: is missing');
  expect(ask(7)).toBe('draft: must be an object');
});

test('a reason is trimmed, and refused in the words of every dialog', () => {
  const schema = z.strictObject({ reason: reasonIn });
  expect(parsed(schema, { reason: '  new focus ring ' })).toEqual({ reason: 'new focus ring' });
  for (const bad of ['', 'abcd', '     ', undefined, 7, null])
    expect(said(() => parsed(schema, { reason: bad }))).toBe('reason: Say why, in at least 5 characters.');
  expect(said(() => parsed(schema, {}))).toMatch(/^reason: Say why/);
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
