'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { AuditRow } from '@/lib/services/views/audit';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { absoluteTime } from '@/lib/ui/format';

/** One row an entry; what it changed, before and after, opens below its words. */
export function AuditTable({ rows }: { rows: readonly AuditRow[] }) {
  const [shown, show] = useState<number | null>(null);
  const columns: Column<AuditRow>[] = [
    {
      key: 'at',
      header: 'When',
      value: (r) => r.atMs,
      cell: (r) => <span className="whitespace-nowrap">{absoluteTime(r.atMs)}</span>,
    },
    { key: 'actor', header: 'Who', value: (r) => r.actor },
    { key: 'action', header: 'Action', value: (r) => r.action },
    { key: 'entity', header: 'What', value: (r) => r.entity },
    { key: 'id', header: 'Which', value: (r) => r.name, cell: (r) => <Thing row={r} /> },
    {
      key: 'reason',
      header: 'Reason and change',
      value: (r) => r.reason ?? '',
      cell: (r) => (
        <div className="max-w-[72ch]">
          {r.reason ?? '–'}
          {shown === r.id ? (
            <pre className="text-xs whitespace-pre-wrap break-all mt-1 bg-sunken p-2">
              {`before ${pretty(r.before)}\nafter ${pretty(r.after)}`}
            </pre>
          ) : null}
        </div>
      ),
    },
    {
      key: 'do',
      header: '',
      cell: (r) =>
        r.before === null && r.after === null ? null : (
          <button
            type="button"
            className="btn h-6! text-sm!"
            aria-expanded={shown === r.id}
            onClick={() => show(shown === r.id ? null : r.id)}
          >
            Change
          </button>
        ),
    },
  ];
  return (
    <DataTable
      label="Audit trail"
      rows={rows}
      columns={columns}
      rowKey={(r) => String(r.id)}
      empty="No entry in this time fits the filters. Take a longer time or fewer filters."
    />
  );
}

const PAGES: Readonly<Record<string, string>> = {
  loop: '/control',
  chart: '/spc',
  chart_point: '/spc',
  alert: '/alerts',
  'metrology recipe': '/recipes',
};

function Thing({ row }: { row: AuditRow }) {
  const page = PAGES[row.entity];
  if (page === undefined) return <span className="break-words">{row.name}</span>;
  return (
    <Link className="break-words" href={`${page}/${row.entityId.split('/')[0]}`}>
      {row.name}
    </Link>
  );
}

const pretty = (json: string | null): string => (json === null ? '–' : JSON.stringify(JSON.parse(json), null, 1));
