/** Matches every text, also none. */
export const EVERYTHING = '*';

export type Patterns = readonly string[];

const compiled = new Map<string, RegExp>();
const COMPILED_MOST = 10_000;

function regexOf(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(
    `^${pattern
      .split('*')
      .map((p) => p.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
  if (compiled.size >= COMPILED_MOST) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

export const isWild = (pattern: string): boolean => pattern.includes('*');

/** Whether patterns (any of them) match a text; `null`, a value that is not there, is matched by "*" alone. */
export const matches = (patterns: Patterns, text: string | null): boolean =>
  text === null ? isOpen(patterns) : patterns.some((p) => (isWild(p) ? regexOf(p).test(text) : p === text));

/** Whether they let everything through. */
export const isOpen = (patterns: Patterns): boolean => patterns.includes(EVERYTHING);

/** The one name that they let through; null where they may let several through. */
export const only = (patterns: Patterns): string | null => (patterns.length === 1 && !isWild(patterns[0]!) ? patterns[0]! : null);
