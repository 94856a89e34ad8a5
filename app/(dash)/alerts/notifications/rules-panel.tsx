'use client';
import { useState } from 'react';
import { GROUP_WORDS, kindWords } from '@/lib/services/notify/event-kinds';
import { type RuleSpec, ruleTargetWords } from '@/lib/services/notify/rules';
import type { RulesPage, RulesPreview, RuleView } from '@/lib/services/notify/views/rules';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { count, plural, shortDate } from '@/lib/ui/format';
import { saveOrder } from './actions';
import { quietText } from './quiet-words';
import { RuleDialog } from './rule-dialog';

const eventText = (e: string): string => (e in GROUP_WORDS ? GROUP_WORDS[e as keyof typeof GROUP_WORDS] : kindWords(e));

/** "every change of an alert; high; LITHO". */
export const takesText = (s: RuleSpec): string =>
  [
    s.events.length === 0 ? 'everything' : s.events.map(eventText).join(', '),
    s.severities.length === 0 ? 'every severity' : s.severities.join(', '),
    s.areas.length === 0 ? 'all areas' : s.areas.join(', '),
  ].join('; ');

const wrapped = (text: string) => <span className="block whitespace-normal">{text}</span>;

function columns(rules: readonly RuleView[], preview: RulesPreview): Column<RuleView>[] {
  return [
    { key: 'n', header: 'No.', numeric: true, value: (r) => rules.indexOf(r) + 1 },
    {
      key: 'state',
      header: 'State',
      value: (r) => (r.active ? 'on' : 'off'),
      cell: (r) => <StatusMark status={r.active ? 'ok' : 'idle'} text={r.active ? 'on' : 'off'} />,
    },
    { key: 'name', header: 'Rule', value: (r) => r.name, cell: (r) => wrapped(r.name) },
    { key: 'takes', header: 'Takes', value: (r) => takesText(r.spec), cell: (r) => wrapped(takesText(r.spec)) },
    {
      key: 'to',
      header: 'Tells',
      value: (r) => r.spec.to.map(ruleTargetWords).join(', ') || 'nobody',
      cell: (r) =>
        wrapped(`${r.spec.to.map(ruleTargetWords).join(', ') || 'nobody'}${r.spec.final ? '; no rule after it is asked' : ''}`),
    },
    { key: 'quiet', header: 'Quiet hours', value: (r) => quietText(r.spec.quiet), cell: (r) => wrapped(quietText(r.spec.quiet)) },
    {
      key: 'week',
      header: 'Last 7 days',
      fileUnit: 'messages',
      numeric: true,
      title: 'Messages that the rule would have asked for, from the stored events',
      value: (r) => (r.active ? (preview.byRule[r.id] ?? 0) : null),
      cell: (r) => (r.active ? count(preview.byRule[r.id] ?? 0) : '–'),
    },
    {
      key: 'version',
      header: 'Version',
      value: (r) => r.version,
      cell: (r) => <span title={`${r.author}: ${r.reason}`}>{`v${r.version}, ${shortDate(r.changedMs)}`}</span>,
    },
  ];
}

/** The rules in the order in which they are asked. */
export function RulesPanel({ data, preview, may }: { data: RulesPage; preview: RulesPreview; may: boolean }) {
  const [editing, edit] = useState<RuleView | 'new' | null>(null);
  const [order, setOrder] = useState<readonly string[] | null>(null);
  const move = (id: string, step: number): void => {
    const ids = data.rules.map((r) => r.id);
    const i = ids.indexOf(id);
    const k = i + step;
    if (k < 0 || k >= ids.length) return;
    [ids[i], ids[k]] = [ids[k]!, ids[i]!];
    setOrder(ids);
  };
  const act: Column<RuleView> = {
    key: 'do',
    header: '',
    cell: (r) => (
      <span className="flex gap-1">
        <button type="button" className="btn h-6! text-sm!" aria-label={`Change ${r.name}`} onClick={() => edit(r)}>
          Change…
        </button>
        <button type="button" className="btn h-6! text-sm!" aria-label={`Ask ${r.name} earlier`} onClick={() => move(r.id, -1)}>
          ↑
        </button>
        <button type="button" className="btn h-6! text-sm!" aria-label={`Ask ${r.name} later`} onClick={() => move(r.id, 1)}>
          ↓
        </button>
      </span>
    ),
  };
  const cols = columns(data.rules, preview);
  return (
    <Panel
      title="Rules"
      note="asked in this order; one receiver gets one message of an event, however many rules ask for it"
      flush
      actions={
        may ? (
          <button type="button" className="btn h-7! text-sm!" onClick={() => edit('new')}>
            Add a rule…
          </button>
        ) : (
          'Changing them needs the engineer role.'
        )
      }
    >
      <DataTable
        label="Notification rules"
        rows={data.rules}
        columns={may ? [...cols, act] : cols}
        rowKey={(r) => r.id}
        primary
        empty="No rule: nobody is told of anything but in person. Add one."
      />
      {editing === null ? null : <RuleDialog data={data} rule={editing === 'new' ? null : editing} onClose={() => edit(null)} />}
      {order === null ? null : (
        <ReasonDialog
          open
          onClose={() => setOrder(null)}
          title="Order of the rules"
          confirm="Ask in this order"
          onSubmit={(reason) => saveOrder(order, reason)}
        >
          <ol className="list-decimal pl-5 text-sm">
            {order.map((id) => (
              <li key={id}>{data.rules.find((r) => r.id === id)?.name}</li>
            ))}
          </ol>
          <p className="text-sm text-ink-2 mt-2">The order matters where a rule ends the list for what it takes.</p>
        </ReasonDialog>
      )}
    </Panel>
  );
}

type Row = RulesPreview['byReceiver'][number];
const RECEIVER_COLUMNS: readonly Column<Row>[] = [
  { key: 'receiver', header: 'Person or channel', value: (r) => r.receiver },
  { key: 'n', header: 'Messages', numeric: true, value: (r) => r.n, cell: (r) => count(r.n) },
  { key: 'high', header: 'Of high severity', numeric: true, value: (r) => r.high, cell: (r) => count(r.high) },
  {
    key: 'most',
    header: 'Most on a day',
    numeric: true,
    value: (r) => r.mostADay,
    cell: (r) => count(r.mostADay),
    title: 'UTC days',
  },
];

/** What the rules in force would have sent. */
export function PreviewPanel({ preview }: { preview: RulesPreview }) {
  return (
    <Panel
      title="What would have been sent"
      note={`of ${plural(preview.events, 'event')} of the last ${preview.days} days: ${plural(preview.messages, 'message')}; ${plural(preview.untold, 'event')} told to nobody`}
      flush
    >
      <DataTable
        label="Messages by receiver"
        rows={preview.byReceiver}
        columns={RECEIVER_COLUMNS}
        rowKey={(r) => r.receiver}
        empty={
          preview.events === 0
            ? 'Nothing happened in these days.'
            : 'The rules tell nobody: add a channel in the settings, or a rule that tells people.'
        }
        maxHeight={320}
      />
    </Panel>
  );
}
