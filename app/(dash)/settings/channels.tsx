'use client';
import { useState, useTransition } from 'react';
import type { SettingsView } from '@/lib/services/views/settings';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Dialog } from '@/lib/ui/components/dialog';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { useReport } from '@/lib/ui/components/toast';
import { count } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { addChannel, setChannel } from './actions';
import { SecretOnce } from './secret';

type Channel = SettingsView['channels'][number];
const SEVERITIES = ['high', 'medium', 'low'] as const;

export function ChannelsPanel({ channels, areas }: { channels: readonly Channel[]; areas: readonly string[] }) {
  const report = useReport();
  const [busy, start] = useTransition();
  const [adding, add] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const columns: Column<Channel>[] = [
    {
      key: 'state',
      header: 'State',
      value: (c) => (c.active ? 'active' : 'paused'),
      cell: (c) =>
        c.active ? (
          <StatusMark status={c.failed > 0 && c.lastError ? 'warn' : 'ok'} text="active" />
        ) : (
          <StatusMark status="idle" text="paused" />
        ),
    },
    { key: 'name', header: 'Name', value: (c) => c.name },
    { key: 'kind', header: 'Kind', value: (c) => c.kind },
    {
      key: 'target',
      header: 'Goes to',
      value: (c) => c.target,
      cell: (c) => (
        <span className="name" title={c.target}>
          {c.target}
        </span>
      ),
    },
    { key: 'severities', header: 'Severities', value: (c) => c.severities.join(', ') || 'all' },
    { key: 'areas', header: 'Areas', value: (c) => c.areas.join(', ') || 'all' },
    {
      key: 'delivered',
      header: 'Delivered',
      numeric: true,
      value: (c) => c.delivered,
      cell: (c) => count(c.delivered),
      title: 'Last 30 days',
    },
    {
      key: 'failed',
      header: 'Failed',
      numeric: true,
      value: (c) => c.failed,
      cell: (c) => <span title={c.lastError ?? undefined}>{count(c.failed)}</span>,
    },
    { key: 'last', header: 'Last', numeric: true, value: (c) => c.lastMs, cell: (c) => <Ago at={c.lastMs} /> },
    {
      key: 'do',
      header: '',
      cell: (c) => (
        <button
          type="button"
          className="btn h-6! text-sm!"
          disabled={busy}
          onClick={() => start(async () => void report(await setChannel(c.id, !c.active)))}
        >
          {c.active ? 'Pause' : 'Resume'}
        </button>
      ),
    },
  ];
  return (
    <Panel
      title="Notification channels"
      note="told of every step of an alert; delivery is retried and logged"
      flush
      actions={
        <button type="button" className="btn h-7! text-sm!" onClick={() => add(true)}>
          Add a channel…
        </button>
      }
    >
      {secret ? (
        <SecretOnce label="The secret that signs this webhook’s calls" secret={secret} onClose={() => setSecret(null)} />
      ) : null}
      <DataTable
        label="Notification channels"
        rows={channels}
        columns={columns}
        rowKey={(c) => c.id}
        empty="No channel yet: alerts are only on screen. Add a webhook or an e-mail address to have them delivered."
        maxHeight={320}
      />
      <Dialog open={adding} onClose={() => add(false)} title="Add a channel">
        <ChannelForm
          areas={areas}
          onDone={(s) => {
            setSecret(s);
            add(false);
          }}
        />
      </Dialog>
    </Panel>
  );
}

function ChannelForm({ areas, onDone }: { areas: readonly string[]; onDone: (secret: string | null) => void }) {
  const report = useReport();
  const [busy, start] = useTransition();
  const [error, setError] = useState<string | null>(null);
  const [kind, setKind] = useState<'webhook' | 'email'>('webhook');
  const submit = (data: FormData): void =>
    start(async () => {
      setError(null);
      const r = await addChannel({
        kind,
        name: String(data.get('name') ?? ''),
        target: String(data.get('target') ?? ''),
        severities: data.getAll('severity').map(String),
        areas: data.getAll('area').map(String),
      });
      if (r.result.ok) {
        report(r.result);
        onDone(r.secret);
      } else setError(r.result.error);
    });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        submit(new FormData(e.currentTarget));
      }}
    >
      <label className="block mb-2">
        <span className="label">Name</span>
        <input name="name" className="field w-full" required maxLength={80} autoComplete="off" />
      </label>
      <label className="block mb-2">
        <span className="label">Kind</span>
        <select className="field w-full" value={kind} onChange={(e) => setKind(e.target.value === 'email' ? 'email' : 'webhook')}>
          <option value="webhook">webhook: a signed POST to an address</option>
          <option value="email">email: a message by SMTP</option>
        </select>
      </label>
      <label className="block mb-2">
        <span className="label">{kind === 'webhook' ? 'Address, https://…' : 'E-mail address'}</span>
        <input name="target" type={kind === 'webhook' ? 'url' : 'email'} className="field w-full" required autoComplete="off" />
      </label>
      <fieldset className="mb-2">
        <legend className="label">Only these severities (none chosen: all)</legend>
        {SEVERITIES.map((s) => (
          <label key={s} className="inline-flex items-center gap-1 mr-4">
            <input type="checkbox" name="severity" value={s} />
            {s}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend className="label">Only these areas (none chosen: all)</legend>
        {areas.map((a) => (
          <label key={a} className="inline-flex items-center gap-1 mr-4">
            <input type="checkbox" name="area" value={a} />
            {a}
          </label>
        ))}
      </fieldset>
      {error ? <InlineError message={error} /> : null}
      <div className="flex justify-end mt-3">
        <button type="submit" className="btn btn-primary" disabled={busy}>
          {busy ? 'Working…' : 'Add the channel'}
        </button>
      </div>
    </form>
  );
}
