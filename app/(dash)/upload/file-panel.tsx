'use client';
import type { CsvPreview, SavedMapping } from '@/lib/services/ingest/upload';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { count } from '@/lib/ui/format';
import { FirstRows } from './preview';
import { HeaderLine, Metadata } from './reading';
import type { useReading } from './use-reading';

export interface FilePanelProps {
  r: ReturnType<typeof useReading>;
  preview: CsvPreview | null;
  extensions: readonly string[];
  saved: readonly SavedMapping[];
}

/** The file, the line that names its columns, a mapping that was saved, and the first rows as they stand. */
export function FilePanel({ r, preview, extensions, saved }: FilePanelProps) {
  const { question } = r.reading;
  return (
    <Panel
      title="1 File"
      note="comma, semicolon, tab, bar or blanks between the columns; one line names them, lines before it are metadata; at most 40 MB"
    >
      <div className="flex flex-wrap items-center gap-3">
        <input
          type="file"
          aria-label="CSV file"
          accept={extensions.join(',')}
          className="text-sm text-ink-2 file:mr-3 file:h-7 file:px-3 file:border file:border-solid file:border-hairline-strong file:rounded file:bg-surface file:text-ink file:cursor-pointer hover:file:bg-sunken"
          onChange={(e) => {
            const file = e.target.files?.[0];
            r.ask(file === undefined ? null : { file, line: null, mapping: null, pauseMs: 0 });
          }}
        />
        {r.isChecking ? <span role="status">Reading…</span> : null}
        {preview ? <span className="text-ink-2">{`${count(preview.rows)} rows, ${preview.header.length} columns`}</span> : null}
        {question === null ? null : (
          <HeaderLine
            told={question.line}
            preview={preview}
            onChange={(line) => r.ask({ ...question, line, mapping: null, pauseMs: 0 })}
          />
        )}
        {question !== null && saved.length > 0 ? (
          <SavedMappings
            saved={saved}
            onChoose={(m) =>
              // A line set by hand is kept; otherwise the line saved with the mapping is used.
              r.ask({ ...question, mapping: m.mapping, line: question.line ?? m.headerLine, pauseMs: 0 })
            }
          />
        ) : null}
      </div>
      {r.error ? <InlineError message={r.error} /> : null}
      {preview ? <Metadata preview={preview} isTold={question?.line !== null} /> : null}
      {preview ? <FirstRows preview={preview} /> : null}
      {question === null ? (
        <p className="text-sm text-ink-2 mt-2">
          Needed: lot, slot, operation, parameter, unit, station, time, site x and y in mm, value. A column may be missing when
          one value holds for the whole file. Empty values and NA count as not measured.
        </p>
      ) : null}
    </Panel>
  );
}

function SavedMappings({ saved, onChoose }: { saved: readonly SavedMapping[]; onChoose: (m: SavedMapping) => void }) {
  return (
    <label className="text-sm text-ink-2 flex items-center gap-1">
      Saved mapping
      <select
        className="field h-7! text-sm!"
        defaultValue=""
        onChange={(e) => {
          const m = saved.find((s) => s.name === e.target.value);
          if (m) onChoose(m);
        }}
      >
        <option value="">Choose…</option>
        {saved.map((s) => (
          <option key={s.name} value={s.name}>{`${s.name} (${s.author})`}</option>
        ))}
      </select>
    </label>
  );
}
