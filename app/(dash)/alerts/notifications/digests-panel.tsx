'use client';
import { useState } from 'react';
import { ruleTargetWords } from '@/lib/services/notify/rules';
import type { DigestView, RulesPage } from '@/lib/services/notify/views/rules';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { saveDigestVersion } from './actions';
import { Checks } from './quiet-fields';
import { DAY_CHOICES, daysText, readDays } from './quiet-words';
import { TargetField } from './target-field';
import { readTargets, targetText } from './targets';

const whenText = (d: DigestView): string => `${daysText(d.spec.days)} at ${d.spec.times.join(', ')} (${d.spec.zone})`;

const COLUMNS: readonly Column<DigestView>[] = [
  {
    key: 'state',
    header: 'State',
    value: (d) => (d.active ? 'on' : 'off'),
    cell: (d) => <StatusMark status={d.active ? 'ok' : 'idle'} text={d.active ? 'on' : 'off'} />,
  },
  { key: 'name', header: 'Digest', value: (d) => d.name },
  { key: 'when', header: 'When', value: whenText, cell: (d) => <span className="block whitespace-normal">{whenText(d)}</span> },
  { key: 'areas', header: 'Areas', value: (d) => d.spec.areas.join(', ') || 'all' },
  {
    key: 'to',
    header: 'Tells',
    value: (d) => d.spec.to.map(ruleTargetWords).join(', '),
    cell: (d) => <span className="block whitespace-normal">{d.spec.to.map(ruleTargetWords).join(', ')}</span>,
  },
  { key: 'next', header: 'Next', time: (d) => d.nextMs },
];

/** What is open, told at set times. */
export function DigestsPanel({ data, may }: { data: RulesPage; may: boolean }) {
  const [editing, edit] = useState<DigestView | 'new' | null>(null);
  const act: Column<DigestView> = {
    key: 'do',
    header: '',
    cell: (d) => (
      <button type="button" className="btn h-6! text-sm!" aria-label={`Change ${d.name}`} onClick={() => edit(d)}>
        Change…
      </button>
    ),
  };
  return (
    <Panel
      title="Digests"
      note="open alerts by area and severity, worst charts, holds and proposals that wait"
      flush
      actions={
        may ? (
          <button type="button" className="btn h-7! text-sm!" onClick={() => edit('new')}>
            Add a digest…
          </button>
        ) : null
      }
    >
      <DataTable
        label="Digests"
        rows={data.digests}
        columns={may ? [...COLUMNS, act] : COLUMNS}
        rowKey={(d) => d.id}
        empty="No digest yet. One at the beginning of each shift says what the shift takes over."
      />
      {editing === null ? null : (
        <DigestDialog data={data} digest={editing === 'new' ? null : editing} onClose={() => edit(null)} />
      )}
    </Panel>
  );
}

function DigestDialog({ data, digest, onClose }: { data: RulesPage; digest: DigestView | null; onClose: () => void }) {
  const [d, setDraft] = useState(() => ({
    name: digest?.name ?? '',
    active: digest?.active ?? true,
    zone: digest?.spec.zone ?? data.zone,
    times: (digest?.spec.times ?? ['06:00', '14:00', '22:00']).join(', '),
    days: (digest?.spec.days ?? []).join(','),
    areas: [...(digest?.spec.areas ?? [])],
    to: (digest?.spec.to ?? []).map(targetText).join(', '),
  }));
  const set = (patch: Partial<typeof d>): void => setDraft({ ...d, ...patch });
  const send = (reason: string) =>
    saveDigestVersion(
      {
        id: digest?.id ?? null,
        seen: digest?.version ?? 0,
        name: d.name,
        active: d.active,
        spec: {
          zone: d.zone.trim(),
          times: d.times
            .split(',')
            .map((t) => t.trim())
            .filter((t) => t !== ''),
          days: readDays(d.days),
          areas: d.areas,
          to: readTargets(d.to),
        },
      },
      reason,
    );
  const blocked = d.name.trim() === '' ? 'Give the digest a name.' : d.to.trim() === '' ? 'Choose who gets it.' : null;
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={digest === null ? 'New digest' : `${digest.name}: version ${digest.version + 1}`}
      confirm={digest === null ? 'Add the digest' : `Activate version ${digest.version + 1}`}
      width={640}
      blocked={blocked}
      onSubmit={send}
    >
      <div className="grid grid-cols-2 gap-3 items-end">
        <TextField label="Name" value={d.name} onText={(name) => set({ name })} maxLength={80} autoComplete="off" />
        <label className="flex items-center gap-1 pb-1">
          <input type="checkbox" checked={d.active} onChange={(e) => set({ active: e.target.checked })} />
          on
        </label>
        <TextField label="Times, by commas" value={d.times} onText={(times) => set({ times })} autoComplete="off" />
        <TextField label="Time zone" value={d.zone} onText={(zone) => set({ zone })} autoComplete="off" />
        <ChoiceField label="Days" value={d.days} onText={(days) => set({ days })} options={DAY_CHOICES} />
      </div>
      <Checks legend="Only these areas (none chosen: all)" of={data.areas} chosen={d.areas} set={(areas) => set({ areas })} />
      <div className="mt-2">
        <TargetField value={d.to} known={data} all={false} set={(to) => set({ to })} />
      </div>
    </ReasonDialog>
  );
}
