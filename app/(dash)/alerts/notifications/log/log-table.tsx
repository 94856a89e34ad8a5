'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { LogRow } from '@/lib/services/notify/views/log';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { duration } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { useAction } from '@/lib/ui/hooks/use-action';
import { sendAgain } from '../actions';
import { LOG_COLUMNS, stateText } from './columns';

const status = (r: LogRow) =>
  r.state === 'delivered'
    ? 'ok'
    : r.state === 'failed'
      ? 'out'
      : r.state === 'pending' && r.error !== null
        ? 'warn'
        : ('idle' as const);

const CELLS: Readonly<Record<string, Partial<Column<LogRow>>>> = {
  state: { cell: (r) => <StatusMark status={status(r)} text={stateText(r)} /> },
  to: { cell: (r) => <span className="name">{r.to}</span> },
  title: {
    cell: (r) =>
      r.alertId === null ? (
        <span className="block whitespace-normal min-w-[24ch]" title={`n${r.id}`}>
          {r.title}
        </span>
      ) : (
        <Link prefetch={false} className="link block whitespace-normal min-w-[24ch]" href={`/alerts/${r.alertId}`}>
          {`${r.what}: ${r.title}`}
        </Link>
      ),
  },
  attempts: { numeric: true },
  status: {
    cell: (r) => (
      <span className="block whitespace-normal max-w-[18ch]">{r.error ?? (r.status === null ? '–' : String(r.status))}</span>
    ),
  },
  error: { fileOnly: true },
  latency: { numeric: true, cell: (r) => (r.latencyMs === null ? '–' : duration(r.latencyMs)) },
  delivered: {
    header: 'Delivered, or next',
    fileHeader: 'Delivered',
    numeric: true,
    title: 'Of one that waits: its next attempt; of a held one: the end of its quiet hours',
    cell: (r) => (r.deliveredMs === null && r.nextMs === null ? '–' : <Ago at={r.deliveredMs ?? r.nextMs} />),
  },
  id: { fileOnly: true },
  severity: { fileOnly: true },
  next: { fileOnly: true },
  what: { fileOnly: true },
};

const COLUMNS: readonly Column<LogRow>[] = LOG_COLUMNS.map((c) => ({ ...c, ...CELLS[c.key] }));

const mayRetry = (r: LogRow): boolean =>
  r.what !== 'test' && (r.state === 'failed' || (r.state === 'pending' && r.error !== null));

/** One row per message to one receiver. */
export function LogTable({
  rows,
  may,
  exportHref,
  emptyPage,
}: {
  rows: readonly LogRow[];
  may: boolean;
  exportHref: string;
  emptyPage: ReactNode;
}) {
  const { busy, run } = useAction();
  const again: Column<LogRow> = {
    key: 'do',
    header: '',
    cell: (r) =>
      mayRetry(r) ? (
        <button
          type="button"
          className="btn h-6! text-sm!"
          disabled={busy}
          aria-label={`Send n${r.id} again`}
          onClick={() => run(() => sendAgain(r.id))}
        >
          Send again
        </button>
      ) : null,
  };
  return (
    <DataTable
      label="Deliveries"
      rows={rows}
      columns={may ? [...COLUMNS, again] : COLUMNS}
      rowKey={(r) => String(r.id)}
      primary
      exportHref={exportHref}
      empty={emptyPage ?? 'No message in this time fits the filters. Take a longer time or fewer filters.'}
    />
  );
}
