/** Texts and numbers that no record should hold, and how to put them into every place of a sample. */
export const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udc00',
  '\ud800\ud800',
  '\u2028',
  '\ufeff',
  '\u202e',
  '💥',
  'é'.repeat(119),
  'x'.repeat(121),
  'x'.repeat(201),
  'x'.repeat(5000),
  "'; DROP TABLE run; --",
  '\\',
  '{}',
  'null',
  'NaN',
  '__proto__',
  'constructor',
  '../../etc',
  '%00',
  '2026-09-01T03:00:00+23:59',
  '2026-09-01T03:00:00-23:59',
  '2026-09-01T03:00:00+15:30',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2026-02-30T00:00:00Z',
  '2026-09-01T03:00:60Z',
  `2026-09-01T03:00:00.${'1'.repeat(200)}Z`,
  '+275760-09-13T00:00:00Z',
  '2026-09-01',
  '1e308',
  '00000000-0000-0000-0000-000000000000',
];
export const ODD_NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  25,
  26,
  32_767,
  32_768,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  1e15,
  1e22,
  1e99,
  1e101,
  1e154,
  1e300,
  -1e300,
  1e308,
  -1e308,
  Number.MAX_VALUE,
  5e-324,
  1e-300,
  1e-154,
  Number.EPSILON,
];

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Path = readonly (string | number)[];

/** Paths of all texts and numbers of a sample; of a list of one kind the first two items. */
export function leaves(v: Json, path: Path = []): { path: Path; kind: 'text' | 'number' }[] {
  if (typeof v === 'string') return [{ path, kind: 'text' }];
  if (typeof v === 'number') return [{ path, kind: 'number' }];
  if (Array.isArray(v)) return v.slice(0, 2).flatMap((item, i) => leaves(item, [...path, i]));
  return v === null || typeof v !== 'object' ? [] : Object.entries(v).flatMap(([k, w]) => leaves(w, [...path, k]));
}

/** A copy of the sample with another value at a path. */
export function withValue(v: Json, path: Path, value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(v)) return v.map((w, i) => (i === key ? withValue(w, rest, value) : w));
  return Object.fromEntries(Object.entries(v as object).map(([k, w]) => [k, k === key ? withValue(w as Json, rest, value) : w]));
}

/** Paths of fields that a JSON schema has, with `*` for items and keys; unions are followed in every branch. */
export function fieldsOf(schema: unknown, path: readonly string[] = []): string[] {
  const s = schema as Record<string, unknown>;
  const branches = [
    ...((s['anyOf'] as unknown[]) ?? []),
    ...((s['oneOf'] as unknown[]) ?? []),
    ...((s['allOf'] as unknown[]) ?? []),
  ];
  if (branches.length > 0) return [...new Set(branches.flatMap((b) => fieldsOf(b, path)))];
  if (s['type'] === 'object') {
    const props = Object.entries((s['properties'] as object) ?? {}).flatMap(([k, w]) => fieldsOf(w, [...path, k]));
    return typeof s['additionalProperties'] === 'object'
      ? [...props, ...fieldsOf(s['additionalProperties'], [...path, '*'])]
      : props;
  }
  if (s['type'] === 'array') return fieldsOf(s['items'], [...path, '*']);
  return [path.join('.')];
}
