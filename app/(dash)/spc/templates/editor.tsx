'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { SPLIT_FIELDS, TITLE_FIELDS, WHERE_FIELDS, type WhereField } from '@/lib/services/spc/templates/content';
import type { Preview } from '@/lib/services/spc/templates/preview';
import type { ContextLists } from '@/lib/services/spc/views/templates';
import { CHART_KINDS, type ChartKind } from '@/lib/spc';
import { KIND_CHOICES } from '@/lib/ui/charts/kinds';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Panel } from '@/lib/ui/components/panel';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { useReport } from '@/lib/ui/components/toast';
import { downloadText } from '@/lib/ui/export';
import { plural } from '@/lib/ui/format';
import { fieldsOf } from '../[id]/design-draft';
import { DesignInputs } from '../[id]/design-inputs';
import { previewDraft, previewFile, save } from './actions';
import { contentOf, draftFault, type EditorDraft, withKind } from './editor-draft';
import { alarms, PreviewPanel } from './preview-panel';
import { RuleChoice } from './rule-choice';
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

const CHOICES: Readonly<Partial<Record<WhereField, keyof ContextLists>>> = {
  area: 'areas',
  operation: 'operations',
  layer: 'layers',
  tool: 'tools',
  chamber: 'chambers',
  recipe: 'recipes',
  product: 'products',
  parameter: 'parameters',
};
const CHARACTERISTIC_HINTS = [
  'measurement.mean',
  'measurement.range',
  'measurement.*',
  'zone.edge-centre',
  'zernike.*',
  'overlay.lot.*',
  'vm.lot',
  'trace.*.*.mean',
  'fit.chi2',
];

/** A template as it is written, beside what it would make. */
export function Editor({ template, version, first, lists, may, stored }: EditorProps) {
  const [draft, setDraft] = useState(first);
  const [saving, setSaving] = useState(false);
  const router = useRouter();
  const report = useReport();
  const patch = (p: Partial<EditorDraft>): void => setDraft((d) => ({ ...d, ...p }));
  const fault = draftFault(draft);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(first);
  const nothingAsked = !may || fault?.field === 'where.characteristic';
  const live = usePreview(nothingAsked ? null : JSON.stringify(contentOf(draft)), () => previewDraft(template, contentOf(draft)));
  const preview = may ? live.value : stored;
  const problemOf = (field: string): string | undefined =>
    live.field === field ? (live.error ?? undefined) : fault?.field === field && isChanged ? fault.text : undefined;
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

interface PartProps {
  draft: EditorDraft;
  problemOf: (field: string) => string | undefined;
}

function Where({ draft, lists, problemOf, set }: PartProps & { lists: ContextLists; set: (p: Partial<EditorDraft>) => void }) {
  const optionsOf = (f: WhereField): readonly string[] => (f === 'characteristic' ? CHARACTERISTIC_HINTS : lists[CHOICES[f]!]);
  return (
    <fieldset>
      <legend className="label">Where</legend>
      <div className="grid grid-cols-2 gap-x-3 gap-y-1">
        {[...WHERE_FIELDS].reverse().map((f) => (
          <div key={f} className={f === 'characteristic' ? 'col-span-2' : ''}>
            <TextField
              label={f === 'characteristic' ? 'Characteristic' : `${f[0]!.toUpperCase()}${f.slice(1)}`}
              value={draft.where[f]}
              problem={problemOf(`where.${f}`)}
              placeholder="*"
              list={`list-${f}`}
              autoComplete="off"
              onText={(text) => set({ where: { ...draft.where, [f]: text } })}
            />
            <datalist id={`list-${f}`}>
              {optionsOf(f).map((o) => (
                <option key={o} value={o} />
              ))}
            </datalist>
          </div>
        ))}
      </div>
      <Check
        label="Only parameters with a specification"
        on={draft.onlySpecified}
        set={(onlySpecified) => set({ onlySpecified })}
      />
      <Check
        label="One chart an operation where the specification says so"
        on={draft.obeyChartContext}
        set={(obeyChartContext) => set({ obeyChartContext })}
      />
    </fieldset>
  );
}

function Split({ draft, set }: { draft: EditorDraft; set: (p: Partial<EditorDraft>) => void }) {
  return (
    <fieldset>
      <legend className="label">A chart of its own for each</legend>
      <div className="flex gap-4">
        {SPLIT_FIELDS.map((f) => (
          <Check
            key={f}
            label={f}
            on={draft.splitBy.includes(f)}
            set={(on) => set({ splitBy: SPLIT_FIELDS.filter((s) => (s === f ? on : draft.splitBy.includes(s))) })}
          />
        ))}
      </div>
      <p className="text-sm text-ink-3">
        Operation, parameter and characteristic always have; what is not ticked is on one chart together.
      </p>
    </fieldset>
  );
}

function How({
  draft,
  arl,
  problemOf,
  set,
}: PartProps & { arl: number | null; set: (f: (d: EditorDraft) => EditorDraft) => void }) {
  const patch = (p: Partial<EditorDraft>): void => set((d) => ({ ...d, ...p }));
  const isKind = (v: string): v is ChartKind => (CHART_KINDS as readonly string[]).includes(v);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="label">How they judge</legend>
      <div className={`grid gap-2 ${draft.kind === 'ewma' ? 'grid-cols-[1fr_90px_70px_70px]' : 'grid-cols-[1fr_90px]'}`}>
        <ChoiceField
          label="Kind"
          value={draft.kind}
          problem={problemOf('kind')}
          options={KIND_CHOICES}
          onText={(v) => (isKind(v) ? set((d) => withKind(d, v)) : undefined)}
        />
        <TextField
          label="Baseline"
          value={draft.baselineN}
          problem={problemOf('baselineN')}
          inputMode="numeric"
          className="w-full text-right"
          onText={(baselineN) => patch({ baselineN })}
        />
        {draft.kind !== 'ewma' ? null : (
          <>
            <TextField
              label="λ"
              value={draft.lambda}
              placeholder="0.2"
              problem={problemOf('lambda')}
              inputMode="decimal"
              className="w-full text-right"
              onText={(lambda) => patch({ lambda })}
            />
            <TextField
              label="L"
              value={draft.widthL}
              placeholder="2.962"
              problem={problemOf('widthL')}
              inputMode="decimal"
              className="w-full text-right"
              onText={(widthL) => patch({ widthL })}
            />
          </>
        )}
      </div>
      {fieldsOf(draft.kind).length === 0 ? null : (
        <DesignInputs
          kind={draft.kind}
          unit="unit of the value"
          now={null}
          value={draft.design}
          set={(design) => patch({ design })}
        />
      )}
      <RuleChoice kind={draft.kind} rules={draft.rules} arl={arl} set={(rules) => patch({ rules })} />
      <div className="flex gap-6">
        <Check label="A rule that fires raises an alert" on={draft.alerting} set={(alerting) => patch({ alerting })} />
        <Check label="Capability by the specification" on={draft.specified} set={(specified) => patch({ specified })} />
      </div>
    </fieldset>
  );
}

function Check({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label className="flex gap-2 text-sm py-1">
      <input type="checkbox" checked={on} onChange={(e) => set(e.target.checked)} />
      {label}
    </label>
  );
}
