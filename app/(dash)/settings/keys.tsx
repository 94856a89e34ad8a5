'use client';
import { useState } from 'react';
import type { SettingsView } from '@/lib/services/settings/views/settings';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Dialog } from '@/lib/ui/components/dialog';
import { DialogForm } from '@/lib/ui/components/dialog-form';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { TextField } from '@/lib/ui/components/text-field';
import { Ago } from '@/lib/ui/hooks/now';
import { useAction } from '@/lib/ui/hooks/use-action';
import { useForm } from '@/lib/ui/hooks/use-form';
import { addKey, revokeKey } from './actions';
import { keyProblems } from './form-problems';
import { SecretOnce } from './secret';

type Key = SettingsView['keys'][number];

const MEANS: Readonly<Record<string, string>> = {
  ingest: 'send lots, runs, measurements, overlay and events',
  advice: 'ask for recipe advice',
  fab: 'register the fab’s master data',
  read: 'read alerts and the state of the pipeline',
  alerts: 'read alerts and act on them',
  compute: 'compute with the functions of the mathematics',
  truth: 'send ground truth (simulators only)',
};

export function KeysPanel({ keys, scopes }: { keys: readonly Key[]; scopes: readonly string[] }) {
  const { busy, run } = useAction();
  const [adding, add] = useState(false);
  const [revoking, ask] = useState<Key | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const columns: Column<Key>[] = [
    {
      key: 'state',
      header: 'State',
      value: (k) => (k.revokedMs === null ? 'in force' : 'revoked'),
      cell: (k) =>
        k.revokedMs === null ? <StatusMark status="ok" text="in force" /> : <StatusMark status="idle" text="revoked" />,
    },
    { key: 'sender', header: 'Sender', value: (k) => k.sender },
    { key: 'prefix', header: 'Key', value: (k) => `${k.prefix}…`, cell: (k) => <code>{`${k.prefix}…`}</code> },
    { key: 'scopes', header: 'Scopes', value: (k) => k.scopes.join(', ') },
    { key: 'by', header: 'Made by', value: (k) => k.createdBy },
    { key: 'created', header: 'Made', numeric: true, time: (k) => k.createdMs, cell: (k) => <Ago at={k.createdMs} /> },
    { key: 'used', header: 'Last used', numeric: true, time: (k) => k.lastUsedMs, cell: (k) => <Ago at={k.lastUsedMs} /> },
    {
      key: 'do',
      header: '',
      cell: (k) =>
        k.revokedMs === null ? (
          <button type="button" className="btn h-6! text-sm!" onClick={() => ask(k)}>
            Revoke…
          </button>
        ) : null,
    },
  ];
  return (
    <Panel
      title="API keys"
      note="one for each tool, station or host that sends"
      flush
      actions={
        <button type="button" className="btn h-7! text-sm!" onClick={() => add(true)}>
          Make a key…
        </button>
      }
    >
      {secret ? <SecretOnce label="The new API key" secret={secret} onClose={() => setSecret(null)} /> : null}
      <DataTable
        label="API keys"
        rows={keys}
        columns={columns}
        rowKey={(k) => k.id}
        empty="No key yet. A tool or station that sends needs one: make it here and put it into the sender’s configuration."
        maxHeight={320}
      />
      <Dialog open={adding} onClose={() => add(false)} title="Make an API key">
        <KeyForm
          scopes={scopes}
          onDone={(made) => {
            setSecret(made);
            add(false);
          }}
        />
      </Dialog>
      <Dialog open={revoking !== null} onClose={() => ask(null)} title={`Revoke the key of ${revoking?.sender ?? ''}`}>
        <p>From now on its sender is refused, and this key cannot be used again. What it sent stays.</p>
        <div className="flex justify-end gap-2 mt-3">
          <button type="button" className="btn" onClick={() => ask(null)}>
            Cancel
          </button>
          <button
            type="button"
            className="btn btn-primary"
            disabled={busy}
            onClick={() =>
              run(async () => {
                const r = await revokeKey(revoking!.id);
                if (r.ok) ask(null);
                return r;
              })
            }
          >
            Revoke
          </button>
        </div>
      </Dialog>
    </Panel>
  );
}

function KeyForm({ scopes, onDone }: { scopes: readonly string[]; onDone: (secret: string | null) => void }) {
  const { field, busy, submit, error } = useForm({ sender: '' }, keyProblems);
  const make = (form: HTMLFormElement): void => {
    let secret: string | null = null;
    submit(
      async ({ sender }) => {
        const r = await addKey({ sender, scopes: new FormData(form).getAll('scope').map(String) });
        secret = r.secret;
        return r.result;
      },
      () => onDone(secret),
    );
  };
  return (
    <DialogForm error={error} busy={busy} verb="Make the key" onSend={make}>
      <TextField
        label="Sender: the name every record it sends will carry"
        {...field('sender')}
        maxLength={80}
        autoComplete="off"
      />
      <fieldset>
        <legend className="label">It may</legend>
        {scopes.map((s) => (
          <label key={s} className="flex items-center gap-2 py-0.5">
            <input type="checkbox" name="scope" value={s} defaultChecked={s === 'ingest'} />
            <span>
              <code>{s}</code> {MEANS[s] ?? ''}
            </span>
          </label>
        ))}
      </fieldset>
    </DialogForm>
  );
}
