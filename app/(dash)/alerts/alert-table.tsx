'use client';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { isSettled, stateWords } from '@/lib/services/alerts/states';
import type { AlertRow, ListedAlert } from '@/lib/services/alerts/views/list';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { absoluteTime, duration, plural } from '@/lib/ui/format';
import { Ago, useNow } from '@/lib/ui/hooks/now';
import { useAction } from '@/lib/ui/hooks/use-action';
import { waferName } from '@/lib/ui/links';
import { actOn } from './actions';
import { BulkBar, type BulkBarProps } from './bulk-bar';
import { markOf } from './state-words';

const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

const placeOf = (r: AlertRow): string => `${r.tool ?? ''} ${r.chamber ?? ''}`.trim() || '–';
const waferOf = (r: AlertRow): string => (r.lot === null ? '–' : waferName(r.lot, r.slot));

/** The inbox. Enter opens the evidence, `a` acknowledges, `x` chooses for one act on several. */
export function AlertTable({
  rows,
  total,
  canAct,
  filtered,
  older,
  emptyPage,
  grouped,
  ...bulk
}: Pick<BulkBarProps, 'people' | 'codes' | 'email'> & {
  rows: readonly ListedAlert[];
  /** One row an incident: it opens its alerts. */
  grouped: boolean;
  total: number;
  canAct: boolean;
  filtered: boolean;
  /** Closed before the time range. */
  older: number;
  /** Text of an empty page other than the first. */
  emptyPage: ReactNode;
}) {
  const { run } = useAction();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  /** A row that stands for several alerts: they are acted on on the page of their incident. */
  const isMany = (r: ListedAlert): boolean => grouped && r.ofIncident > 1;
  const toggle = (r: ListedAlert): void => {
    if (!canAct || isMany(r)) return;
    const next = new Set(chosen);
    if (!next.delete(r.id)) next.add(r.id);
    setChosen(next);
  };
  const acknowledge = (r: ListedAlert): void => {
    if (!canAct || isMany(r) || r.state !== 'open') return;
    run(() => actOn(r.id, r.version, { do: 'acknowledge' }));
  };
  const columns: Column<ListedAlert>[] = [
    {
      key: 'severity',
      header: 'Severity',
      sort: (r) => RANK[r.severity] ?? 9,
      value: (r) => r.severity,
      cell: (r) => (
        <span className="inline-flex items-center gap-2">
          {canAct && !isMany(r) ? (
            <input type="checkbox" aria-label={`Choose ${r.title}`} checked={chosen.has(r.id)} onChange={() => toggle(r)} />
          ) : null}
          <StatusMark status={markOf(r.state, severityStatus(r.severity))} text={r.severity} />
        </span>
      ),
    },
    {
      key: 'do',
      header: '',
      cell: (r) =>
        canAct && !isMany(r) && r.state === 'open' ? (
          <button type="button" className="link" onClick={() => acknowledge(r)} aria-label={`Acknowledge ${r.title}`}>
            Acknowledge
          </button>
        ) : null,
    },
    {
      key: 'title',
      header: 'What',
      value: (r) => r.title,
      cell: (r) => (
        <>
          <span className="name" title={r.title}>
            {r.title}
          </span>
          {r.ofIncident > 1 && r.incidentId !== null ? (
            <span className="block text-ink-2">
              <Link prefetch={false} className="link" href={`/incidents/${r.incidentId}`}>
                {grouped ? `and ${plural(r.ofIncident - 1, 'more alert')} of one incident` : `incident of ${r.ofIncident}`}
              </Link>
            </span>
          ) : null}
        </>
      ),
    },
    {
      key: 'place',
      header: 'Chamber, wafer',
      fileHeader: 'Chamber',
      value: placeOf,
      cell: (r) => (
        <>
          <span className="block">{placeOf(r)}</span>
          <span className="block text-ink-2">{waferOf(r)}</span>
        </>
      ),
    },
    { key: 'incident', header: 'Incident', fileOnly: true, value: (r) => r.incidentId },
    { key: 'of', header: 'Alerts of the incident', fileOnly: true, numeric: true, value: (r) => r.ofIncident },
    { key: 'wafer', header: 'Wafer', fileOnly: true, value: waferOf },
    { key: 'count', header: 'Points', numeric: true, value: (r) => r.count },
    { key: 'age', header: 'Last seen', numeric: true, time: (r) => r.lastMs, cell: (r) => <Ago at={r.lastMs} /> },
    {
      key: 'open',
      header: 'Waiting',
      fileHeader: 'Raised',
      numeric: true,
      sort: (r) => -r.raisedMs,
      time: (r) => r.raisedMs,
      cell: (r) => <Waiting row={r} />,
    },
    {
      key: 'owner',
      header: 'Owner',
      value: (r) => r.assignee,
      cell: (r) =>
        r.assignee === null ? (
          <span className="text-ink-3">unowned</span>
        ) : (
          <span title={r.assignee}>{r.assignee.split('@')[0]}</span>
        ),
    },
    {
      key: 'due',
      header: 'Due',
      numeric: true,
      sort: (r) => (isSettled(r.state) ? null : r.dueMs),
      time: (r) => r.dueMs,
      cell: (r) => (isSettled(r.state) || r.dueMs === null ? '' : <DueIn at={r.dueMs} />),
    },
    {
      key: 'state',
      header: 'State',
      value: (r) => `${stateWords(r.state)}${r.snoozedUntilMs === null ? '' : ', snoozed'}`,
      cell: (r) =>
        r.snoozedUntilMs === null ? (
          stateWords(r.state)
        ) : (
          <>
            <span className="block">{stateWords(r.state)}</span>
            <span className="block text-ink-2">
              snoozed <Ago at={r.snoozedUntilMs} />
            </span>
          </>
        ),
    },
  ];
  return (
    <>
      <BulkBar {...bulk} chosen={rows.filter((r) => chosen.has(r.id))} onDone={(left) => setChosen(new Set(left))} />
      <DataTable
        label="Alerts"
        rows={rows}
        total={total}
        columns={columns}
        rowKey={(r) => r.id}
        rowHref={(r) => (grouped && r.ofIncident > 1 ? `/incidents/${r.incidentId}` : `/alerts/${r.id}`)}
        primary
        rowKeys={{ a: acknowledge, x: toggle }}
        empty={
          emptyPage ??
          (filtered
            ? `No alert matches these filters${older > 0 ? ` in this time: ${plural(older, 'alert was', 'alerts were')} closed before it. Take a longer one` : '. Choose another state'}, or clear a filter.`
            : 'No alert is waiting. One opens here when a rule fires on an alerting chart.')
        }
      />
    </>
  );
}

/** Time until it is due, or how long it is overdue. */
function DueIn({ at }: { at: number }) {
  const now = useNow();
  return (
    <span title={absoluteTime(at)} suppressHydrationWarning>
      {at > now ? `in ${duration(at - now)}` : <StatusMark status="out" text={`${duration(now - at)} over`} />}
    </span>
  );
}

function Waiting({ row }: { row: AlertRow }) {
  const now = useNow();
  return <span suppressHydrationWarning>{duration((row.closedMs ?? now) - row.raisedMs)}</span>;
}
