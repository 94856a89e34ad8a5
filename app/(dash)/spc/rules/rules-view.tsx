'use client';
import type { RuleSetRow } from '@/lib/services/spc/views/rule-sets';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { count } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { pointsBetween, shortNames } from './price-panel';

const stateOf = (r: RuleSetRow): string => (r.builtIn ? 'built in' : r.retired ? 'retired' : `version ${r.version}`);

const COLUMNS: readonly Column<RuleSetRow>[] = [
  { key: 'name', header: 'Rule set', value: (r) => r.name, cell: (r) => <span className="name">{r.name}</span> },
  {
    key: 'state',
    header: 'State',
    value: stateOf,
    cell: (r) => <StatusMark status={r.retired ? 'idle' : 'ok'} text={stateOf(r)} />,
  },
  {
    key: 'rules',
    header: 'Rules',
    value: (r) => shortNames(r.rules),
    cell: (r) => <span className="block whitespace-normal min-w-40">{shortNames(r.rules)}</span>,
  },
  {
    key: 'arl',
    header: 'ARL₀',
    numeric: true,
    sort: (r) => (r.price === null || r.price.rate === 0 ? Number.POSITIVE_INFINITY : 1 / r.price.rate),
    value: (r) => (r.price === null ? '' : pointsBetween(r.price)),
    cell: (r) => (r.price === null ? 'simulated' : pointsBetween(r.price)),
    title:
      'Average points between two false alarms of a chart of individual values in control; "simulated": open the set to see its price',
  },
  {
    key: 'charts',
    header: 'Charts',
    numeric: true,
    value: (r) => r.charts,
    cell: (r) => count(r.charts),
    title: 'Charts in use that it judges',
  },
  {
    key: 'behind',
    header: 'Not followed',
    numeric: true,
    value: (r) => r.behind,
    cell: (r) => (r.builtIn ? '–' : count(r.behind)),
    title: 'Charts that an earlier version of the set judges',
  },
  { key: 'templates', header: 'Templates', numeric: true, value: (r) => r.templates, cell: (r) => count(r.templates) },
  {
    key: 'said',
    header: 'Source, or author and reason',
    value: (r) => r.said,
    cell: (r) => (
      <span className="name line-clamp-2 max-w-44" title={r.said}>
        {r.said}
      </span>
    ),
  },
  {
    key: 'changed',
    header: 'Changed',
    numeric: true,
    time: (r) => r.changedMs,
    cell: (r) => (r.changedMs === null ? '–' : <Ago at={r.changedMs} />),
  },
];

/** All rule sets. */
export function RuleSetsTable({ rows }: { rows: readonly RuleSetRow[] }) {
  return (
    <DataTable
      label="Rule sets"
      rows={rows}
      columns={COLUMNS}
      rowKey={(r) => r.id}
      rowHref={(r) => `/spc/rules/${r.id}`}
      primary
      exportable
      empty="There is no rule set."
    />
  );
}
