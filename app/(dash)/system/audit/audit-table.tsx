'use client';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import type { AuditRow } from '@/lib/services/system/views/audit';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { auditHref } from './audit-href';

/**
 * One row per entry; what it changed, before and after, opens below its text.
 * @param emptyPage - text of an empty page other than the first.
 */
export function AuditTable({ rows, emptyPage }: { rows: readonly AuditRow[]; emptyPage: ReactNode }) {
  const [shown, show] = useState<number | null>(null);
  const columns: Column<AuditRow>[] = [
    {
      key: 'at',
      header: 'When',
      time: (r) => r.atMs,
      isPrecise: true,
    },
    {
      key: 'actor',
      header: 'Who',
      value: (r) => r.actor,
      cell: (r) => <Who name={r.actor} />,
    },
    { key: 'action', header: 'Action', value: (r) => r.action },
    {
      key: 'entity',
      header: 'What',
      value: (r) => r.entity,
      cell: (r) => <span className="block whitespace-normal">{r.entity}</span>,
    },
    { key: 'id', header: 'Which', value: (r) => r.name, cell: (r) => <Thing row={r} /> },
    {
      key: 'reason',
      header: 'Reason and change',
      value: (r) => r.reason ?? '',
      cell: (r) => (
        <div className="max-w-[72ch] min-w-[28ch] whitespace-normal wrap-anywhere">
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
      primary
      empty={emptyPage ?? 'No entry in this time fits the filters. Take a longer time or fewer filters.'}
    />
  );
}

/** Who did it; an address breaks before its domain. */
function Who({ name }: { name: string }) {
  const at = name.indexOf('@');
  return (
    <span className="block whitespace-normal wrap-anywhere min-w-[14ch]">
      {at < 0 ? name : name.slice(0, at)}
      <wbr />
      {at < 0 ? null : name.slice(at)}
    </span>
  );
}

function Thing({ row }: { row: AuditRow }) {
  const href = auditHref(row);
  return href === null ? (
    <span className="name">{row.name}</span>
  ) : (
    <Link prefetch={false} className="link name" href={href}>
      {row.name}
    </Link>
  );
}

const pretty = (json: string | null): string => (json === null ? '–' : JSON.stringify(JSON.parse(json), null, 1));
