'use client';
import type { TemplateRow } from '@/lib/services/spc/views/templates';
import { kindOf, ruleLabel } from '@/lib/spc';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { count, plural } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { alarms } from './preview-panel';

const stateOf = (r: TemplateRow): string =>
  r.retired ? 'retired' : r.filling > 0 ? `filling ${plural(r.filling, 'chart')}` : 'in use';

const COLUMNS: readonly Column<TemplateRow>[] = [
  { key: 'name', header: 'Template', value: (r) => r.name, cell: (r) => <span className="name">{r.name}</span> },
  {
    key: 'state',
    header: 'State',
    value: stateOf,
    cell: (r) => <StatusMark status={r.retired ? 'idle' : r.filling > 0 ? 'warn' : 'ok'} text={stateOf(r)} />,
  },
  {
    key: 'what',
    header: 'Characteristics',
    value: (r) => r.characteristics,
    cell: (r) => (
      <span className="name line-clamp-2" title={r.characteristics}>
        {r.characteristics}
      </span>
    ),
  },
  {
    key: 'kind',
    header: 'Kind',
    value: (r) => kindOf(r.kind).label,
    cell: (r) => <span className="block whitespace-normal">{kindOf(r.kind).label}</span>,
  },
  { key: 'rules', header: 'Rules', value: (r) => r.rules.map(ruleLabel).join(', ') },
  { key: 'charts', header: 'Charts', numeric: true, value: (r) => r.charts, cell: (r) => count(r.charts) },
  {
    key: 'retired',
    header: 'Retired',
    numeric: true,
    value: (r) => r.retiredCharts,
    cell: (r) => count(r.retiredCharts),
    title: 'Charts that take no points any more',
  },
  { key: 'points', header: 'Points 30\u00a0d', numeric: true, value: (r) => r.points, cell: (r) => count(r.points) },
  {
    key: 'alerts',
    header: 'Alerts 30\u00a0d',
    numeric: true,
    value: (r) => r.alerts,
    cell: (r) => (r.alerting ? count(r.alerts) : '–'),
    title: 'Alerts with a signal in the last 30 days; – where it raises none',
  },
  {
    key: 'price',
    header: 'False alarms',
    unit: '1/week',
    numeric: true,
    value: (r) => r.falseAlarms,
    cell: (r) => alarms(r.falseAlarms),
    title: 'Expected of charts in control, at their rate of points: what the rules cost',
  },
  {
    key: 'changed',
    header: 'Changed',
    numeric: true,
    time: (r) => r.changedMs,
    cell: (r) => (
      <span title={`${r.author}: ${r.reason}`}>
        <Ago at={r.changedMs} />
      </span>
    ),
  },
];

/** All templates. */
export function TemplatesTable({ rows }: { rows: readonly TemplateRow[] }) {
  return (
    <DataTable
      label="Chart templates"
      rows={rows}
      columns={COLUMNS}
      rowKey={(r) => r.id}
      rowHref={(r) => `/spc/templates/${r.id}`}
      primary
      exportable
      empty="There is no template. Make one: it makes a chart for every context that it matches, now and when a new one comes."
    />
  );
}
