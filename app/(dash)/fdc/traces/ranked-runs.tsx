'use client';
import { useMemo } from 'react';
import type { TraceOverlay } from '@/lib/services/runs/views/trace-overlay';
import { leavesBand } from '@/lib/traces';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { num } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { type RankedRun, rankedRuns } from './overlay.prepare';

const known = (x: number): number | null => (Number.isNaN(x) ? null : x);

const COLUMNS: readonly Column<RankedRun>[] = [
  {
    key: 'band',
    header: 'Golden band',
    value: (r) => (Number.isNaN(r.deviation.outsideShare) ? 'no reference' : leavesBand(r.deviation) ? 'leaves it' : 'inside'),
    cell: (r) =>
      Number.isNaN(r.deviation.outsideShare) ? (
        <StatusMark status="idle" text="no reference" />
      ) : leavesBand(r.deviation) ? (
        <StatusMark status="out" text="leaves it" />
      ) : (
        <StatusMark status="ok" text="inside" />
      ),
  },
  { key: 'wafer', header: 'Wafer', value: (r) => waferName(r.run.lot, r.run.slot) },
  { key: 'place', header: 'Chamber', value: (r) => `${r.run.tool} ${r.run.chamber}` },
  { key: 'product', header: 'Product', value: (r) => r.run.product },
  { key: 'version', header: 'Version', numeric: true, value: (r) => r.run.version },
  { key: 'sensor', header: 'Sensor', value: (r) => r.sensor, title: 'The sensor that is farthest from its band' },
  {
    key: 'outside',
    header: 'Outside',
    unit: '%',
    numeric: true,
    value: (r) => known(r.deviation.outsideShare * 100),
    cell: (r) => num(known(r.deviation.outsideShare * 100), 1),
    title: 'Share of the samples with a reference that lie outside the band',
  },
  {
    key: 'worst',
    header: 'Worst',
    unit: 'half widths',
    numeric: true,
    value: (r) => known(r.deviation.worst),
    cell: (r) => num(known(r.deviation.worst), 2),
    title: 'Largest distance from the middle of the band in half widths of it',
  },
  {
    key: 'reference',
    header: 'Made the band',
    value: (r) => (r.run.isReference ? 'yes' : 'no'),
    title: 'One of the runs that the band is made of',
  },
  { key: 'charts', header: 'Charts', value: (r) => (r.run.isOut ? 'a rule fired' : 'no rule fired') },
  { key: 'started', header: 'Started', numeric: true, time: (r) => r.run.startedMs },
];

/** The runs by their distance from the golden band. */
export function RankedRuns({ data }: { data: TraceOverlay }) {
  const rows = useMemo(() => rankedRuns(data), [data]);
  return (
    <Panel
      title="Runs by distance"
      note="by the share of samples outside the band of the worst of the shown sensors, then the largest distance; over the whole run"
      flush
    >
      <DataTable
        label="Runs by distance from the golden band"
        rows={rows}
        columns={COLUMNS}
        rowKey={(r) => r.run.id}
        rowHref={(r) => `/runs/${r.run.id}`}
        primary
        exportable
        empty="No runs to compare."
        maxHeight={420}
      />
    </Panel>
  );
}
