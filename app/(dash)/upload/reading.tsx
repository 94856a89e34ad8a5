'use client';
import type { CsvMapping, CsvPreview, DateOrder } from '@/lib/services/ingest/upload';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { plural } from '@/lib/ui/format';

/** The header line; empty: it is searched for. */
export function HeaderLine({
  told,
  preview: p,
  onChange,
}: {
  told: number | null;
  preview: CsvPreview | null;
  onChange: (line: number | null) => void;
}) {
  return (
    <label className="text-sm text-ink-2 flex items-center gap-1">
      Column names in line
      <input
        type="number"
        min={1}
        step={1}
        className="field h-7! text-sm! w-20"
        key={told ?? 'search'}
        defaultValue={told ?? ''}
        placeholder={p ? String(p.headerLine) : 'search'}
        onBlur={(e) => {
          const v = e.target.value === '' ? null : Number(e.target.value);
          if (v !== told) onChange(v);
        }}
        onKeyDown={(e) => {
          if (e.key === 'Enter') e.currentTarget.blur();
        }}
      />
    </label>
  );
}

/** The skipped lines: always shown. */
export function Metadata({ preview: p, isTold }: { preview: CsvPreview; isTold: boolean }) {
  if (p.metadata.length === 0) return null;
  return (
    <div className="mt-2" role="status">
      <StatusMark
        status={isTold ? 'ok' : 'warn'}
        text={`${plural(p.metadata.length, 'line')} taken as metadata and not read; the columns are named in line ${p.headerLine}${isTold ? '' : ', which was searched for: set the line when it is another'}.`}
      />
      <ol className="text-sm text-ink-2 max-h-32 overflow-auto">
        {p.metadata.map((m) => (
          <li key={m.line} className="wrap-anywhere">{`line ${m.line}: ${m.text}`}</li>
        ))}
      </ol>
    </div>
  );
}

const ORDERS: { value: DateOrder; label: string }[] = [
  { value: 'iso', label: 'year first (ISO): 2026-12-31 14:05' },
  { value: 'day-first', label: 'day first: 31/12/2026 14:05 or 31/12/26' },
  { value: 'month-first', label: 'month first: 12/31/2026 14:05 or 12/31/26' },
];

/** How dates are written, and how they were parsed. */
export function Dates({ preview: p, onChange }: { preview: CsvPreview; onChange: (mapping: CsvMapping) => void }) {
  const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
  return (
    <div className="flex flex-wrap items-center gap-3 mt-3 text-sm text-ink-2">
      <label className="flex items-center gap-2">
        Dates are
        <select
          className="field h-7! text-sm!"
          value={p.mapping.dates ?? 'iso'}
          onChange={(e) => onChange({ ...p.mapping, dates: e.target.value as DateOrder })}
        >
          {ORDERS.map((o) => (
            <option key={o.value} value={o.value}>
              {o.label}
            </option>
          ))}
        </select>
      </label>
      <span>
        {`Times without a zone are UTC.${p.times ? ` Read as ${minute(p.times.first)} to ${minute(p.times.last)} UTC.` : ''}`}
      </span>
    </div>
  );
}
