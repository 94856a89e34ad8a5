import type { z } from 'zod';

/** What a schema says of an input. */
export type SchemaIssue = z.core.$ZodIssue;

/** The value at the path of an issue; undefined where there is none. */
const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((v, k) => (v === null || v === undefined ? undefined : (v as Record<PropertyKey, unknown>)[k]), root);

/** Fields that one issue names. */
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

/** A value of another type than asked for. */
const typeWords = (issue: SchemaIssue & { code: 'invalid_type' }): string =>
  `must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected === 'record' ? 'object' : issue.expected}`;

/** Where the fault is: a field that is not known is named itself, not what holds it. */
export const issuePath = (issue: SchemaIssue): string =>
  [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].map(String).join('.');

/**
 * What is wrong with a value, in words for beside its field: bounds, whole numbers and missing values in the product's own words, what a schema was given a
 * message for as it stands.
 * @param root - what was checked; the value is read from it.
 */
export function issueWords(issue: SchemaIssue, root: unknown): string {
  const value = valueAt(root, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const others = issue.keys.slice(1, MOST_KEYS);
    return `is not a known field${others.length > 0 ? `, nor ${others.length === 1 ? 'is' : 'are'} ${others.join(', ')}` : ''}; leave it out`;
  }
  if (issue.code === 'invalid_type') {
    if (issue.expected === 'int') return `must be a whole number; this is ${String(value)}`;
    if (issue.expected === 'number') return value === undefined ? 'is missing' : 'must be a number';
    return value === undefined || value === null ? 'is missing' : typeWords(issue);
  }
  if ((issue.code === 'too_small' || issue.code === 'too_big') && !/^Too (small|big)/.test(issue.message)) return issue.message;
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1) return 'is missing';
  return issue.code === 'too_small' || issue.code === 'too_big' ? boundWords(issue, value) : issue.message;
}
