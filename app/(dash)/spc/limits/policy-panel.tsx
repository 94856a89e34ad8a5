'use client';
import { useState } from 'react';
import type { LimitPolicy } from '@/lib/services/spc/limits/policy';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Panel } from '@/lib/ui/components/panel';
import { savePolicy } from './actions';

const FIRST_WORDS: Readonly<Record<LimitPolicy['firstLimits'], string>> = {
  apply: 'hold at once, and are listed here until somebody has looked at them',
  propose: 'wait here for an approval; until then the chart has none',
};

const personWords = (second: boolean): string =>
  second ? 'Another engineer approves limits and rules before they hold.' : 'An engineer’s limits and rules hold at once.';

/** How limits come into force on this site, and the way to change it. */
export function PolicyPanel({ policy, may }: { policy: LimitPolicy; may: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <Panel title="How limits come into force" note={`${policy.author}: ${policy.reason}`}>
      <p>{`${personWords(policy.secondPerson)} First limits of a baseline ${FIRST_WORDS[policy.firstLimits]}.`}</p>
      {may ? (
        <button type="button" className="btn mt-2" onClick={() => setOpen(true)}>
          Change…
        </button>
      ) : (
        <p className="text-sm text-ink-2 mt-2">Changing this needs the administrator role.</p>
      )}
      {open ? <PolicyDialog policy={policy} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}

function PolicyDialog({ policy, onClose }: { policy: LimitPolicy; onClose: () => void }) {
  const [secondPerson, setSecond] = useState(policy.secondPerson);
  const [firstLimits, setFirst] = useState(policy.firstLimits);
  const isSame = secondPerson === policy.secondPerson && firstLimits === policy.firstLimits;
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title="How limits come into force"
      confirm="Save"
      blocked={isSame ? 'Nothing differs yet.' : null}
      onSubmit={(reason) => savePolicy(policy.version, { secondPerson, firstLimits }, reason)}
    >
      <label className="flex gap-2 text-sm py-1">
        <input type="checkbox" checked={secondPerson} onChange={(e) => setSecond(e.target.checked)} />
        Another engineer approves limits and rules before they hold
      </label>
      <fieldset className="mt-2">
        <legend className="label">First limits of a baseline</legend>
        {(Object.keys(FIRST_WORDS) as LimitPolicy['firstLimits'][]).map((k) => (
          <label key={k} className="flex gap-2 text-sm py-0.5">
            <input type="radio" name="first" checked={firstLimits === k} onChange={() => setFirst(k)} />
            {FIRST_WORDS[k]}
          </label>
        ))}
      </fieldset>
    </ReasonDialog>
  );
}
