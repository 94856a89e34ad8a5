'use client';
import { useState } from 'react';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { placeHold } from './actions';

/** Places a hold of any lot, tool or chamber. */
export function AnyHoldDialog({ tools, onClose }: { tools: readonly string[]; onClose: () => void }) {
  const [scope, setScope] = useState('lot');
  const [lot, setLot] = useState('');
  const [tool, setTool] = useState('');
  const [chamber, setChamber] = useState('');
  const missing =
    scope === 'lot'
      ? lot.trim() === '' && 'Name the lot.'
      : tool === ''
        ? 'Choose the tool.'
        : scope === 'chamber' && chamber.trim() === '' && 'Name the chamber.';
  const subject =
    scope === 'lot' ? { scope, lot: lot.trim() } : scope === 'tool' ? { scope, tool } : { scope, tool, chamber: chamber.trim() };
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title="Place a hold"
      confirm="Hold"
      blocked={missing || null}
      onSubmit={(reason) => placeHold(subject, reason, null)}
    >
      <div className="grid grid-cols-2 gap-3">
        <ChoiceField
          label="Hold"
          value={scope}
          onText={setScope}
          options={[
            { value: 'lot', label: 'a lot' },
            { value: 'chamber', label: 'a chamber' },
            { value: 'tool', label: 'a tool with all chambers' },
          ]}
        />
        {scope === 'lot' ? <TextField label="Lot" value={lot} onText={setLot} autoComplete="off" /> : null}
        {scope === 'lot' ? null : (
          <ChoiceField
            label="Tool"
            value={tool}
            onText={setTool}
            options={[{ value: '', label: 'Choose…' }, ...tools.map((t) => ({ value: t, label: t }))]}
          />
        )}
        {scope === 'chamber' ? <TextField label="Chamber" value={chamber} onText={setChamber} autoComplete="off" /> : null}
      </div>
    </ReasonDialog>
  );
}
