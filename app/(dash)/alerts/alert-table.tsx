'use client';
import type { ReactNode } from 'react';
import type { AlertRow } from '@/lib/services/alerts/views/list';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { duration, plural } from '@/lib/ui/format';
import { Ago, useNow } from '@/lib/ui/hooks/now';
import { useAction } from '@/lib/ui/hooks/use-action';
import { waferName } from '@/lib/ui/links';
import { acknowledgeAlert } from './actions';

const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** The inbox. Enter opens the evidence, `a` acknowledges. */
export function AlertTable({
  rows,
  total,
  canAct,
  filtered,
  older,
  emptyPage,
}: {
  rows: readonly AlertRow[];
  total: number;
  canAct: boolean;
  filtered: boolean;
  /** Closed before the time range. */
  older: number;
  /** Text of an empty page other than the first. */
  emptyPage: ReactNode;
}) {
  const { run } = useAction();
  const acknowledge = (r: AlertRow): void => {
    if (!canAct || r.state !== 'open') return;
    run(() => acknowledgeAlert(r.id, r.version, ''));
  };
  const columns: Column<AlertRow>[] = [
    {
      key: 'severity',
      header: 'Severity',
      sort: (r) => RANK[r.severity] ?? 9,
      value: (r) => r.severity,
      cell: (r) => <StatusMark status={r.state === 'closed' ? 'idle' : severityStatus(r.severity)} text={r.severity} />,
    },
    {
      key: 'do',
      header: '',
      cell: (r) =>
        canAct && r.state === 'open' ? (
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
        <span className="name" title={r.title}>
          {r.title}
        </span>
      ),
    },
    { key: 'place', header: 'Chamber', value: (r) => `${r.tool ?? ''} ${r.chamber ?? ''}`.trim() || '–' },
    { key: 'wafer', header: 'Wafer', value: (r) => (r.lot === null ? '–' : waferName(r.lot, r.slot)) },
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
      cell: (r) => r.assignee ?? <span className="text-ink-3">unowned</span>,
    },
    { key: 'state', header: 'State', value: (r) => r.state },
  ];
  return (
    <DataTable
      label="Alerts"
      rows={rows}
      total={total}
      columns={columns}
      rowKey={(r) => r.id}
      rowHref={(r) => `/alerts/${r.id}`}
      primary
      rowKeys={{ a: acknowledge }}
      empty={
        emptyPage ??
        (filtered
          ? `No alert matches these filters${older > 0 ? ` in this time: ${plural(older, 'alert was', 'alerts were')} closed before it. Take a longer one` : '. Choose another state'}, or clear a filter.`
          : 'No alert is waiting. One opens here when a rule fires on an alerting chart.')
      }
    />
  );
}

function Waiting({ row }: { row: AlertRow }) {
  const now = useNow();
  return <span suppressHydrationWarning>{duration((row.closedMs ?? now) - row.raisedMs)}</span>;
}
