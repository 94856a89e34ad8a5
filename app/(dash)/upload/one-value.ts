import type { CsvField, CsvMapping } from '@/lib/services/csv';

/** What a typed value for the whole file is mapped to; nothing while it is blank. */
export function constantSource(typed: string): CsvMapping[CsvField] {
  const v = typed.trim();
  return v === '' ? undefined : { constant: v };
}

/** Only the newest of several questions is answered on screen, in whichever order the answers come. */
export function newestOnly(): <T>(ask: () => Promise<T>) => Promise<T | null> {
  let last = 0;
  return async (ask) => {
    const mine = ++last;
    try {
      const answer = await ask();
      return mine === last ? answer : null;
    } catch (e) {
      if (mine === last) throw e;
      return null;
    }
  };
}
