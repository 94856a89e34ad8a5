'use client';
import type { ChecklistRow } from '@/lib/services/checklists/views/list';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';

const COLUMNS: readonly Column<ChecklistRow>[] = [
  { key: 'name', header: 'Name', value: (c) => c.name },
  {
    key: 'state',
    header: 'In force',
    value: (c) => (c.retired ? 'retired' : c.version === 0 ? 'not yet' : `v${c.version}`),
    cell: (c) =>
      c.retired ? (
        <StatusMark status="idle" text="retired" />
      ) : c.version === 0 ? (
        <StatusMark status="idle" text="not yet" />
      ) : (
        <StatusMark status="ok" text={`v${c.version}`} />
      ),
  },
  {
    key: 'draft',
    header: 'Draft',
    value: (c) =>
      c.draft === null ? '' : `${c.draft === 'proposed' ? 'waits for a second person' : 'draft'}, ${c.draftAuthor ?? ''}`,
  },
  { key: 'steps', header: 'Steps', numeric: true, value: (c) => c.steps },
  { key: 'policies', header: 'Policies', numeric: true, value: (c) => c.policies },
  { key: 'alerts', header: 'Alerts that wait', numeric: true, value: (c) => c.alerts },
  { key: 'author', header: 'Changed by', value: (c) => c.author },
  { key: 'changed', header: 'Changed', numeric: true, time: (c) => c.changedMs },
];

export function ChecklistsTable({ rows }: { rows: readonly ChecklistRow[] }) {
  return (
    <DataTable
      label="Checklists"
      rows={rows}
      columns={COLUMNS}
      rowKey={(c) => c.id}
      rowHref={(c) => `/alerts/checklists/${c.id}`}
      primary
      empty="There is no checklist yet. Make one, put it in force, and give it to the policy of an area."
    />
  );
}
