'use client';
import type { ListedAlarm } from '@/lib/services/spc/limits/study-points';
import type { ProposalView } from '@/lib/services/spc/limits/views/proposals';
import { ruleText } from '@/lib/spc';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { decimalsFor, num, shortTime, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';

/** Alarms that only one of two versions has; a row leads to its point. */
export function AlarmTable({
  label,
  rows,
  p,
  empty,
}: {
  label: string;
  rows: readonly ListedAlarm[];
  p: ProposalView;
  empty: string;
}) {
  const { ucl, lcl } = p.proposed ?? p.now;
  const digits = decimalsFor(ucl !== null && lcl !== null ? (ucl - lcl) / 30 : null);
  const columns: readonly Column<ListedAlarm>[] = [
    { key: 'at', header: 'At', unit: 'UTC', time: (r) => Date.parse(r.at), cell: (r) => shortTime(Date.parse(r.at)) },
    { key: 'wafer', header: 'Wafer', value: (r) => waferName(r.lot, r.slot) },
    {
      key: 'value',
      header: 'Value',
      unit: unitLabel(p.unit),
      numeric: true,
      value: (r) => r.value,
      cell: (r) => num(r.value, digits),
    },
    { key: 'rule', header: 'Rule', value: (r) => ruleText(r.rule, p.now.limitsSource, p.chartKind) },
  ];
  return (
    <DataTable
      label={label}
      rows={[...rows].reverse()}
      columns={columns}
      rowKey={(r) => `${r.record} ${r.rule}`}
      rowHref={(r) => `/spc/${p.chartId}?point=${r.record}&${new URLSearchParams(around(r))}`}
      maxHeight={260}
      exportable
      empty={empty}
    />
  );
}

const DAY = 86_400_000;

/** A window of the chart that holds the alarm. */
const around = (r: ListedAlarm): Record<string, string> => ({
  from: new Date(Date.parse(r.at) - 3 * DAY).toISOString(),
  to: new Date(Date.parse(r.at) + DAY).toISOString(),
});
