import { type MappedRows, type MappedWafer, QUOTING_ROW_FAULTS, type RowFault } from '@/lib/formats/csv/map-rows';
import type { RecordResult } from '..';

/** One kind of fault of a file: reported once, with all that it concerns. */
export interface CsvFault {
  /** First line of the file with it; 0 for the file as a whole. */
  readonly line: number;
  /** All its lines, as ranges: "2–118, 120". */
  readonly lines: string;
  readonly rows: number;
  /** Number of wafers refused for it. */
  readonly wafers: number;
  readonly field: string;
  /** The message of the first line; where others differ only in the content of the cell, it says so. */
  readonly message: string;
}

interface Kind {
  readonly field: string;
  readonly messages: Set<string>;
  readonly lines: Set<number>;
  readonly wafers: Set<string>;
}

/** Codes whose messages quote a cell or a site: faults of one field with such a code are one kind, whatever the message. */
const QUOTING: ReadonlySet<string> = new Set([
  ...QUOTING_ROW_FAULTS,
  'ahead_of_clock',
  'too_old',
  'out_of_range',
  'outside_wafer',
  'duplicate_site',
]);

/**
 * Faults of rows and refusals of wafers, each kind once, in the order of their first lines.
 * @param results - the results of `mapped.wafers` from ingestion, by index.
 */
export function faultKinds(mapped: MappedRows, results: readonly RecordResult[]): CsvFault[] {
  const kinds = new Map<string, Kind>();
  const add = ({ field, code, message }: Omit<RowFault, 'line'>, lines: readonly number[], wafer: string | undefined): void => {
    const key = `${field} ${code} ${QUOTING.has(code) ? '' : message}`;
    const kind = kinds.get(key) ?? { field, messages: new Set(), lines: new Set(), wafers: new Set() };
    kinds.set(key, kind);
    kind.messages.add(message);
    for (const line of lines) kind.lines.add(line);
    if (wafer !== undefined) kind.wafers.add(wafer);
  };
  const waferAt = new Map(mapped.refused.flatMap((w) => w.lines.map((line) => [line, w.key] as const)));
  for (const f of mapped.faults) add(f, [f.line], waferAt.get(f.line));
  for (const r of results) {
    const wafer = mapped.wafers[r.index]!;
    for (const i of r.issues ?? []) {
      const { field, lines } = placeOf(wafer, i.path);
      add({ ...i, field }, lines, wafer.key);
    }
  }
  return [...kinds.values()].map(told).sort((a, b) => a.line - b.line);
}

/** Field and lines of a path in a record: "u.3" is the fourth row of the wafer, "lot" all of them. */
function placeOf(wafer: MappedWafer, path: string): { field: string; lines: readonly number[] } {
  const [field = '', site] = path.split('.');
  const line = site === undefined ? undefined : wafer.lines[Number(site)];
  return { field, lines: line === undefined ? wafer.lines : [line] };
}

function told({ field, messages, lines, wafers }: Kind): CsvFault {
  const sorted = [...lines].sort((a, b) => a - b);
  const [first = ''] = messages;
  return {
    line: sorted[0]!,
    lines: sorted[0] === 0 ? '' : ranges(sorted),
    rows: sorted[0] === 0 ? 0 : sorted.length,
    wafers: wafers.size,
    field,
    message: messages.size === 1 ? first : `${first} (and ${messages.size - 1} more of the kind)`,
  };
}

/** Ranges that are listed one by one; more are summarised. */
const MOST_RANGES = 6;

/** Ascending line numbers as ranges: "2–118, 120". */
export function ranges(lines: readonly number[]): string {
  const out: [number, number][] = [];
  for (const n of lines) {
    const last = out.at(-1);
    if (last !== undefined && n === last[1] + 1) last[1] = n;
    else out.push([n, n]);
  }
  const words = out.slice(0, MOST_RANGES).map(([a, b]) => (a === b ? String(a) : `${a}–${b}`));
  return out.length > MOST_RANGES ? `${words.join(', ')} … ${lines.at(-1)}` : words.join(', ');
}
