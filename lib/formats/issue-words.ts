import type { z } from 'zod';

/** An issue of a schema with an input. */
type SchemaIssue = z.core.$ZodIssue;

/** The value at the path of an issue; undefined where there is none. */
const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((v, k) => (v === null || v === undefined ? undefined : (v as Record<PropertyKey, unknown>)[k]), root);

/** Most fields that one issue names. */
const MOST_KEYS = 6;

const COUNTED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

function boundWords(issue: SchemaIssue & { code: 'too_small' | 'too_big' }, value: unknown): string {
  const least = issue.code === 'too_small';
  const bound = Number(least ? issue.minimum : issue.maximum);
  const counted = COUNTED[issue.origin];
  if (counted !== undefined) return `needs at ${least ? 'least' : 'most'} ${bound} ${counted[bound === 1 ? 0 : 1]}`;
  const side = issue.inclusive === false ? (least ? 'above' : 'below') : least ? 'at least' : 'at most';
  return `must be ${side} ${bound}${typeof value === 'number' ? `; this is ${value}` : ''}`;
}

/** A value of the wrong type. */
const typeWords = (issue: SchemaIssue & { code: 'invalid_type' }): string =>
  `must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected === 'record' ? 'object' : issue.expected}`;

/** Of the options of a union, the one that matched furthest: its fault says what is really wrong. A union with its own message keeps it. */
function deepest(issue: SchemaIssue, before: readonly PropertyKey[] = []): SchemaIssue {
  const path = [...before, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return { ...issue, path };
  const [best] = issue.errors
    .flatMap((option) => option.slice(0, 1))
    .map((i) => deepest(i, path))
    .sort((a, b) => b.path.length - a.path.length);
  return best ?? { ...issue, path };
}

/** The path of the fault: an unknown field is named itself, not its parent. */
const issuePath = (issue: SchemaIssue): string =>
  [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].map(String).join('.');

/** Most faults reported; an input that is nothing like its schema has one for every field. */
const MOST_FAULTS = 8;

export interface SchemaFault {
  /** "films.0.thicknessNm". */
  readonly path: string;
  readonly message: string;
}

export interface SchemaWords {
  /** Most faults. */
  readonly most?: number;
  /** The owner of the fields and their list: "spc/ewma; fields are values, lambda". */
  readonly fields?: string | undefined;
}

/** What a schema refuses in an input, field by field: the one place where zod's issues become words. @param root - what was checked. */
export const schemaFaults = (
  error: { readonly issues: readonly SchemaIssue[] },
  root: unknown,
  { most = MOST_FAULTS, fields }: SchemaWords = {},
): SchemaFault[] =>
  error.issues.slice(0, most).map((i) => {
    const issue = deepest(i);
    const isUnknown = issue.code === 'unrecognized_keys' && issue.path.length === 0 && fields !== undefined;
    return { path: issuePath(issue), message: isUnknown ? `is not a known field of ${fields}` : issueWords(issue, root) };
  });

/**
 * What is wrong with a value, in words to show beside its field: bounds, whole numbers and missing values in the product's own words, messages of the
 * schema unchanged.
 * @param root - what was checked; the value is read from it.
 */
function issueWords(issue: SchemaIssue, root: unknown): string {
  const value = valueAt(root, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const others = issue.keys.slice(1, MOST_KEYS);
    return `is not a known field${others.length > 0 ? `, nor ${others.length === 1 ? 'is' : 'are'} ${others.join(', ')}` : ''}; leave it out`;
  }
  if (value === undefined && issue.path.length > 0 && (issue.code === 'invalid_union' || issue.code === 'invalid_value'))
    return 'is missing';
  if (issue.code === 'invalid_type') {
    if (issue.expected === 'int') return `must be a whole number; this is ${String(value)}`;
    if (issue.expected === 'number') return value === undefined ? 'is missing' : 'must be a number';
    return value === undefined || value === null ? 'is missing' : typeWords(issue);
  }
  if ((issue.code === 'too_small' || issue.code === 'too_big') && !/^Too (small|big)/.test(issue.message)) return issue.message;
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1) return 'is missing';
  return issue.code === 'too_small' || issue.code === 'too_big' ? boundWords(issue, value) : issue.message;
}
