'use client';
import { useState } from 'react';
import type { PoliciesView } from '@/lib/services/alerts/views/policies';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Dialog } from '@/lib/ui/components/dialog';
import { DialogForm } from '@/lib/ui/components/dialog-form';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { useReport } from '@/lib/ui/components/toast';
import { useAction } from '@/lib/ui/hooks/use-action';
import { useForm } from '@/lib/ui/hooks/use-form';
import { saveCode, saveNewCode } from './actions';
import { areaWord } from './policies-panel';

type Code = PoliciesView['codes'][number];

/** Causes and actions by area; retired ones stay with the alerts that were closed by them. */
export function CodesPanel({ data, may }: { data: PoliciesView; may: boolean }) {
  const [editing, edit] = useState<Code | 'new' | null>(null);
  const { busy, run } = useAction();
  const columns: Column<Code>[] = [
    { key: 'kind', header: 'Kind', value: (c) => c.kind },
    { key: 'area', header: 'Area', value: (c) => areaWord(c.area) },
    { key: 'label', header: 'Called', value: (c) => c.label },
    { key: 'code', header: 'Code', title: 'What the API says', value: (c) => c.code },
    { key: 'position', header: 'Place', numeric: true, value: (c) => c.position },
    { key: 'used', header: 'Alerts', numeric: true, value: (c) => c.used },
    {
      key: 'state',
      header: 'State',
      value: (c) => (c.retiredMs === null ? 'in use' : 'retired'),
      cell: (c) => (
        <StatusMark status={c.retiredMs === null ? 'ok' : 'idle'} text={c.retiredMs === null ? 'in use' : 'retired'} />
      ),
    },
    {
      key: 'do',
      header: '',
      cell: (c) =>
        may ? (
          <span className="inline-flex gap-3">
            <button type="button" className="link" aria-label={`Change ${c.label}`} onClick={() => edit(c)}>
              Change…
            </button>
            <button
              type="button"
              className="link"
              aria-label={`${c.retiredMs === null ? 'Retire' : 'Bring back'} ${c.label}`}
              disabled={busy}
              onClick={() =>
                run(() =>
                  saveCode({ id: c.id, seen: c.version, label: c.label, position: c.position, retired: c.retiredMs === null }),
                )
              }
            >
              {c.retiredMs === null ? 'Retire' : 'Bring back'}
            </button>
          </span>
        ) : null,
    },
  ];
  return (
    <Panel
      title="Cause and action codes"
      note="those of an area beside those of all areas"
      flush
      actions={
        may ? (
          <button type="button" className="btn h-7! text-sm!" onClick={() => edit('new')}>
            Add a code…
          </button>
        ) : null
      }
    >
      <DataTable
        label="Cause and action codes"
        rows={data.codes}
        columns={columns}
        rowKey={(c) => c.id}
        empty="There is no code."
        maxHeight={520}
      />
      <Dialog open={editing !== null} onClose={() => edit(null)} title={editing === 'new' ? 'Add a code' : 'Change a code'}>
        {editing === 'new' ? (
          <NewCode areas={data.areas} onDone={() => edit(null)} />
        ) : editing === null ? null : (
          <ChangeCode code={editing} onDone={() => edit(null)} />
        )}
      </Dialog>
    </Panel>
  );
}

const placeProblem = (text: string): string | undefined =>
  /^\d{1,3}$/.test(text.trim()) ? undefined : 'A whole number from 0 to 999.';
const labelProblem = (text: string): string | undefined => (text.trim().length >= 2 ? undefined : 'Enter what it is called.');

function NewCode({ areas, onDone }: { areas: readonly string[]; onDone: () => void }) {
  const report = useReport();
  const [kind, setKind] = useState('cause');
  const [area, setArea] = useState('*');
  const { field, busy, submit, error } = useForm({ label: '', code: '', position: '50' }, (v) => ({
    ...(labelProblem(v.label) ? { label: labelProblem(v.label)! } : {}),
    ...(/^[a-z0-9][a-z0-9_]{1,39}$/.test(v.code) ? {} : { code: 'Small letters, digits and underscores, 2 to 40 of them.' }),
    ...(placeProblem(v.position) ? { position: placeProblem(v.position)! } : {}),
  }));
  return (
    <DialogForm
      error={error}
      busy={busy}
      verb="Add the code"
      onSend={() =>
        submit(
          (v) => saveNewCode({ kind, area, code: v.code, label: v.label.trim(), position: Number(v.position) }),
          (r) => {
            report(r);
            onDone();
          },
        )
      }
    >
      <ChoiceField
        label="Kind"
        value={kind}
        onText={setKind}
        options={[
          { value: 'cause', label: 'cause' },
          { value: 'action', label: 'action' },
        ]}
      />
      <ChoiceField
        label="Area"
        value={area}
        onText={setArea}
        options={[{ value: '*', label: 'all areas' }, ...areas.map((a) => ({ value: a, label: a }))]}
      />
      <TextField label="Called" {...field('label')} maxLength={80} autoComplete="off" />
      <TextField label="Code, as the API says it" {...field('code')} maxLength={40} autoComplete="off" />
      <TextField label="Place in the list" {...field('position')} inputMode="numeric" />
    </DialogForm>
  );
}

function ChangeCode({ code, onDone }: { code: Code; onDone: () => void }) {
  const report = useReport();
  const { field, busy, submit, error } = useForm({ label: code.label, position: String(code.position) }, (v) => ({
    ...(labelProblem(v.label) ? { label: labelProblem(v.label)! } : {}),
    ...(placeProblem(v.position) ? { position: placeProblem(v.position)! } : {}),
  }));
  return (
    <DialogForm
      error={error}
      busy={busy}
      verb="Change the code"
      onSend={() =>
        submit(
          (v) =>
            saveCode({
              id: code.id,
              seen: code.version,
              label: v.label.trim(),
              position: Number(v.position),
              retired: code.retiredMs !== null,
            }),
          (r) => {
            report(r);
            onDone();
          },
        )
      }
    >
      <p className="text-sm text-ink-2">{`${code.kind} ${code.code} of ${areaWord(code.area)}`}</p>
      <TextField label="Called" {...field('label')} maxLength={80} autoComplete="off" />
      <TextField label="Place in the list" {...field('position')} inputMode="numeric" />
    </DialogForm>
  );
}
