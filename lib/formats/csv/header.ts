import { guessMapping } from './fields';
import { cellTime, isLocalDay } from './times';

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The delimiter that splits the first line into most cells. */
export function findDelimiter(text: string): string {
  const first =
    text
      .slice(0, 10_000)
      .split(/\r?\n/)
      .find((l) => l.trim() !== '') ?? '';
  const unquoted = first.replace(/"[^"]*"/g, '');
  let best: string = ',';
  let most = 0;
  for (const d of DELIMITERS) {
    const n = unquoted.split(d).length - 1;
    if (n > most) {
      most = n;
      best = d;
    }
  }
  return best;
}

const HEADER_WITHIN = 64;
const LOOKED_AT = 256;

/** Lines of a text, counted as editors do, without the byte-order mark. */
export const linesOf = (text: string, most: number): string[] => text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/, most);

const cellsOf = (line: string, delimiter: string): string[] => {
  const out = [''];
  let quoted = false;
  for (const c of line) {
    if (c === '"') quoted = !quoted;
    else if (c === delimiter && !quoted) out.push('');
    else out[out.length - 1] += c;
  }
  return out.map((c) => c.trim());
};

const isName = (cell: string): boolean =>
  !/^[+-]?[\d.,]+(e[+-]?\d+)?$/i.test(cell) && cellTime(cell) === null && !isLocalDay(cell);

/** Whether cells are column names: two or more, none a number or a time, no duplicates (one may be empty, as after a trailing delimiter). */
const areNames = (cells: readonly string[]): boolean =>
  cells.length >= 2 && new Set(cells).size === cells.length && cells.every(isName);

/**
 * The header line (from 1): of the lines of names whose number of cells most of the lines below repeat, the widest; of equal ones that with more
 * names known to the upload, then the first. Reads the first 256 lines, for a header within the first 64. Null: there is none.
 */
export function findHeader(text: string): number | null {
  const lines = linesOf(text, LOOKED_AT);
  let best: { line: number; width: number; known: number } | null = null;
  for (const d of DELIMITERS) {
    const cells = lines.map((l) => cellsOf(l, d));
    const isBlank = cells.map((c, i) => c.every((v) => v === '') || (i === 0 && /^sep=.[ \t]*$/i.test(lines[0]!)));
    for (let i = 0; i < Math.min(HEADER_WITHIN, lines.length); i++) {
      const names = cells[i]!;
      if (isBlank[i] || !areNames(names)) continue;
      const below = cells.slice(i + 1).filter((_, k) => !isBlank[i + 1 + k]);
      if (2 * below.filter((c) => c.length === names.length).length <= below.length) continue;
      const known = Object.keys(guessMapping(names)).length;
      const isBetter = best === null || names.length > best.width || (names.length === best.width && known > best.known);
      if (isBetter) best = { line: i + 1, width: names.length, known };
    }
  }
  return best?.line ?? null;
}
