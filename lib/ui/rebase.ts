/** What a form may hold: texts, switches, sets of choices, and groups of them. */
type Held = string | number | boolean | null | ReadonlySet<unknown> | { readonly [key: string]: Held };

const isSet = (v: unknown): v is ReadonlySet<unknown> => v instanceof Set;
const isGroup = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !isSet(v);

/** Do two contents of one form say the same? */
export function sameContent(a: unknown, b: unknown): boolean {
  if (isSet(a) && isSet(b)) return a.size === b.size && [...a].every((v) => b.has(v));
  if (isGroup(a) && isGroup(b)) return Object.keys(a).every((k) => sameContent(a[k], b[k]));
  return Object.is(a, b);
}

/**
 * A form over another version: what was typed stays, all else becomes that of the new version; of a set, what was added and taken out.
 * @param typed - what the form holds. @param was - what it held before anything was typed. @param now - what it would hold of the new version.
 */
export function rebased<T>(typed: T, was: T, now: T): T;
export function rebased(typed: Held, was: Held, now: Held): Held {
  if (isSet(typed) && isSet(was) && isSet(now))
    return new Set([...now, ...[...typed].filter((v) => !was.has(v))].filter((v) => typed.has(v) || !was.has(v)));
  if (isGroup(typed) && isGroup(was) && isGroup(now))
    return Object.fromEntries(Object.keys(typed).map((k) => [k, rebased(typed[k], was[k], now[k])])) as Held;
  return Object.is(typed, was) ? now : typed;
}

/** A form over a version. */
export interface Form<L, D> {
  /** Changes with the version in force. */
  readonly key: string | number;
  /** The version that it was begun from. */
  readonly base: L;
  readonly draft: D;
}

/** The same form over the version in force by now. @param textsOf - what a form holds of a version before anything is typed. */
export const followed = <L, D>(f: Form<L, D>, key: string | number, live: L, textsOf: (version: L) => D): Form<L, D> => ({
  key,
  base: live,
  draft: rebased(f.draft, textsOf(f.base), textsOf(live)),
});

/**
 * How a form stands to the version in force: of it; over an older one, and `free` to follow because nothing was typed, or it would show the
 * same or already does; or `behind`, so that its author has to know before it is sent.
 */
export function standing<L, D>(
  f: Form<L, D>,
  key: string | number,
  live: L,
  textsOf: (version: L) => D,
): 'of it' | 'free' | 'behind' {
  if (f.key === key) return 'of it';
  const was = textsOf(f.base);
  const now = textsOf(live);
  return [
    [f.draft, was],
    [was, now],
    [f.draft, now],
  ].some(([a, b]) => sameContent(a, b))
    ? 'free'
    : 'behind';
}
