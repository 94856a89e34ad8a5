'use client';
import { useState } from 'react';
import type { RequestLine } from '@/lib/services/alerts/views/life';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Ago } from '@/lib/ui/hooks/now';
import { RequestState, TakeBackDialog, waferOf } from '../alerts/request-list';

/** Wafers to be measured again, due first. */
export function RequestTable({
  rows,
  total,
  isOpen,
  canAct,
}: {
  rows: readonly RequestLine[];
  total: number;
  isOpen: boolean;
  canAct: boolean;
}) {
  const [taking, take] = useState<RequestLine | null>(null);
  const columns: Column<RequestLine>[] = [
    { key: 'wafer', header: 'Wafer', value: waferOf },
    { key: 'parameter', header: 'Parameter', value: (r) => r.parameter },
    { key: 'operation', header: 'Operation', value: (r) => r.operation },
    { key: 'due', header: 'Due', numeric: true, time: (r) => r.dueMs, cell: (r) => <Ago at={r.dueMs} /> },
    { key: 'state', header: 'State', value: (r) => r.state, cell: (r) => <RequestState row={r} /> },
    {
      key: 'reason',
      header: 'Why',
      value: (r) => r.reason,
      cell: (r) => (
        <span className="name" title={r.reason}>
          {r.reason}
        </span>
      ),
    },
    { key: 'by', header: 'Asked by', value: (r) => r.askedBy },
    { key: 'asked', header: 'Asked', numeric: true, time: (r) => r.askedMs, cell: (r) => <Ago at={r.askedMs} /> },
    {
      key: 'ended',
      header: 'Ended',
      numeric: true,
      time: (r) => r.endedMs,
      cell: (r) => (r.endedMs === null ? '' : <Ago at={r.endedMs} />),
    },
    {
      key: 'do',
      header: '',
      cell: (r) =>
        r.state === 'open' && canAct ? (
          <button type="button" className="link" aria-label={`Take back ${waferOf(r)}`} onClick={() => take(r)}>
            Take back…
          </button>
        ) : null,
    },
  ];
  return (
    <>
      <DataTable
        label="Requests for measurements"
        rows={rows}
        total={total}
        columns={columns}
        rowKey={(r) => r.id}
        rowHref={(r) => (r.alertId === null ? `/lots/${encodeURIComponent(r.lot)}` : `/alerts/${r.alertId}`)}
        primary
        empty={
          isOpen
            ? 'Nothing is to be measured again. Requests are made from an alert or the page of a lot.'
            : 'No request is in this state.'
        }
      />
      <TakeBackDialog request={taking} onClose={() => take(null)} />
    </>
  );
}
