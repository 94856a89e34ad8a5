import { AppError } from '@/lib/errors';

/**
 * Refuses a result with an undefined number (0/0, beyond the range of doubles), which would be sent as a bare `null` in a success. A `null` from the
 * function itself says that there is no such value; NaN is allowed only where the input has a gap, or where the function declares it.
 * @param open - paths of the result (`*` for any index or key) that may be NaN or infinite by design.
 * @throws AppError `out_of_domain` naming the path.
 */
export function requireMeaning(path: string, result: unknown, open: readonly string[] = []): void {
  const patterns = open.map((p) => p.split('.'));
  const isOpen = (at: readonly string[]): boolean =>
    patterns.some((p) => p.length <= at.length && p.every((part, k) => part === '*' || part === at[k]));
  const at: string[] = [];
  const walk = (v: unknown): void => {
    if (typeof v === 'number') {
      if (!Number.isFinite(v) && !isOpen(at))
        throw new AppError(
          'out_of_domain',
          `${path}: ${at.join('.')} is not determined by this input (${Number.isNaN(v) ? '0/0 or nothing measured' : 'beyond any limit'}); check the values for what does not vary, repeats or is missing`,
          { field: at.join('.') },
        );
      return;
    }
    if (v === null || typeof v !== 'object') return;
    if (ArrayBuffer.isView(v)) {
      const numbers = v as unknown as ArrayLike<number>;
      for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i]!)) step(String(i), numbers[i]!);
      return;
    }
    if (Array.isArray(v)) {
      v.forEach((w: unknown, i) => {
        if (!Number.isFinite(w)) step(String(i), w);
      });
      return;
    }
    const entries = v instanceof Map ? v.entries() : named(v);
    for (const [key, w] of entries) step(String(key), w);
  };
  const step = (key: string, v: unknown): void => {
    at.push(key);
    walk(v);
    at.pop();
  };
  walk(result);
}

/** Every field of an object, getters included. */
function* named(v: object): Generator<[string, unknown]> {
  for (const key in v) yield [key, (v as Record<string, unknown>)[key]];
}
