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
  if (issue.origin === 'string' && least && bound === 1) return 'is missing';
  if (counted !== undefined)
    return `needs ${issue.exact ? '' : `at ${least ? 'least' : 'most'} `}${bound} ${counted[bound === 1 ? 0 : 1]}`;
  const side = issue.inclusive === false ? (least ? 'above' : 'below') : least ? 'at least' : 'at most';
  return `must be ${side} ${bound}${typeof value === 'number' ? `; this is ${value}` : ''}`;
}

/** "an alert", "a user". */
export const withArticle = (noun: string): string => `${/^(?:[aeio]|u(?!s|ni))/.test(noun) ? 'an' : 'a'} ${noun}`;

/** A value of another type than asked for. */
const typeWords = (issue: SchemaIssue & { code: 'invalid_type' }): string =>
  `must be ${withArticle(issue.expected === 'record' ? 'object' : issue.expected)}`;

/** Which values a field takes. */
function choiceWords(values: readonly unknown[]): string {
  const words = values.map((v) => JSON.stringify(v));
  return `must be ${words.length < 2 ? '' : `${words.slice(0, -1).join(', ')} or `}${words.at(-1)}`;
}

/** Texts of a form, by zod's name of it. */
const FORM: Readonly<Record<string, string>> = {
  email: 'must be an e-mail address, such as ana@fab.example',
  url: 'must be an address, such as https://fab.example/hook',
  guid: 'must be an id, a UUID',
  uuid: 'must be an id, a UUID',
  datetime: 'must be a time in ISO 8601 with zone, such as 2026-11-23T17:05:00Z',
};

/** Words that zod has made itself: a schema that was given a message has none of them. */
const ZODS_OWN = /^(?:Invalid |Too small: |Too big: )/;

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

/**
 * What a schema refuses of an input, the first fault of each field: the one place where what zod says becomes words.
 * @param root - what was checked.
 */
export function schemaFaults(
  error: { readonly issues: readonly SchemaIssue[] },
  root: unknown,
  { most = MOST_FAULTS, fields }: SchemaWords = {},
): SchemaFault[] {
  const faults = new Map<string, SchemaFault>();
  for (const i of error.issues) {
    const issue = deepest(i);
    const path = issuePath(issue);
    if (faults.has(path)) continue;
    const isUnknown = issue.code === 'unrecognized_keys' && issue.path.length === 0 && fields !== undefined;
    faults.set(path, {
      path,
      message: isUnknown ? `is not a known field of ${fields}` : issueWords(issue, valueAt(root, issue.path)),
    });
    if (faults.size === most) break;
  }
  return [...faults.values()];
}

/** What is wrong with a value, in words for beside its field; what a schema was given a message for, as it stands. */
function issueWords(issue: SchemaIssue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const others = issue.keys.slice(1, MOST_KEYS);
    return `is not a known field${others.length > 0 ? `, nor ${others.length === 1 ? 'is' : 'are'} ${others.join(', ')}` : ''}; leave it out`;
  }
  if (value === undefined && issue.path.length > 0 && (issue.code === 'invalid_union' || issue.code === 'invalid_value'))
    return 'is missing';
  if (
    issue.code === 'invalid_type' &&
    issue.expected !== 'int' &&
    (value === undefined || (value === null && issue.expected !== 'number'))
  )
    return 'is missing';
  return ZODS_OWN.test(issue.message) ? ownWords(issue, value) : issue.message;
}

/** Our words in place of zod's. */
function ownWords(issue: SchemaIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? `must be a whole number; this is ${String(value)}` : typeWords(issue);
    case 'too_small':
    case 'too_big':
      return boundWords(issue, value);
    case 'invalid_value':
      return choiceWords(issue.values);
    case 'invalid_union':
      return 'options' in issue ? choiceWords(issue.options as unknown[]) : NONE_OF_THEM;
    case 'invalid_format':
      return FORM[issue.format] ?? NONE_OF_THEM;
    case 'invalid_key':
      return `its name ${issueWords(issue.issues[0]!, issue.path.at(-1))}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    default:
      return NONE_OF_THEM;
  }
}

const NONE_OF_THEM = 'is nothing that may stand here';
