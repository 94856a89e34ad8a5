'use client';
import { useState } from 'react';
import type { CsvField, CsvMapping, CsvPreview, SavedMapping } from '@/lib/services/ingest/upload';
import { Gate } from '@/lib/ui/components/gate';
import { Panel } from '@/lib/ui/components/panel';
import { useAction } from '@/lib/ui/hooks/use-action';
import { keepMapping } from './actions';
import { checkWords, uploadState } from './check-words';
import { FilePanel } from './file-panel';
import { type FieldInfo, MappingTable } from './mapping-table';
import { trimmed } from './one-value';
import { Outcome } from './outcome';
import { Faults, WafersPreview } from './preview';
import { checkedOf, shownOf, withField } from './question';
import { Dates } from './reading';
import { useReading } from './use-reading';

export interface UploadViewProps {
  readonly fields: readonly FieldInfo[];
  /** Ends of the names of files that may be chosen. */
  readonly extensions: readonly string[];
  readonly saved: readonly SavedMapping[];
}

/** File, mapping, preview, upload: each step shows what the next one needs. */
export function UploadView({ fields, extensions, saved }: UploadViewProps) {
  const r = useReading();
  const [mode, setMode] = useState('partial');
  const preview = shownOf(r.reading);
  const { question } = r.reading;
  const change = (mapping: CsvMapping): void => {
    if (question !== null) r.ask({ ...question, mapping, pauseMs: 0 });
  };
  const map = (field: CsvField, source: CsvMapping[CsvField]): void => {
    const next = withField(r.reading, field, source);
    if (next !== null) r.ask(next);
  };
  return (
    // the form is locked while storing, until the outcome is known
    <fieldset disabled={r.isKeeping} className="min-w-0 flex flex-col gap-3">
      <FilePanel r={r} preview={preview} extensions={extensions} saved={saved} />
      {preview ? (
        <>
          <ColumnsPanel fields={fields} preview={preview} onField={map} onMapping={change} />
          <Panel title="3 Check" note={checkWords(preview)}>
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
              <UploadButton r={r} mode={mode} onClick={() => r.keep(mode)} />
            </div>
            {r.result ? <Outcome result={r.result} /> : null}
          </Panel>
        </>
      ) : null}
    </fieldset>
  );
}

/** Stores what was checked, and waits while a change is being checked; says why where there is nothing to store. */
function UploadButton({ r, mode, onClick }: { r: ReturnType<typeof useReading>; mode: string; onClick: () => void }) {
  const checked = checkedOf(r.reading);
  const state = uploadState(checked, mode);
  const words = r.isKeeping ? 'Working…' : r.error !== null && checked === null ? 'Upload' : state.words;
  return (
    <Gate waits={state.why} busy={!state.isPossible} className="self-center">
      {(gated) => (
        <button type="button" className="btn btn-primary" {...gated} onClick={onClick}>
          {words}
        </button>
      )}
    </Gate>
  );
}

interface ColumnsProps {
  fields: readonly FieldInfo[];
  preview: CsvPreview;
  onField: (field: CsvField, source: CsvMapping[CsvField]) => void;
  onMapping: (mapping: CsvMapping) => void;
}

function ColumnsPanel({ fields, preview, onField, onMapping }: ColumnsProps) {
  const { busy, run } = useAction();
  const [name, setName] = useState('');
  return (
    <Panel title="2 Columns" note="guessed from their names; change what is wrong, or type one value for all rows">
      <MappingTable fields={fields} preview={preview} onChange={onField} />
      {preview.unused.length > 0 ? (
        <p className="text-sm text-ink-2 mt-2 wrap-anywhere">{`Not used: ${preview.unused.join(', ')}`}</p>
      ) : null}
      <Dates preview={preview} onChange={onMapping} />
      <div className="flex items-center gap-2 mt-3">
        <label className="text-sm text-ink-2 flex items-center gap-2">
          Save this mapping as
          <input className="field h-7! text-sm! w-48" value={name} onChange={(e) => setName(e.target.value)} maxLength={80} />
        </label>
        <button
          type="button"
          className="btn h-7! text-sm!"
          disabled={busy || name.trim().length < 2}
          onClick={() => run(() => keepMapping(name, trimmed(preview.mapping), preview.headerLine))}
        >
          Save
        </button>
      </div>
    </Panel>
  );
}
