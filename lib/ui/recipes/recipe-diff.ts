import type { MetrologyRecipe } from '@/lib/recipes';
import { fieldWord } from './field-words';

/** A field that differs, in words. */
export interface RecipeChange {
  label: string;
  from: string;
  to: string;
}

/** List entries keyed by name where they have one: a film that was moved is the same film. */
function keyed(list: readonly unknown[]): Map<string, unknown> {
  const out = new Map<string, unknown>();
  for (const [i, v] of list.entries()) {
    const name = (v as { name?: unknown } | null)?.name;
    const key = typeof name === 'string' && name !== '' && !out.has(name) ? name : String(i + 1);
    out.set(key, v);
  }
  return out;
}

const text = (v: unknown): string => {
  if (v === undefined) return 'absent';
  if (v === null) return 'none';
  if (typeof v === 'number') return Number.isFinite(v) ? String(v).replace('-', '−') : '?';
  if (typeof v !== 'object') return String(v);
  const { name, kind } = v as { name?: string; kind?: string };
  return kind === 'library' ? `${name}` : (name ?? kind ?? (Array.isArray(v) ? `${v.length} entries` : 'set'));
};

const isBranch = (v: unknown): v is object => typeof v === 'object' && v !== null;
const kindOf = (v: object): unknown => (v as { kind?: unknown }).kind;

/** The fields in which two recipes differ, in the order of the editor. */
export function recipeDifference(from: MetrologyRecipe, to: MetrologyRecipe): RecipeChange[] {
  const changes: RecipeChange[] = [];
  const compare = (a: unknown, b: unknown, label: string): void => {
    if (Object.is(a, b)) return;
    if (Array.isArray(a) && Array.isArray(b)) {
      const [x, y] = [keyed(a), keyed(b)];
      for (const key of new Set([...x.keys(), ...y.keys()])) compare(x.get(key), y.get(key), `${label} ${key}`);
      const kept = [...x.keys()].filter((k) => y.has(k));
      const now = [...y.keys()].filter((k) => x.has(k));
      if (kept.join('\n') !== now.join('\n'))
        changes.push({ label: `${label} order`, from: kept.join(', '), to: now.join(', ') });
      return;
    }
    // Objects of different kinds share no fields with the same meaning.
    if (!isBranch(a) || !isBranch(b) || Array.isArray(a) || Array.isArray(b) || kindOf(a) !== kindOf(b)) {
      const [was, is] = [text(a), text(b)];
      changes.push({ label: label.trim(), from: was, to: was === is ? `another ${is}` : is });
      return;
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      compare((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${label} ${fieldWord(key)}`.trim());
    }
  };
  compare(from, to, '');
  return changes;
}
