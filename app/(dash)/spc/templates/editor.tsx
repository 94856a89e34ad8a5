'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { TITLE_FIELDS } from '@/lib/services/spc/templates/content';
import type { Preview } from '@/lib/services/spc/templates/preview';
import type { ContextLists } from '@/lib/services/spc/views/templates';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Panel } from '@/lib/ui/components/panel';
import { TextField } from '@/lib/ui/components/text-field';
import { useReport } from '@/lib/ui/components/toast';
import { downloadText } from '@/lib/ui/export';
import { plural } from '@/lib/ui/format';
import { previewDraft, previewFile, save } from './actions';
import { contentOf, draftFault, type EditorDraft } from './editor-draft';
import { How, Split, Where } from './editor-parts';
import { alarms, PreviewPanel } from './preview-panel';
import { usePreview } from './use-preview';

export interface EditorProps {
  /** Null: a new template. */
  template: string | null;
  version: number;
  first: EditorDraft;
  lists: ContextLists;
  /** Whether the signed-in person may save; others see what is stored and its preview, which came with the page. */
  may: boolean;
  stored: Preview | null;
}

/** A template as it is written, beside what it would make. */
export function Editor({ template, version, first, lists, may, stored }: EditorProps) {
  const [draft, setDraft] = useState(first);
  const [saving, setSaving] = useState(false);
  const router = useRouter();
  const report = useReport();
  const patch = (p: Partial<EditorDraft>): void => setDraft((d) => ({ ...d, ...p }));
  const fault = draftFault(draft);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(first);
  const nothingAsked = !may || fault?.field === 'where.characteristic' || fault?.field === 'variables';
  const live = usePreview(nothingAsked ? null : JSON.stringify(contentOf(draft)), () => previewDraft(template, contentOf(draft)));
  const preview = may ? live.value : stored;
  const problemOf = (field: string): string | undefined =>
    live.field === field || live.field?.startsWith(`${field}.`)
      ? (live.error ?? undefined)
      : fault?.field === field && isChanged
        ? fault.text
        : undefined;
  const waits =
    fault?.text ?? live.error ?? (!isChanged && template !== null ? 'Nothing differs from the version in force yet.' : null);
  const file = async (): Promise<void> => {
    const all = await previewFile(template, contentOf(draft));
    if (all.value === null) report({ ok: false, error: all.error ?? 'The preview could not be read.' });
    else downloadText(`${draft.name || 'template'}-preview.csv`, all.value);
  };
  return (
    <div className="grid grid-cols-[minmax(420px,5fr)_minmax(0,6fr)] gap-3 items-start">
      <Panel
        title="Template"
        note={
          may
            ? 'patterns with * for any text, several by commas; empty: everything'
            : 'reading only: changing it needs the engineer role'
        }
      >
        <fieldset disabled={!may} className="flex flex-col gap-3">
          <TextField
            label="Name"
            value={draft.name}
            problem={problemOf('name')}
            onText={(name) => patch({ name })}
            maxLength={120}
          />
          <Where draft={draft} lists={lists} problemOf={problemOf} set={patch} />
          <Split draft={draft} set={patch} />
          <How draft={draft} arl={preview?.arl ?? null} problemOf={problemOf} set={setDraft} />
          <TextField
            label="Title of each chart"
            value={draft.title}
            problem={problemOf('title')}
            onText={(title) => patch({ title })}
            maxLength={200}
          />
          <p className="text-sm text-ink-3 -mt-2">{TITLE_FIELDS.map((f) => `{${f}}`).join(' ')}</p>
          {may ? (
            <div className="flex items-center justify-end gap-3">
              <span className="text-sm text-ink-2">{waits}</span>
              <button
                type="button"
                className="btn btn-primary"
                disabled={waits !== null || live.busy || preview === null}
                onClick={() => setSaving(true)}
              >
                {template === null ? 'Save and make the charts…' : `Save version ${version + 1}…`}
              </button>
            </div>
          ) : null}
        </fieldset>
      </Panel>
      <PreviewPanel
        preview={preview}
        error={may ? live.error : null}
        busy={may && live.busy}
        alerting={draft.alerting}
        onFile={may ? () => void file() : undefined}
      />
      {saving && preview ? (
        <ReasonDialog
          open
          onClose={() => setSaving(false)}
          title={template === null ? `New template: ${draft.name}` : `${draft.name}: version ${version + 1}`}
          confirm={template === null ? 'Make the charts' : `Activate version ${version + 1}`}
          onSubmit={async (reason) => {
            const { result, id } = await save(template, version, draft.name.trim(), contentOf(draft), reason);
            if (id !== null) router.push(`/spc/templates/${id}`);
            return result;
          }}
        >
          <SaveWords p={preview} alerting={draft.alerting} />
        </ReasonDialog>
      ) : null}
    </div>
  );
}

/** What saving will do, in words. */
function SaveWords({ p, alerting }: { p: Preview; alerting: boolean }) {
  return (
    <ul className="text-sm">
      <li>{`${plural(p.counts.new, 'chart')} made and filled from history; points of the past raise no alert.`}</li>
      {p.counts.follows + p.counts['taken back'] > 0 ? (
        <li>{`${plural(p.counts.follows + p.counts['taken back'], 'chart')} follow from now on; their limits stay.`}</li>
      ) : null}
      {p.retiring.length > 0 ? (
        <li>{`${plural(p.retiring.length, 'chart')} retired: they keep their points and take no more.`}</li>
      ) : null}
      <li>
        {alerting ? `Expected false alarms: ${alarms(p.falseAlarms)} a week.` : 'No alerts: points beyond the limits are marked.'}
      </li>
    </ul>
  );
}
