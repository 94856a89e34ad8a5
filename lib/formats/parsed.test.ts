import { expect, test } from 'vitest';
import { z } from 'zod';
import { schemaFaults } from './issue-words';
import { parsed, parsedQuery } from './parsed';
import { reasonIn } from './reason';
import { name, recordIdIn, recordKey, time } from './scalars';
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

test('a fault is told in our words, whatever the schema refuses', () => {
  const ways = z.discriminatedUnion('do', [z.object({ do: z.literal('close') }), z.object({ do: z.literal('reopen') })]);
  const cases: readonly [z.ZodType, unknown, string][] = [
    [ways, { do: 'shut' }, 'must be "close" or "reopen"'],
    [ways, {}, 'is missing'],
    [z.enum(['a', 'b', 'c']), 'd', 'must be "a", "b" or "c"'],
    [z.literal(1), 2, 'must be 1'],
    [z.email(), 'ana', 'must be an e-mail address, such as ana@fab.example'],
    [z.url(), 'fab', 'must be an address, such as https://fab.example/hook'],
    [z.uuid(), 'x', 'must be an id, a UUID'],
    [z.iso.datetime({ offset: true }), 'noon', 'must be a time in ISO 8601 with zone, such as 2026-11-23T17:05:00Z'],
    [z.record(z.string().min(2), z.number()), { a: 1 }, 'its name needs at least 2 characters'],
    [z.array(z.number()).length(2), [1], 'needs 2 entries'],
    [z.number().multipleOf(3), 4, 'must be a multiple of 3'],
    [z.int(), 1.5, 'must be a whole number; this is 1.5'],
    [z.number().min(1), 0, 'must be at least 1; this is 0'],
    [z.string().startsWith('q'), 'x', 'is nothing that may stand here'],
    [recordIdIn('alert'), 'x', 'must be the id of an alert'],
    [recordIdIn('user'), 'x', 'must be the id of a user'],
    [z.string('is said in letters'), 7, 'is said in letters'],
  ];
  for (const [field, value, words] of cases)
    expect(said(() => parsed(z.object({ field }), { field: value }))).toMatch(new RegExp(`^field[\\w.]*: ${words}$`));
});

test('a field has one fault, the first', () => {
  const faults = (schema: z.ZodType, value: unknown) =>
    schemaFaults(schema.safeParse(value).error!, value).map((f) => `${f.path}: ${f.message}`);
  expect(faults(z.object({ a: name, b: name }), { a: '', b: ' ' })).toEqual(['a: is missing', 'b: has no visible character']);
  expect(faults(z.object({ at: time }), { at: 'noon' })).toEqual([
    'at: must be a time in ISO 8601 with zone, at most nine decimals of a second, e.g. 2026-11-23T17:05:00Z',
  ]);
});

test.each([
  [undefined, 'is missing'],
  [7, 'must be a string'],
  ['2026-02-30T00:00:00Z', 'names a day or a time of day that does not exist'],
  ['2026-02-03T00:00:00+15:00', 'has a zone that does not exist; zones lie between -14:00 and +14:00'],
  ['2026-02-03T00:00:00+24:00', 'has a zone that does not exist; zones lie between -14:00 and +14:00'],
  ['2260-02-03T00:00:00Z', 'must lie in the years 1970 to 2199'],
])('the time %j %s', (at, words) => {
  expect(said(() => parsed(z.object({ at: time }), { at }))).toBe(`at: ${words}`);
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

test('texts that the database cannot keep are refused wherever they stand, by their field', () => {
  const schema = z.object({ body: z.object({ list: z.array(z.object({ text: z.string() })) }), numbers: z.array(z.number()) });
  const of = (text: string) => ({ body: { list: [{ text: 'fine 𝒳' }, { text }] }, numbers: [1] });
  expect(parsed(schema, of('also fine'))).toEqual(of('also fine'));
  expect(said(() => parsed(schema, of('a\0b')))).toMatch(/^body\.list\.1\.text: holds the character U\+0000/);
  expect(said(() => parsed(schema, of('a\ud800b'), { body: 'body' }))).toMatch(/^list\.1\.text: holds half of a surrogate pair/);
});
