'use client';
import type { CsvFault, CsvPreview } from '@/lib/services/ingest/upload';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { decimalsFor, num, plural, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import type { FieldInfo } from './mapping-table';
import { neededFields, whyNoWafer } from './why-no-wafer';

/** The first rows, unparsed. */
export function FirstRows({ preview: p }: { preview: CsvPreview }) {
  return (
    <div className="overflow-auto mt-2">
      <table className="grid-table">
        <caption className="sr-only">First rows of the file</caption>
        <thead>
          <tr>
            {p.header.map((h) => (
              <th key={h} scope="col">
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {p.firstRows.map((row) => (
            <tr key={row.join('\u0000')}>
              {p.header.map((h, k) => (
                <td key={h}>{row[k]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {p.rows > p.firstRows.length ? (
        <p className="text-sm text-ink-3 px-2 pt-1">{`first ${p.firstRows.length} of ${p.rows} rows`}</p>
      ) : null}
    </div>
  );
}

/** Faults, each kind once, with their rows and the wafers refused for them. */
export function Faults({ faults, total }: { faults: readonly CsvFault[]; total: number }) {
  if (faults.length === 0)
    return (
      <p>
        <StatusMark status="ok" text="Every row can be read, and every wafer can be kept." />
      </p>
    );
  const columns: Column<CsvFault>[] = [
    { key: 'wafers', header: 'Wafers', numeric: true, value: (f) => f.wafers },
    {
      key: 'line',
      header: 'Rows',
      firstDir: 'asc',
      value: (f) => f.line,
      cell: (f) => (f.line === 0 ? 'whole file' : `${plural(f.rows, 'row')}: ${f.lines}`),
    },
    { key: 'field', header: 'Field', value: (f) => f.field },
    {
      key: 'message',
      header: 'What is wrong',
      value: (f) => f.message,
      cell: (f) => <span className="block whitespace-normal wrap-anywhere">{f.message}</span>,
    },
  ];
  return (
    <DataTable
      label="Faults of the file"
      rows={faults}
      columns={columns}
      rowKey={(f) => `${f.line} ${f.field} ${f.message}`}
      total={total}
      empty="Nothing is wrong."
      maxHeight={240}
    />
  );
}

/** The wafers that the rows make. */
export function WafersPreview({ preview: p, fields }: { preview: CsvPreview; fields: readonly FieldInfo[] }) {
  const columns: Column<CsvPreview['wafers'][number]>[] = [
    { key: 'wafer', header: 'Wafer', value: (w) => waferName(w.lot, w.slot) },
    { key: 'parameter', header: 'Parameter', value: (w) => w.parameter },
    { key: 'sites', header: 'Sites', numeric: true, value: (w) => w.sites },
    { key: 'measured', header: 'Measured', numeric: true, value: (w) => w.measured },
    {
      key: 'mean',
      header: 'Mean',
      numeric: true,
      value: (w) => w.mean,
      cell: (w) => (w.mean === null ? '–' : `${num(w.mean, decimalsFor(Math.abs(w.mean) / 1000))} ${unitLabel(w.unit)}`),
    },
    { key: 'unit', header: 'Unit', fileOnly: true, value: (w) => unitLabel(w.unit) },
    { key: 'key', header: 'Key', value: (w) => w.key },
  ];
  return (
    <div className="mt-3">
      <DataTable
        label="Wafers of the file"
        rows={p.wafers}
        columns={columns}
        rowKey={(w) => w.key}
        total={p.waferTotal}
        empty={whyNoWafer(neededFields(fields, p.mapping), p.faults)}
        maxHeight={280}
      />
    </div>
  );
}
