import { AppError } from '@/lib/errors';
import { cellNumber, marksOf, NOT_MEASURED, numberFault } from '@/lib/formats/csv/map-rows';
import type { CsvTable } from '@/lib/formats/csv/parse';
import { conversion, isSameUnit, isUnit, unitInName } from '@/lib/formats/units';
import type { ColumnSpec, ComputeFunction } from './define';

/** Letters and digits, in lower case. */
const letters = (s: string): string => s.toLowerCase().replace(/[^a-z0-9]/g, '');

const refuse = (field: string, message: string): never => {
  throw new AppError('invalid_input', `${field}: ${message}`, { field });
};

/** The name of a column, and its unit in brackets. */
interface Header {
  readonly label: string;
  readonly unit: string | null;
}

function headerOf(text: string): Header {
  const m = /^(.*?)[\s_]*[([]([^()[\]]*)[)\]]\s*$/.exec(text);
  const label = letters((m?.[1] ?? text).replace(/\(.*?\)|\[.*?\]/g, ''));
  return { label, unit: m && m[2]!.trim() !== '' ? m[2]!.trim() : null };
}

/** Unit of a field: stated, or the end of its name. */
const fieldUnit = ({ name, unit }: ColumnSpec): string | undefined => unit ?? unitInName(name)?.unit;

/** Whether a column is named after a field: alone, with its unit, or without the unit suffix where the brackets name one. */
function fits(h: Header, { name, unit, also = [] }: ColumnSpec): boolean {
  if (h.label === letters(name) || also.includes(h.label) || also.includes(h.label + letters(h.unit ?? ''))) return true;
  if (unit !== undefined && h.label === letters(name) + letters(unit)) return true;
  const parts = unitInName(name);
  return parts !== null && h.unit !== null && isUnit(h.unit) && h.label === letters(parts.stem);
}

/** A table whose columns are found by the names of fields. */
export class ColumnReader {
  private readonly used = new Set<number>();
  private readonly ignored = new Set<number>();
  private readonly headers: readonly Header[];
  /** Column that a field was read from. */
  private readonly columnOf = new Map<string, number>();

  constructor(
    private readonly t: CsvTable,
    private readonly map: Readonly<Record<string, string>>,
    ignore: readonly string[],
  ) {
    this.headers = t.header.map(headerOf);
    for (const header of ignore) {
      const k = t.header.indexOf(header);
      if (k < 0) refuse('--ignore', `there is no column "${header}"; columns are ${t.header.join(', ')}`);
      this.used.add(k);
      this.ignored.add(k);
    }
    for (const [field, header] of Object.entries(map)) {
      const k = t.header.indexOf(header);
      if (k < 0) refuse('--map', `there is no column "${header}"; columns are ${t.header.join(', ')}`);
      if (this.ignored.has(k))
        refuse('--map', `${field} is column "${header}", which --ignore passes over; leave one of them out`);
    }
  }

  get header(): readonly string[] {
    return this.t.header;
  }

  /** Index of a column; −1 where there is none. @throws AppError where two columns match. */
  find(spec: ColumnSpec, alsoSingular = true): number {
    const mapped = this.map[spec.name];
    const found = mapped === undefined ? this.named(spec, alsoSingular) : this.t.header.indexOf(mapped);
    if (found >= 0) {
      this.used.add(found);
      this.columnOf.set(spec.name, found);
    }
    return found;
  }

  private named(spec: ColumnSpec, alsoSingular: boolean): number {
    const taken = new Set(Object.values(this.map));
    const where = (is: (h: Header) => boolean): number[] =>
      [...this.headers.keys()].filter((k) => !this.used.has(k) && !taken.has(this.t.header[k]!) && is(this.headers[k]!));
    let found = where((h) => fits(h, spec));
    const singular = letters(spec.name).replace(/s$/, '');
    if (found.length === 0 && alsoSingular) found = where((h) => h.label === singular);
    if (found.length > 1) {
      const names = found.map((k) => `"${this.t.header[k]}"`).join(' and ');
      refuse(spec.name, `columns ${names} could both be meant; say --map ${spec.name}=COLUMN and --ignore the other`);
    }
    return found[0] ?? -1;
  }

