'use client';
import { useState } from 'react';
import { variableWords } from '@/lib/characteristic';
import type { SeenVariable, SeenVariables } from '@/lib/services/spc/views/variables';
import { MOST_VARIABLES } from '@/lib/spc';
import { InlineError } from '@/lib/ui/components/panel';
import { TextField } from '@/lib/ui/components/text-field';
import { plural, unitLabel } from '@/lib/ui/format';
import { findVariables } from './actions';
import { type EditorDraft, placeOf } from './editor-draft';
import { usePreview } from './use-preview';

type Chosen = EditorDraft['variables'][number];

const isSame = (a: Chosen, b: Chosen): boolean => a.characteristic === b.characteristic && a.parameter === b.parameter;

interface ChoiceProps {
  draft: EditorDraft;
  problem: string | undefined;
  set: (variables: EditorDraft['variables']) => void;
}

/** The values that a chart of several watches together: those chosen, in their order, and those that were seen where the template takes its values. */
export function VariableChoice({ draft, problem, set }: ChoiceProps) {
  const [find, setFind] = useState('');
  const place = placeOf(draft);
  const live = usePreview<SeenVariables>(JSON.stringify([place, find]), () => findVariables(place, find));
  const chosen = draft.variables;
  const level = live.value?.variables.find((v) => chosen.some((c) => isSame(c, v)))?.level ?? null;
  const offered = (live.value?.variables ?? []).filter(
    (v) => !chosen.some((c) => isSame(c, v)) && (level === null || v.level === level),
  );
  const add = (list: readonly SeenVariable[]): void =>
    set([...chosen, ...list.map(({ characteristic, parameter }) => ({ characteristic, parameter }))].slice(0, MOST_VARIABLES));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="label">Variables</legend>
      <p className="text-sm text-ink-3">
        {`Two to ${MOST_VARIABLES} values of one wafer's run (sensors and measured values alike), or of one lot. A point waits until all are known.`}
      </p>
      {problem === undefined ? null : <InlineError message={problem} />}
      <ChosenList chosen={chosen} set={set} />
      <TextField
        label="Find values"
        value={find}
        placeholder="words such as: mean etch pressure, or a pattern such as trace.*.etch.mean"
        autoComplete="off"
        onText={setFind}
      />
      <div aria-live="polite" aria-busy={live.busy}>
        {live.error === null ? null : <InlineError message={live.error} />}
        {live.value === null ? null : live.value.of === 0 ? (
          <p className="text-sm text-ink-2">
            Nothing like this was seen where the template takes its values: widen the patterns above, or wait for the first
            records.
          </p>
        ) : offered.length === 0 ? (
          <p className="text-sm text-ink-2">{`All ${plural(live.value.of, 'value')} found are chosen, or of another subject than the first.`}</p>
        ) : (
          <>
            <p className="flex items-center gap-3 text-sm text-ink-2">
              {offered.length === live.value.of
                ? plural(offered.length, 'value')
                : `${offered.length} offered of ${plural(live.value.of, 'value')} found`}
              <button
                type="button"
                className="link h-6"
                disabled={chosen.length + offered.length > MOST_VARIABLES}
                title={
                  chosen.length + offered.length > MOST_VARIABLES ? `More than ${MOST_VARIABLES}: narrow the search` : undefined
                }
                onClick={() => add(offered)}
              >
                {`Add all ${offered.length}`}
              </button>
            </p>
            <ul className="max-h-48 overflow-y-auto border border-hairline rounded mt-1" aria-label="Values found">
              {offered.map((v) => (
                <li key={`${v.characteristic} ${v.parameter}`}>
                  <button
                    type="button"
                    className="w-full text-left text-sm px-2 min-h-6 hover:bg-sunken flex items-center gap-2"
                    disabled={chosen.length >= MOST_VARIABLES}
                    onClick={() => add([v])}
                    aria-label={`Add ${v.words}`}
                  >
                    <span>{`+ ${v.words}`}</span>
                    <span className="ml-auto text-ink-3">{unitLabel(v.unit)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </fieldset>
  );
}

function ChosenList({ chosen, set }: { chosen: EditorDraft['variables']; set: ChoiceProps['set'] }) {
  if (chosen.length === 0) return <p className="text-sm text-ink-2">None chosen yet.</p>;
  return (
    <>
      <ol className="max-h-48 overflow-y-auto text-sm" aria-label="Chosen variables">
        {chosen.map((v, i) => (
          <li key={`${v.characteristic} ${v.parameter}`} className="flex items-center gap-2 px-1 min-h-6 hover:bg-sunken">
            <span className="text-ink-3 tabular-nums w-6 text-right">{i + 1}</span>
            <span className="truncate">{variableWords(v)}</span>
            <button
              type="button"
              className="link ml-auto h-6"
              aria-label={`Remove ${variableWords(v)}`}
              onClick={() => set(chosen.filter((c) => !isSame(c, v)))}
            >
              remove
            </button>
          </li>
        ))}
      </ol>
      <p className="flex gap-3 text-sm text-ink-2">
        {plural(chosen.length, 'variable')}
        <button type="button" className="link h-6" onClick={() => set([])}>
          Remove all
        </button>
      </p>
    </>
  );
}
