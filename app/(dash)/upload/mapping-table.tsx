'use client';
import type { CsvField, CsvMapping, CsvPreview } from '@/lib/services/ingest/upload';
import { constantSource } from './one-value';

export interface FieldInfo {
  name: CsvField;
  label: string;
  need: string;
}

/** One row per field: the column that fills it, or one value for all rows. */
export function MappingTable({
  fields,
  preview,
  onChange,
}: {
  fields: readonly FieldInfo[];
  preview: CsvPreview;
  onChange: (field: CsvField, source: CsvMapping[CsvField]) => void;
}) {
  return (
    <div className="grid grid-cols-2 2xl:grid-cols-3 gap-x-6 gap-y-1.5">
      {fields.map((f) => (
        <FieldRow key={f.name} field={f} preview={preview} onChange={onChange} />
      ))}
    </div>
  );
}

function FieldRow({
  field: f,
  preview,
  onChange,
}: {
  field: FieldInfo;
  preview: CsvPreview;
  onChange: (field: CsvField, source: CsvMapping[CsvField]) => void;
}) {
  const source = preview.mapping[f.name];
  const column = source && 'column' in source ? source.column : '';
  const constant = source && 'constant' in source ? source.constant : '';
  const isMissing = source === undefined && f.need === 'always';
  return (
    <div className="flex items-center gap-2 min-w-0">
      <span className="w-40 shrink-0">
        {f.label}
        {isMissing ? (
          <span className="status-out text-sm"> ■ needed</span>
        ) : f.need === 'always' ? null : (
          <span className="text-ink-3 text-sm block leading-3">{f.need}</span>
        )}
      </span>
      <select
        aria-label={`Column of ${f.label}`}
        className="field h-7! text-sm! min-w-0 flex-1"
        value={column}
        onChange={(e) => onChange(f.name, e.target.value ? { column: e.target.value } : undefined)}
      >
        <option value="">{constant === '' ? 'no column' : 'one value'}</option>
        {preview.header.map((h) => (
          <option key={h} value={h}>
            {h}
          </option>
        ))}
      </select>
      <input
        aria-label={`One value of ${f.label} for all rows`}
        className="field h-7! text-sm! w-36"
        placeholder="one value"
        value={constant}
        disabled={column !== ''}
        onChange={(e) => onChange(f.name, constantSource(e.target.value))}
      />
    </div>
  );
}
