import { conditionWords } from '@/lib/services/checklists/condition-words';
import type { ChecklistContent, Step } from '@/lib/services/checklists/content';
import { waysOf } from '@/lib/services/checklists/ways';
import { KIND_WORDS } from './editing';
import type { Codes } from './step-editor';

const DEEDS: Readonly<Record<string, string>> = {
  hold: 'a hold is placed',
  re_measure: 'a measurement is asked for',
  dispose: 'every affected lot is decided',
};

/** A checklist that is not edited: each step with its text and where it leads. */
export function StepsInWords({ content, codes }: { content: ChecklistContent; codes: readonly Codes[] }) {
  const titleOf = (id: string | null): string => content.steps.find((s) => s.id === id)?.title ?? 'nowhere yet';
  const { fits } = content;
  const only = [...fits.kinds.map((k) => `alerts of kind ${k}`), ...fits.operations, ...fits.parameters, ...fits.characteristics];
  return (
    <>
      <p className="text-sm text-ink-2 mb-2">{only.length === 0 ? 'For every alert.' : `For ${only.join(', ')}.`}</p>
      <ol className="flex flex-col">
        {content.steps.map((s) => (
          <li key={s.id} className="border-t border-hairline py-1">
            <b>{s.title}</b>{' '}
            <span className="text-sm text-ink-2">{`${KIND_WORDS[s.kind]}${s.id === content.start ? ', begins here' : ''}`}</span>
            {s.text === '' ? null : <p className="text-sm text-ink-2 whitespace-pre-line">{s.text}</p>}
            <p className="text-sm">{wordsOf(s, codes)}</p>
            {waysOf(s).length === 0 ? null : (
              <p className="text-sm text-ink-2">
                {waysOf(s)
                  .map((w) => `${w.label === '' ? '' : `${w.label} `}→ ${titleOf(w.to)}`)
                  .join(' · ')}
              </p>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

function wordsOf(s: Step, codes: readonly Codes[]): string | null {
  const label = (kind: string, code: string | null): string | null =>
    code === null ? null : (codes.find((c) => c.kind === kind && c.code === code)?.label ?? code);
  switch (s.kind) {
    case 'data':
      return conditionWords(s.condition);
    case 'action':
      return `Done when ${DEEDS[s.deed]}.`;
    case 'instruction':
      return s.link === '' ? null : s.link;
    case 'end': {
      const said = [label('cause', s.cause), label('action', s.action)].filter((w) => w !== null);
      return said.length === 0 ? null : `Suggests ${said.join(', ')}.`;
    }
    default:
      return null;
  }
}
