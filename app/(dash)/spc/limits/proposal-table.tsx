'use client';
import type { ReactNode } from 'react';
import type { ProposalRow } from '@/lib/services/spc/limits/views/proposals';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { Ago } from '@/lib/ui/hooks/now';
import { alarmsLine, KIND_WORDS, limitsLine, rulesLine, stateOf } from './proposal-words';

const COLUMNS: readonly Column<ProposalRow>[] = [
  {
    key: 'state',
    header: 'State',
    value: (r) => stateOf(r).text,
    cell: (r) => <StatusMark {...stateOf(r)} />,
  },
  { key: 'title', header: 'Chart', value: (r) => r.title, cell: (r) => <span className="name">{r.title}</span> },
  { key: 'kind', header: 'From', value: (r) => KIND_WORDS[r.kind] },
  { key: 'now', header: 'LCL / CL / UCL in force', value: (r) => limitsLine(r.now, r.unit) },
  {
    key: 'proposed',
    header: 'Proposed',
    value: (r) => (r.proposed === null ? '' : limitsLine(r.proposed, r.unit)),
    cell: (r) =>
      r.proposed === null ? (
        '–'
      ) : (
        <span>
          {limitsLine(r.proposed, r.unit)}
          {rulesLine(r.proposed) === rulesLine(r.now) ? null : (
            <span className="block text-ink-2">{`rules: ${rulesLine(r.proposed)}`}</span>
          )}
        </span>
      ),
  },
  {
    key: 'alarms',
    header: 'Alarms',
    value: (r) => alarmsLine(r),
    title: 'Over the same points by both: an alarm is a signal and what goes on from it',
  },
  {
    key: 'who',
    header: 'Author and reason',
    value: (r) => `${r.author}: ${r.reason}`,
    cell: (r) => <span className="name">{`${r.author}: ${r.reason}`}</span>,
  },
  {
    key: 'decided',
    header: 'Decision',
    value: (r) => (r.decidedBy === null ? '' : `${r.decidedBy}: ${r.decisionReason}`),
    cell: (r) => <span className="name">{r.decidedBy === null ? '' : `${r.decidedBy}: ${r.decisionReason}`}</span>,
  },
  { key: 'age', header: 'Age', numeric: true, time: (r) => r.createdMs, cell: (r) => <Ago at={r.createdMs} /> },
];

/** Proposals, each with what it would change; a row leads to its comparison. */
export function ProposalTable({
  rows,
  isOpen,
  emptyPage,
}: {
  rows: readonly ProposalRow[];
  isOpen: boolean;
  emptyPage: ReactNode;
}) {
  return (
    <DataTable
      label="Proposed limits"
      rows={rows}
      columns={isOpen ? COLUMNS.filter((c) => c.key !== 'decided') : COLUMNS}
      rowKey={(r) => r.id}
      rowHref={(r) => `/spc/limits/${r.id}`}
      primary
      exportable
      empty={
        emptyPage ??
        (isOpen
          ? 'Nothing waits. Limits are proposed on the page of a chart: Propose limits.'
          : 'No proposal ended like this. Clear the filters for what waits.')
      }
    />
  );
}