  /**
   * Numbers of a column, gaps as null, in the unit of the field.
   * @param spec - field that takes them; not given: no conversion.
   */
  numbers(k: number, spec?: ColumnSpec): (number | null)[] {
    const convert = spec ? this.toField(k, spec) : null;
    const raw = this.raw(k);
    return convert ? raw.map((v) => (v === null ? null : convert(v))) : raw;
  }

  /** Columns of one quantity, all in the unit of the first that names one. */
  alike(columns: readonly number[]): (number | null)[][] {
    const unit = columns.map((k) => this.headers[k]!.unit).find((u) => u !== null && isUnit(u));
    return columns.map((k) => this.numbers(k, unit ? { name: this.t.header[k]!, unit } : undefined));
  }

  texts = (k: number): string[] => this.t.rows.map((r) => r[k]!);

  /** Columns that no field used. */
  rest(): number[] {
    const rest = this.unused();
    for (const k of rest) this.used.add(k);
    return rest;
  }

  /** @throws AppError for a column of numbers that no field takes: it may be a field under another name. Labels accompany the data and do not count. */
  refuseRest(f: ComputeFunction): void {
    const beside = (f.table?.beside ?? []).map((name) => ({ name }));
    const extra = this.unused().find((k) => {
      if (beside.some((spec) => fits(this.headers[k]!, spec))) return false;
      const cells = this.texts(k);
      const marks = marksOf(cells);
      return cells.some((c) => Number.isFinite(cellNumber(c, this.t.delimiter, marks)));
    });
    if (extra === undefined) return;
    const header = this.t.header[extra]!;
    refuse(
      header,
      `no field of ${f.path} takes this column; fields are ${Object.keys(f.input.shape).join(', ')}. Say --map FIELD="${header}", or pass it over with --ignore "${header}"`,
    );
  }

  private unused = (): number[] => [...this.t.header.keys()].filter((k) => !this.used.has(k));

  private raw(k: number): (number | null)[] {
    const marks = marksOf(this.texts(k));
    return this.texts(k).map((cell, row) => {
      if (NOT_MEASURED.has(cell.toLowerCase())) return null;
      const v = cellNumber(cell, this.t.delimiter, marks);
      if (!Number.isFinite(v))
        refuse(
          this.t.header[k]!,
          `line ${this.t.line[row]} holds ${numberFault(cell).message}; leave a cell empty where nothing was measured, or a column out with --ignore`,
        );
      return v;
    });
  }

  /** The conversion of a column to the unit of its field; null: it is in that unit already, or names none. */
  private toField(k: number, spec: ColumnSpec): ((v: number) => number) | null {
    const { label, unit } = this.headers[k]!;
    const wanted = fieldUnit(spec) ?? this.unitBeside(spec);
    if (unit === null || wanted === undefined || wanted === null) return null;
    const header = this.t.header[k]!;
    const convert = conversion(unit, wanted);
    if (convert === null)
      return refuse(
        header,
        `"${unit}" is no unit that can become ${wanted}, in which ${spec.name} is read; write the values in ${wanted} and the column "${spec.name} (${wanted})"`,
      );
    const saysOther = unitInName(spec.name) !== null && label === letters(spec.name) && !isSameUnit(unit, wanted);
    if (saysOther) refuse(header, `the name says ${wanted}, the brackets say ${unit}; leave one of them out`);
    return convert;
  }

  /** Unit that the column of another field names. */
  private unitBeside({ unitOf }: ColumnSpec): string | null {
    const k = unitOf === undefined ? undefined : this.columnOf.get(unitOf);
    return k === undefined ? null : this.headers[k]!.unit;
  }
}
