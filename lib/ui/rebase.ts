type Group = Readonly<Record<string, unknown>>;

const isSet = (v: unknown): v is ReadonlySet<unknown> => v instanceof Set;
const isList = (v: unknown): v is readonly unknown[] => Array.isArray(v);
const isGroup = (v: unknown): v is Group => typeof v === 'object' && v !== null && !isSet(v) && !isList(v);
const keysOf = (...groups: readonly Group[]): string[] => [...new Set(groups.flatMap(Object.keys))];

/** Do two contents of one form mean the same? */
export function sameContent(a: unknown, b: unknown): boolean {
  if (isSet(a) && isSet(b)) return a.size === b.size && [...a].every((v) => b.has(v));
  if (isList(a) && isList(b)) return a.length === b.length && a.every((v, i) => sameContent(v, b[i]));
  if (isGroup(a) && isGroup(b)) return keysOf(a, b).every((k) => sameContent(a[k], b[k]));
  return Object.is(a, b);
}

const nameOf = (v: unknown): string | undefined => {
  const name = isGroup(v) ? v['name'] : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
};

/**
 * Are the entries at one place of three lists one thing? Those of one name are. A renamed entry may be the same thing or another,
 * and of entries without a name nobody knows: they pass where at most one side changed them.
 */
function isAligned(typed: readonly unknown[], was: readonly unknown[], now: readonly unknown[]): boolean {
  if (typed.length !== was.length || now.length !== was.length) return false;
  const names = was.map(nameOf);
  return was.every((w, i) => {
    const [t, n] = [typed[i], now[i]];
    const own = [nameOf(t), nameOf(n)];
    if (names[i] !== undefined && own.every((name) => name === names[i])) return true;
    return sameContent(t, w) || sameContent(n, w) || sameContent(t, n);
  });
}

/** Items of different kinds share no fields with the same meaning. */
const isOneKind = (...groups: readonly Group[]): boolean => new Set(groups.map((g) => g['kind'])).size === 1;

/** @param both - collects the paths that both changed to different values. */
function merged(typed: unknown, was: unknown, now: unknown, path: string, both: string[]): unknown {
  const below = (k: string | number): string => (path === '' ? String(k) : `${path}.${k}`);
  if (isSet(typed) && isSet(was) && isSet(now))
    return new Set([...now, ...[...typed].filter((v) => !was.has(v))].filter((v) => typed.has(v) || !was.has(v)));
  if (isList(typed) && isList(was) && isList(now) && isAligned(typed, was, now))
    return typed.map((v, i) => merged(v, was[i], now[i], below(i), both));
  if (isGroup(typed) && isGroup(was) && isGroup(now) && isOneKind(typed, was, now))
    return Object.fromEntries(
      keysOf(typed, was, now)
        .map((k) => [k, merged(typed[k], was[k], now[k], below(k), both)] as const)
        .filter(([, v]) => v !== undefined),
    );
  if (sameContent(typed, was)) return now;
  if (!sameContent(now, was) && !sameContent(typed, now)) both.push(path);
  return typed;
}

/**
 * Carries a form over to another version: typed values stay, all else becomes that of the new version; in a set, additions and removals stay. Lists
 * are merged entry by entry where their entries are the same items; other lists, and items of another kind, count as typed or untyped as a whole.
 * @param typed - the content of the form. @param was - its content before anything was typed. @param now - its untouched content over the new version.
 */
export const rebased = <T>(typed: T, was: T, now: T): T => merged(typed, was, now, '', []) as T;

/** Paths that both changed, to different values: the typed value stays and undoes the other's change. */
export function clashes<T>(typed: T, was: T, now: T): string[] {
  const both: string[] = [];
  merged(typed, was, now, '', both);
  return both;
}

/** A form over a version. */
export interface Form<L, D> {
  /** Changes with the version in force. */
  readonly key: string | number;
  /** The version it is based on. */
  readonly base: L;
  readonly draft: D;
}

/** The version in force now. */
export interface Live<L, D> {
  readonly key: string | number;
  readonly live: L;
  /** The content of an untouched form over a version. */
  readonly textsOf: (version: L) => D;
}

/** An untouched form. */
export const begun = <L, D>({ key, live, textsOf }: Live<L, D>): Form<L, D> => ({ key, base: live, draft: textsOf(live) });

/** The same form over the version in force now. */
export const followed = <L, D>(f: Form<L, D>, { key, live, textsOf }: Live<L, D>): Form<L, D> => ({
  key,
  base: live,
  draft: rebased(f.draft, textsOf(f.base), textsOf(live)),
});

/** Must its author carry the form over before it can be sent: it is based on an older version, something was typed, and it would look different? */
export function isBehind<L, D>(f: Form<L, D>, { key, live, textsOf }: Live<L, D>): boolean {
  if (f.key === key) return false;
  const [was, now] = [textsOf(f.base), textsOf(live)];
  return !sameContent(f.draft, was) && !sameContent(was, now) && !sameContent(f.draft, now);
}

/**
 * The next state of a form: it stays with its version, follows by itself where it is not behind, or restarts from the version that its own submission
 * made.
 * @param isOwn - whether the version in force is the result of what was sent; null: nothing was sent.
 */
export function goesOn<L, D>(f: Form<L, D>, by: Live<L, D>, isOwn: ((version: L) => boolean) | null): Form<L, D> {
  if (f.key === by.key) return f;
  if (isOwn?.(by.live)) return begun(by);
  return isBehind(f, by) ? f : followed(f, by);
}
