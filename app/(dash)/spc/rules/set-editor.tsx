'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Panel } from '@/lib/ui/components/panel';
import { TextField } from '@/lib/ui/components/text-field';
import { num, parseNumber, plural } from '@/lib/ui/format';
import { usePreview } from '../templates/use-preview';
import { previewSet, saveSet } from './actions';
import { PricePanel } from './price-panel';
import { RuleRow } from './rule-row';
import { contentOf, draftFault, newRule, type SetDraft } from './set-draft';

export interface SetEditorProps {
  /** Null: a new set. */
  set: string | null;
  version: number;
  first: SetDraft;
  /** Whether the signed-in person may save it; others see it with its price. */
  may: boolean;
  /** Why nobody edits it here, or what is needed; shown beside the title. */
  note: string;
}

/** A rule set as it is written, beside its price. */
export function SetEditor({ set, version, first, may, note }: SetEditorProps) {
  const [draft, setDraft] = useState(first);
  const [shift, setShift] = useState('1');
  const [saving, setSaving] = useState(false);
  const router = useRouter();
  const content = contentOf(draft);
  const fault = draftFault(draft);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(first);
  const asked = parseNumber(shift);
  const nothingAsked = fault !== null && fault.field !== 'name';
  const live = usePreview(nothingAsked ? null : JSON.stringify([content, shift]), () => previewSet(set, content, asked));
  const problemOf = (field: string): string | undefined =>
    live.field === field || (live.field?.startsWith(`${field}.`) ?? false)
      ? (live.error ?? undefined)
      : fault?.field === field && isChanged
        ? fault.text
        : undefined;
  const waits = fault?.text ?? live.error ?? (!isChanged && set !== null ? `Nothing differs from version ${version} yet.` : null);
  const patch = (i: number, r: SetDraft['rules'][number] | null): void =>
    setDraft((d) => ({ ...d, rules: d.rules.flatMap((q, j) => (j === i ? (r === null ? [] : [r]) : [q])) }));
  const using = live.value?.using.reduce((s, k) => s + k.charts, 0) ?? 0;
  return (
    <div className="grid grid-cols-[minmax(0,67fr)_minmax(0,53fr)] gap-3 items-start">
      <Panel title="Rules" note={note}>
        <fieldset disabled={!may} className="flex flex-col gap-3 min-w-0">
          <TextField
            label="Name of the set"
            value={draft.name}
            problem={problemOf('name')}
            maxLength={120}
            onText={(name) => setDraft((d) => ({ ...d, name }))}
          />
          {draft.rules.map((r, i) => (
            <RuleRow
              key={r.key}
              rule={r}
              problemOf={(f) => problemOf(`rules.${i}.${f}`)}
              set={(q) => patch(i, q)}
              remove={may ? () => patch(i, null) : null}
            />
          ))}
          {may ? (
            <>
              <div>
                <button
                  type="button"
                  className="btn"
                  onClick={() =>
                    setDraft((d) => ({ ...d, rules: [...d.rules, newRule(1 + Math.max(-1, ...d.rules.map((r) => r.key)))] }))
                  }
                >
                  Add a rule
                </button>
              </div>
              <div className="flex items-center justify-end gap-3">
                <span className="text-sm text-ink-2">{waits}</span>
                <button
                  type="button"
                  className="btn btn-primary"
                  disabled={waits !== null || live.busy}
                  onClick={() => setSaving(true)}
                >
                  {set === null ? 'Save the set…' : `Save version ${version + 1}…`}
                </button>
              </div>
            </>
          ) : null}
        </fieldset>
      </Panel>
      <PricePanel preview={live.value} error={live.error} busy={live.busy} shift={shift} setShift={setShift} />
      {saving ? (
        <ReasonDialog
          open
          onClose={() => setSaving(false)}
          title={set === null ? `New rule set: ${draft.name}` : `${draft.name}: version ${version + 1}`}
          confirm={set === null ? 'Save the set' : `Save version ${version + 1}`}
          onSubmit={async (reason) => {
            const { result, id } = await saveSet(set, version, draft.name.trim(), content, reason);
            if (id !== null) router.push(`/spc/rules/${id}`);
            return result;
          }}
        >
          <ul className="text-sm">
            {live.value === null || live.value.one.price.rate === 0 ? null : (
              <li>{`One false alarm in ${num(1 / live.value.one.price.rate, 0)} points of a chart of individual values.`}</li>
            )}
            <li>
              {using === 0
                ? 'No chart uses the set yet: charts and templates choose it.'
                : `${plural(using, 'chart')} that use the set keep the version that they have until it is applied.`}
            </li>
          </ul>
        </ReasonDialog>
      ) : null}
    </div>
  );
}
