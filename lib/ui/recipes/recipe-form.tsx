'use client';
import { useState } from 'react';
import { Panel } from '../components/panel';
import { useDraft } from './draft-context';
import { JsonForm } from './json-form';
import { MeasureForm } from './measure-form';
import { ParametersForm } from './parameters-form';
import { SampleForm } from './sample-form';

type Part = 'sample' | 'parameters' | 'measure' | 'json';

const PARTS: readonly { value: Part; label: string; owns: (path: string) => boolean }[] = [
  { value: 'sample', label: 'Sample', owns: (p) => p.startsWith('sample') },
  { value: 'parameters', label: 'Parameters', owns: (p) => p.startsWith('parameters') },
  { value: 'measure', label: 'Channels, fit', owns: (p) => /^(channels|range|fit|accept)/.test(p) },
  { value: 'json', label: 'JSON', owns: () => false },
];

/** The whole recipe as a form in four parts; each says how many of its fields need a correction. */
export function RecipeForm({ name }: { name: string }) {
  const { issues, mayEdit, namesId, draft } = useDraft();
  const [part, setPart] = useState<Part>('sample');
  return (
    <Panel title="Recipe" note={mayEdit ? '' : 'everyone may look, engineers may change it'}>
      <div role="tablist" aria-label="Part of the recipe" className="flex border-b border-hairline mb-2 -mx-3 px-3">
        {PARTS.map((t, i) => {
          const bad = issues.filter((x) => t.owns(x.path)).length;
          return (
            <button
              key={t.value}
              type="button"
              role="tab"
              id={`part-${t.value}`}
              aria-selected={part === t.value}
              aria-controls="recipe-part"
              tabIndex={part === t.value ? 0 : -1}
              className={`px-2 h-8 -mb-px border-b-2 ${part === t.value ? 'border-accent text-accent font-semibold' : 'border-transparent text-ink-2 hover:text-ink'}`}
              onClick={() => setPart(t.value)}
              onKeyDown={(e) => {
                const by = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
                if (by === 0) return;
                const next = PARTS[(i + by + PARTS.length) % PARTS.length]!.value;
                setPart(next);
                document.getElementById(`part-${next}`)?.focus();
              }}
            >
              {t.label}
              {bad > 0 ? <span className="status-out">{` ■ ${bad}`}</span> : null}
            </button>
          );
        })}
      </div>
      <datalist id={namesId}>
        {draft.parameters.map((p, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two may share a name while it is being typed
          <option key={i} value={p.name} />
        ))}
      </datalist>
      <div role="tabpanel" id="recipe-part" aria-labelledby={`part-${part}`}>
        {part === 'sample' ? <SampleForm /> : null}
        {part === 'parameters' ? <ParametersForm /> : null}
        {part === 'measure' ? <MeasureForm /> : null}
        {part === 'json' ? <JsonForm name={name} /> : null}
      </div>
    </Panel>
  );
}
