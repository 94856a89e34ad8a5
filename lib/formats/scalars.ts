import { z } from 'zod';
import { isVisible } from '@/lib/errors/visible';
import { withArticle } from './issue-words';

/** Far beyond any number of the field: squares and sums of larger numbers, and squares of the smallest, would leave the range of a double. */
export const MOST_MAGNITUDE = 1e100;
export const LEAST_MAGNITUDE = 1e-100;
const INT4 = 2 ** 31 - 1;
const EARLIEST_YEAR = 1970;
const LATEST_YEAR = 2199;
/** Time zones range from -12:00 to +14:00. */
const FURTHEST_ZONE_MIN = 14 * 60;

/** Why a text cannot be stored; `null` when it can. The database has no U+0000, and an unpaired surrogate is not a character. */
export function textFault(v: string): string | null {
  if (v.includes('\u0000')) return 'holds the character U+0000, which cannot be kept; leave it out';
  return /\p{Surrogate}/u.test(v) ? 'holds half of a surrogate pair, which is no character; send well-formed text' : null;
}

const plainText = (v: string, ctx: z.RefinementCtx): void => {
  const fault = textFault(v);
  if (fault !== null) ctx.addIssue({ code: 'custom', message: fault });
};

/** Text of `min` to `max` characters that can be stored. */
export const text = (min: number, max: number) => z.string().min(min).max(max).superRefine(plainText);

/** Why a text is not a name; `null` when it is. Names are looked up, compared and shown: invisible characters would make two names look alike. */
function nameFault(v: string): string | null {
  if (textFault(v) !== null) return null; // reported already
  if (!isVisible(v)) return 'has no visible character';
  return UNSEEN.test(v)
    ? 'holds a control character, a break, a byte-order mark or one that turns the direction of writing; leave it out'
    : null;
}

/** Control characters, line and paragraph separators, the byte-order mark, and characters that embed, override or isolate a writing direction. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\uFEFF\u202A-\u202E\u2066-\u2069]/u;

function nameLike(v: string, ctx: z.RefinementCtx): void {
  const fault = nameFault(v);
  if (fault !== null) ctx.addIssue({ code: 'custom', message: fault });
}

/** The name of something registered. */
export const name = text(1, 120).superRefine(nameLike);

/** The id of a record of ours, of whatever version of UUID: those of lots are hashes. @param what - "loop". */
export const recordIdIn = (what: string) => z.guid(`must be the id of ${withArticle(what)}`);

/** The sender's own key of a record: it is compared and shown like a name. */
export const recordKey = text(1, 200).superRefine(nameLike);

/** A number within ±1e100. */
export const real = z.number().min(-MOST_MAGNITUDE).max(MOST_MAGNITUDE);

/** A number to store: 0, or 1e-100 or more in magnitude. */
export const num = real.refine(
  (v) => v === 0 || Math.abs(v) >= LEAST_MAGNITUDE,
  `must be 0, or ${LEAST_MAGNITUDE} or more in magnitude`,
);

/** Beyond this angle of incidence, degrees, the normal component of the wave vector is lost in rounding. */
const GRAZING_DEG = 89.9999;

/** Angle of incidence from the normal, degrees. */
export const incidenceDeg = num
  .min(0)
  .lt(90)
  .max(
    GRAZING_DEG,
    `must be at most ${GRAZING_DEG}: beyond it a wave grazes the surface and cannot be told from one that runs along it`,
  );

/** A whole number that fits a 32-bit column. */
export const int = z.int().min(-INT4).max(INT4);
export const INT_LIMITS = { lowest: -INT4, highest: INT4 } as const;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-](\d\d):(\d\d))$/;

/** Why a text is no time, in its form or its zone; `null` when it may be one. */
function timeFault(v: string): string | null {
  const parts = TIME.exec(v);
  if (parts === null) return 'must be a time in ISO 8601 with zone, at most nine decimals of a second, e.g. 2026-11-23T17:05:00Z';
  const zone = 60 * Number(parts[1] ?? 0) + Number(parts[2] ?? 0);
  if (zone > FURTHEST_ZONE_MIN || Number(parts[2] ?? 0) > 59)
    return 'has a zone that does not exist; zones lie between -14:00 and +14:00';
  return null;
}

function yearFault(v: string): string | null {
  const year = new Date(v).getUTCFullYear();
  return year >= EARLIEST_YEAR && year <= LATEST_YEAR ? null : `must lie in the years ${EARLIEST_YEAR} to ${LATEST_YEAR}`;
}

/**
 * ISO 8601 with zone; day and zone exist, and the year is plausible. Truncated to whole milliseconds here, once, so that every reader and the
 * database mean the same time.
 */
export const time = z.iso
  .datetime({
    offset: true,
    abort: true,
    error: ({ code, input }) =>
      code === 'invalid_type' ? undefined : (timeFault(String(input)) ?? 'names a day or a time of day that does not exist'),
  })
  .superRefine((v, ctx) => {
    const fault = timeFault(v) ?? yearFault(v);
    if (fault !== null) ctx.addIssue({ code: 'custom', message: fault });
  })
  .overwrite((v) => v.replace(/(\.\d{3})\d+/, '$1'))
  .meta({ description: 'ISO 8601 with zone, e.g. 2026-11-23T17:05:00Z; kept to the millisecond, finer decimals are cut' });

/** No two items of a list have the same key. `path` leads from the list to the field that repeats. */
export function unique<T>(keyOf: (item: T) => string, field: string) {
  return (list: readonly T[], ctx: z.RefinementCtx): void => {
    const first = new Map<string, number>();
    for (const [i, item] of list.entries()) {
      const key = keyOf(item);
      const before = first.get(key);
      if (before === undefined) first.set(key, i);
      else
        ctx.addIssue({
          code: 'custom',
          path: field === '' ? [i] : [i, field],
          message: `repeats entry ${before}; send each once`,
        });
    }
  };
}

/** JSON schema of numbers by name. */
export const NAMED_NUMBERS = { type: 'object', additionalProperties: { type: 'number' } } as const;

/** Keys that reach the prototype of an object instead of the object. */
const PROTOTYPE = ['__proto__', 'constructor', 'prototype'];

/** Numbers by name. Names that would reach a prototype are refused, not dropped. */
export const namedNumbers = z
  .custom<Record<string, number>>()
  .superRefine((v, ctx) => {
    if (typeof v !== 'object' || v === null) return;
    for (const field of PROTOTYPE)
      if (Object.hasOwn(v, field))
        ctx.addIssue({ code: 'custom', path: [field], message: 'is not the name of a parameter; leave it out' });
  })
  .pipe(z.record(name, num));
