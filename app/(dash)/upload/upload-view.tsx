'use client';
import { useState, useTransition } from 'react';
import type { CsvField, CsvMapping, CsvPreview, CsvResult, SavedMapping } from '@/lib/services/csv';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { useReport } from '@/lib/ui/components/toast';
import { count, plural } from '@/lib/ui/format';
import { keepMapping } from './actions';
import { type FieldInfo, MappingTable } from './mapping-table';
import { newestOnly } from './one-value';
import { Outcome } from './outcome';
import { Faults, FirstRows, WafersPreview } from './preview';
import { Dates, HeaderLine, Metadata } from './reading';

async function send<T>(
  file: File,
  headerLine: number | null,
  mapping: CsvMapping | null,
  what: 'preview' | 'keep',
  mode: string,
): Promise<T> {
  const form = new FormData();
  form.set('file', file);
  form.set('do', what);
  form.set('mode', mode);
  if (headerLine !== null) form.set('headerLine', String(headerLine));
  if (mapping) form.set('mapping', JSON.stringify(mapping));
  const r = await fetch('/upload/rows', { method: 'POST', body: form });
  const body: unknown = await r.json();
  if (!r.ok) throw new Error(String((body as { detail?: unknown }).detail ?? `The server answered ${r.status}.`));
  return body as T;
}

/** File, mapping, preview, upload: each step shows what the next one needs. */
export function UploadView({ fields, saved }: { fields: readonly FieldInfo[]; saved: readonly SavedMapping[] }) {
  const report = useReport();
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<CsvPreview | null>(null);
  const [result, setResult] = useState<CsvResult | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [mode, setMode] = useState('partial');
  const [name, setName] = useState('');
  const [busy, start] = useTransition();
  const [headerLine, setHeaderLine] = useState<number | null>(null);
  const [newest] = useState(newestOnly);
  const look = (f: File, mapping: CsvMapping | null, line = headerLine): void =>
    start(async () => {
      setError(null);
      setResult(null);
      try {
        const answer = await newest(() => send<CsvPreview>(f, line, mapping, 'preview', mode));
        if (answer !== null) setPreview(answer);
      } catch (e) {
        setError((e as Error).message);
      }
    });
  /** A line that was told by hand stands; else the line is the one that was saved with the mapping. */
  const apply = (m: SavedMapping): void => {
    if (!file) return;
    const line = headerLine ?? m.headerLine;
    setHeaderLine(line);
    look(file, m.mapping, line);
  };
  const keep = (): void =>
    start(async () => {
      if (!file || !preview) return;
      setError(null);
      try {
        setResult(await send<CsvResult>(file, preview.headerLine, preview.mapping, 'keep', mode));
      } catch (e) {
        setError((e as Error).message);
      }
    });
  const change = (mapping: CsvMapping): void => {
    if (!file || !preview) return;
    setPreview({ ...preview, mapping });
    look(file, mapping);
  };
  const map = (field: CsvField, source: CsvMapping[CsvField]): void => {
    if (!preview) return;
    const { [field]: _old, ...rest } = preview.mapping;
    change(source === undefined ? rest : { ...rest, [field]: source });
  };
  return (
    <div className="flex flex-col gap-3">
      <Panel
        title="1 File"
        note="comma, semicolon, tab or bar; one line names the columns, lines before it are metadata; at most 40 MB"
      >
        <div className="flex flex-wrap items-center gap-3">
          <input
            type="file"
            aria-label="CSV file"
            accept=".csv,.txt,.tsv,text/csv"
            className="text-sm text-ink-2 file:mr-3 file:h-7 file:px-3 file:border file:border-solid file:border-hairline-strong file:rounded file:bg-surface file:text-ink file:cursor-pointer hover:file:bg-sunken"
            onChange={(e) => {
              const f = e.target.files?.[0] ?? null;
              setFile(f);
              setPreview(null);
              setResult(null);
              setHeaderLine(null);
              if (f) look(f, null, null);
            }}
          />
          {busy ? <span role="status">Reading…</span> : null}
          {preview ? <span className="text-ink-2">{`${count(preview.rows)} rows, ${preview.header.length} columns`}</span> : null}
          {file ? (
            <HeaderLine
              told={headerLine}
              preview={preview}
              onChange={(line) => {
                setHeaderLine(line);
                setPreview(null);
                look(file, null, line);
              }}
            />
          ) : null}
          {saved.length > 0 && file ? (
            <label className="text-sm text-ink-2 flex items-center gap-1">
              Saved mapping
              <select
                className="field h-7! text-sm!"
                defaultValue=""
                onChange={(e) => {
                  const m = saved.find((s) => s.name === e.target.value);
                  if (m) apply(m);
                }}
              >
                <option value="">Choose…</option>
                {saved.map((s) => (
                  <option key={s.name} value={s.name}>{`${s.name} (${s.author})`}</option>
                ))}
              </select>
            </label>
          ) : null}
        </div>
        {error ? <InlineError message={error} /> : null}
        {preview ? <Metadata preview={preview} isTold={headerLine !== null} /> : null}
        {preview ? <FirstRows preview={preview} /> : null}
        {file === null ? (
          <p className="text-sm text-ink-2 mt-2">
            Needed: lot, slot, operation, parameter, unit, station, time, site x and y in mm, value. A column may be missing when
            one value holds for the whole file. Empty values and NA count as not measured.
          </p>
        ) : null}
      </Panel>
      {preview ? (
        <>
          <Panel title="2 Columns" note="guessed from their names; change what is wrong, or type one value for all rows">
            <MappingTable fields={fields} preview={preview} onChange={map} />
            {preview.unused.length > 0 ? (
              <p className="text-sm text-ink-2 mt-2 wrap-anywhere">{`Not used: ${preview.unused.join(', ')}`}</p>
            ) : null}
            <Dates preview={preview} onChange={change} />
            <div className="flex items-center gap-2 mt-3">
              <label className="text-sm text-ink-2 flex items-center gap-2">
                Save this mapping as
                <input
                  className="field h-7! text-sm! w-48"
                  value={name}
                  onChange={(e) => setName(e.target.value)}
                  maxLength={80}
                />
              </label>
              <button
                type="button"
                className="btn h-7! text-sm!"
                disabled={busy || name.trim().length < 2}
                onClick={() => start(async () => void report(await keepMapping(name, preview.mapping, preview.headerLine)))}
              >
                Save
              </button>
            </div>
          </Panel>
          <Panel
            title="3 Check"
            note={`${plural(preview.waferTotal, 'wafer')} can be kept, ${plural(preview.faultTotal, 'fault')}`}
          >
            <Faults faults={preview.faults} total={preview.faultTotal} />
            <WafersPreview preview={preview} fields={fields} />
          </Panel>
          <Panel title="4 Upload" note="through the same checks as the API; sending a file twice changes nothing">
            <div className="flex flex-wrap items-center gap-4">
              <label className="flex items-center gap-2">
                <input type="radio" name="mode" checked={mode === 'partial'} onChange={() => setMode('partial')} />
                keep the good wafers
              </label>
              <label className="flex items-center gap-2">
                <input type="radio" name="mode" checked={mode === 'atomic'} onChange={() => setMode('atomic')} />
                all or nothing
              </label>
              <button type="button" className="btn btn-primary" disabled={busy || preview.waferTotal === 0} onClick={keep}>
                {busy ? 'Working…' : `Upload ${plural(preview.waferTotal, 'wafer')}`}
              </button>
            </div>
            {result ? <Outcome result={result} /> : null}
          </Panel>
        </>
      ) : null}
    </div>
  );
}
