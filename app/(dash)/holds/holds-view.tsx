'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { HoldListRow } from '@/lib/services/holds/views/list';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { useAddress } from '@/lib/ui/components/filter-bar';
import { needsRole } from '@/lib/ui/components/gate';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { absoluteTime, plural } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { useAction } from '@/lib/ui/hooks/use-action';
import { holdName } from '../held-notice';
import { ReleaseDialog } from '../hold-dialogs';
import { acknowledgeHold } from './actions';
import { AnyHoldDialog } from './any-hold-dialog';

export interface HoldsViewProps {
  rows: readonly HoldListRow[];
  total: number;
  state: 'active' | 'released' | 'all';
  selected: HoldListRow | null;
  mayHold: boolean;
  mayReleaseLots: boolean;
  mayReleaseTools: boolean;
  tools: readonly { name: string }[];
}

/** What the MES knows of a hold, in a word. */
function mesState(h: HoldListRow): { status: 'ok' | 'warn' | 'idle'; text: string } {
  const last = h.messages.at(-1);
  if (last === undefined) return { status: 'idle', text: 'not asked' };
  const waiting = h.messages.filter((m) => m.state === 'asked');
  if (waiting.length === 0) return { status: 'ok', text: 'acknowledged' };
  return {
    status: 'warn',
    text: `${waiting[0]!.event === 'placed' ? 'asked' : 'release asked'}, ${plural(Math.max(...waiting.map((m) => m.attempts)), 'time')}`,
  };
}

const COLUMNS: readonly Column<HoldListRow>[] = [
  {
    key: 'what',
    header: 'What',
    value: holdName,
    cell: (h) => <StatusMark status={h.releasedMs === null ? 'out' : 'idle'} text={holdName(h)} />,
  },
  {
    key: 'reason',
    header: 'Reason',
    value: (h) => h.reason,
    cell: (h) => (
      <span className="name" title={h.reason}>
        {h.reason}
      </span>
    ),
  },
  { key: 'by', header: 'Placed by', value: (h) => (h.source === 'policy' ? 'policy' : h.placedBy) },
  { key: 'since', header: 'Since', numeric: true, time: (h) => h.placedMs, cell: (h) => <Ago at={h.placedMs} /> },
  { key: 'mes', header: 'MES', value: (h) => mesState(h).text, cell: (h) => <StatusMark {...mesState(h)} /> },
  {
    key: 'released',
    header: 'Released',
    numeric: true,
    time: (h) => h.releasedMs,
    cell: (h) => (h.releasedMs === null ? '' : <Ago at={h.releasedMs} />),
  },
  { key: 'releasedBy', header: 'Released by', value: (h) => h.releasedBy ?? '' },
  { key: 'releaseReason', header: 'Release reason', fileOnly: true, value: (h) => h.releaseReason ?? '' },
];

const EMPTY = {
  active: 'Nothing is on hold. Holds are placed from an alert, the page of a lot, by a policy, by a MES, or here.',
  released: 'No hold has been released yet.',
  all: 'Nothing was ever on hold.',
} as const;

/** All holds; the selected one with its reason, its release and what the MES was asked. */
export function HoldsView(p: HoldsViewProps) {
  const { rows, total, state, selected } = p;
  const address = useAddress();
  const [placing, place] = useState(false);
  const isBare = rows.length === 0 && selected === null;
  return (
    <div className={`grid gap-3 items-start ${isBare ? '' : 'grid-cols-[minmax(0,1fr)_340px]'}`}>
      <Panel
        title={state === 'active' ? 'On hold' : state === 'released' ? 'Released holds' : 'All holds'}
        note={total > rows.length ? `first ${rows.length} of ${total}` : plural(total, 'hold')}
        flush
        actions={
          p.mayHold ? (
            <button type="button" className="btn h-7! text-sm!" onClick={() => place(true)}>
              Place a hold…
            </button>
          ) : (
            needsRole('operator')
          )
        }
      >
        <DataTable
          label="Holds"
          rows={rows}
          total={total}
          columns={COLUMNS}
          rowKey={(h) => h.id}
          rowHref={(h) => address.href({ hold: h.id })}
          selectedKey={selected?.id ?? null}
          primary
          empty={EMPTY[state]}
        />
      </Panel>
      {isBare ? null : selected === null ? (
        <Panel title="Hold" empty={'Choose a hold for its reason, what the MES was asked, and its release.'} />
      ) : (
        <OneHold h={selected} {...p} />
      )}
      {placing ? <AnyHoldDialog tools={p.tools.map((t) => t.name)} onClose={() => place(false)} /> : null}
    </div>
  );
}

