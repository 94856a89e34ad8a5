'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { SettingsView } from '@/lib/services/settings/views/settings';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Dialog } from '@/lib/ui/components/dialog';
import { DialogForm } from '@/lib/ui/components/dialog-form';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { TextField } from '@/lib/ui/components/text-field';
import { useReport } from '@/lib/ui/components/toast';
import { count } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { useAction } from '@/lib/ui/hooks/use-action';
import { useForm } from '@/lib/ui/hooks/use-form';
import { addChannel, setChannel, tryChannel } from './actions';
import { channelProblems } from './form-problems';
import { SecretOnce } from './secret';

type Channel = SettingsView['channels'][number];
const SEVERITIES = ['high', 'medium', 'low'] as const;
const KINDS = ['webhook', 'slack', 'teams', 'email', 'mes'] as const;
type Kind = (typeof KINDS)[number];

export function ChannelsPanel({ channels, areas }: { channels: readonly Channel[]; areas: readonly string[] }) {
  const { busy, run } = useAction();
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
    { key: 'last', header: 'Last', numeric: true, time: (c) => c.lastMs, cell: (c) => <Ago at={c.lastMs} /> },
    {
      key: 'do',
      header: '',
      cell: (c) => (
        <span className="flex gap-1">
          <button
            type="button"
            className="btn h-6! text-sm!"
            disabled={busy}
            title="Sends a message that says that it is a test, and shows the answer"
            aria-label={`Test ${c.name}`}
            onClick={() => run(() => tryChannel(c.id))}
          >
            {busy ? '…' : 'Test'}
          </button>
          <button
            type="button"
            className="btn h-6! text-sm!"
            disabled={busy}
            onClick={() => run(() => setChannel(c.id, !c.active))}
          >
            {c.active ? 'Pause' : 'Resume'}
          </button>
        </span>
      ),
    },
  ];
  return (
    <Panel
      title="Notification channels"
      note="what goes to them is said by the rules of notification; each delivery is retried and logged"
      flush
      actions={
        <>
          <Link prefetch={false} className="btn h-7! text-sm!" href="/alerts/notifications">
            Rules
          </Link>
          <Link prefetch={false} className="btn h-7! text-sm!" href="/alerts/notifications/log">
            Deliveries
          </Link>
          <button type="button" className="btn h-7! text-sm!" onClick={() => add(true)}>
            Add a channel…
          </button>
        </>
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
  const [kind, setKind] = useState<Kind>('webhook');
  const { field, busy, submit, error } = useForm({ name: '', target: '' }, (v) => channelProblems({ ...v, kind }));
  const add = (form: HTMLFormElement): void => {
    const chosen = new FormData(form);
    let secret: string | null = null;
    submit(
      async (v) => {
        const r = await addChannel({
          kind,
          ...v,
          severities: chosen.getAll('severity').map(String),
          areas: chosen.getAll('area').map(String),
        });
        secret = r.secret;
        return r.result;
      },
      (r) => {
        report(r);
        onDone(secret);
      },
    );
  };
  return (
    <DialogForm error={error} busy={busy} verb="Add the channel" onSend={add}>
      <TextField label="Name" {...field('name')} maxLength={80} autoComplete="off" />
      <label className="block">
        <span className="label">Kind</span>
        <select
          className="field w-full"
          value={kind}
          onChange={(e) => setKind(KINDS.find((k) => k === e.target.value) ?? 'webhook')}
        >
          <option value="webhook">webhook: a signed POST to an address</option>
          <option value="slack">slack: a chat by an incoming webhook of Slack, Mattermost or Rocket.Chat</option>
          <option value="teams">teams: a chat by a workflow of Microsoft Teams that takes webhooks</option>
          <option value="email">email: a message by SMTP</option>
          <option value="mes">mes: a signed POST for each hold and release, until it is acknowledged</option>
        </select>
      </label>
      <TextField
        label={kind === 'email' ? 'E-mail address' : 'Address, https://…'}
        type={kind === 'email' ? 'email' : 'url'}
        {...field('target')}
        autoComplete="off"
      />
      {kind === 'mes' ? (
        <p className="text-sm text-ink-2">
          A MES is asked for every hold. What it was asked and has acknowledged stands on the page of holds.
        </p>
      ) : null}
      {kind === 'mes' ? null : <Choices legend="Only these severities (none chosen: all)" name="severity" of={SEVERITIES} />}
      {kind === 'mes' ? null : <Choices legend="Only these areas (none chosen: all)" name="area" of={areas} />}
    </DialogForm>
  );
}

function Choices({ legend, name, of }: { legend: string; name: string; of: readonly string[] }) {
  return (
    <fieldset>
      <legend className="label">{legend}</legend>
      {of.map((value) => (
        <label key={value} className="inline-flex items-center gap-1 mr-4">
          <input type="checkbox" name={name} value={value} />
          {value}
        </label>
      ))}
    </fieldset>
  );
}
