/** Fields of a measurement that a CSV column (or one constant for the whole file) can fill. */
export const CSV_FIELDS = [
  { name: 'lot', label: 'Lot', need: 'always', guess: ['lot', 'lotid', 'lotname', 'batch'] },
  { name: 'wafer', label: 'Slot', need: 'always', guess: ['wafer', 'slot', 'waferid', 'waferno', 'wafernumber'] },
  { name: 'operation', label: 'Operation', need: 'always', guess: ['operation', 'oper', 'step', 'processstep'] },
  {
    name: 'parameter',
    label: 'Parameter',
    need: 'always',
    guess: ['parameter', 'param', 'measurement', 'item', 'characteristic'],
  },
  { name: 'unit', label: 'Unit', need: 'always', guess: ['unit', 'units', 'uom'] },
  { name: 'station', label: 'Station', need: 'always', guess: ['station', 'metrologytool', 'gauge', 'equipment'] },
  {
    name: 'measuredAt',
    label: 'Measured at',
    need: 'always',
    guess: ['measuredat', 'time', 'timestamp', 'datetime', 'date', 'measured'],
  },
  { name: 'x', label: 'Site x, mm', need: 'always', guess: ['x', 'xmm', 'sitex', 'posx', 'xpos'] },
  { name: 'y', label: 'Site y, mm', need: 'always', guess: ['y', 'ymm', 'sitey', 'posy', 'ypos'] },
  { name: 'value', label: 'Value', need: 'always', guess: ['value', 'result', 'val', 'reading'] },
  { name: 'u', label: 'Standard uncertainty', need: 'optional', guess: ['u', 'uvalue', 'uncertainty', 'stdunc'] },
  { name: 'product', label: 'Product', need: 'looked up from the lot', guess: ['product', 'device', 'part', 'technology'] },
  { name: 'layer', label: 'Layer', need: 'looked up from the operation', guess: ['layer'] },
  { name: 'plan', label: 'Site plan', need: '“csv” when absent', guess: ['plan', 'recipe', 'siteplan', 'measurementplan'] },
  { name: 'runKey', label: 'Run key', need: 'optional', guess: ['runkey', 'run', 'runid'] },
] as const;

export type CsvField = (typeof CSV_FIELDS)[number]['name'];

/** Where a field comes from: a column of the file, or one value for all rows. */
export type CsvSource = { readonly column: string } | { readonly constant: string };

/** How dates with day and month in front are written; `iso`: the file has none. */
export const DATE_ORDERS = ['iso', 'day-first', 'month-first'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

/** Sources of the fields, and the declared date order (`iso` when absent). */
export type CsvMapping = Readonly<Partial<Record<CsvField, CsvSource | undefined>>> & {
  readonly dates?: DateOrder | undefined;
};

const bare = (s: string): string =>
  s
    .toLowerCase()
    .replace(/\(.*?\)|\[.*?\]/g, '')
    .replace(/[^a-z0-9]/g, '');

/** The mapping that the names of the columns suggest; each column is used once. */
export function guessMapping(header: readonly string[]): CsvMapping {
  const out: Partial<Record<CsvField, CsvSource>> = {};
  const free = new Set(header);
  for (const f of CSV_FIELDS) {
    const column = [...free].find((h) => (f.guess as readonly string[]).includes(bare(h)));
    if (column !== undefined) {
      out[f.name] = { column };
      free.delete(column);
    }
  }
  return out;
}