function OneHold({ h, mayHold, mayReleaseLots, mayReleaseTools }: HoldsViewProps & { h: HoldListRow }) {
  const [releasing, release] = useState(false);
  const { busy, run } = useAction();
  const isLot = h.scope === 'lot';
  const may = isLot ? mayReleaseLots : mayReleaseTools;
  return (
    <Panel title={holdName(h)} note={h.releasedMs === null ? 'on hold' : 'released'}>
      <Facts
        facts={[
          ['Reason', h.reason],
          ['Placed by', `${h.placedBy}${h.source === 'person' ? '' : `, ${h.source}`}`],
          ['Since', absoluteTime(h.placedMs)],
          h.lot === null
            ? null
            : [
                'Lot',
                <Link key="l" prefetch={false} className="link" href={`/lots/${encodeURIComponent(h.lot)}`}>
                  {h.lot}
                </Link>,
              ],
          h.alertId === null
            ? null
            : [
                'Alert',
                <Link key="a" prefetch={false} className="link" href={`/alerts/${h.alertId}`}>
                  {h.alertTitle}
                </Link>,
              ],
          h.releasedMs === null ? null : ['Released', absoluteTime(h.releasedMs)],
          ['Released by', h.releasedBy],
          ['Because', h.releaseReason],
        ]}
      />
      {h.releasedMs !== null ? null : may ? (
        <button type="button" className="btn mt-3" onClick={() => release(true)}>
          Release…
        </button>
      ) : (
        <p className="text-sm text-ink-2 mt-3">{`Releasing it: ${needsRole(isLot ? 'operator' : 'engineer').toLowerCase()}`}</p>
      )}
      <h3 className="mt-4 mb-1">What the MES was asked</h3>
      {h.messages.length === 0 ? (
        <p className="text-sm text-ink-2">
          Nothing: there was no channel of kind mes. An administrator adds one in the settings.
        </p>
      ) : (
        <ol className="text-sm">
          {h.messages.map((m) => (
            <li key={m.channel + m.event} className="py-1 border-t border-hairline">
              <b>{`${m.event === 'placed' ? 'Hold' : 'Release'}, ${m.channel}: `}</b>
              <StatusMark status={m.state === 'acknowledged' ? 'ok' : m.state === 'asked' ? 'warn' : 'idle'} text={m.state} />
              <p className="text-ink-2">
                {m.state === 'acknowledged'
                  ? `by ${m.acknowledgedBy}, `
                  : m.state === 'asked'
                    ? `${plural(m.attempts, 'attempt')}, next `
                    : 'released before it was acknowledged'}
                {m.state === 'superseded' ? null : <Ago at={m.acknowledgedMs ?? m.nextMs} />}
              </p>
              {m.error === null ? null : <p className="status-warn">{m.error}</p>}
            </li>
          ))}
        </ol>
      )}
      {mayHold && h.messages.some((m) => m.state === 'asked') ? (
        <button type="button" className="btn mt-2 h-7! text-sm!" disabled={busy} onClick={() => run(() => acknowledgeHold(h.id))}>
          The MES knows: stop asking
        </button>
      ) : null}
      {releasing ? <ReleaseDialog hold={{ ...h, name: holdName(h) }} onClose={() => release(false)} /> : null}
    </Panel>
  );
}
