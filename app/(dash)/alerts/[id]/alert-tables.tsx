'use client';
import type { AlertView } from '@/lib/services/views/alerts';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { num, percent, shortTime, unitLabel } from '@/lib/ui/format';

/** What the runs of the alert share, against all runs of the step. */
export function Commonality({ rows }: { rows: AlertView['commonality'] }) {
  type Row = AlertView['commonality'][number];
  const columns: Column<Row>[] = [
    { key: 'what', header: 'Factor', value: (r) => r.what },
    { key: 'value', header: 'Value', value: (r) => r.value },
    {
      key: 'bad',
      header: 'In alert',
      numeric: true,
      value: (r) => r.inAlert / Math.max(1, r.ofAlert),
      cell: (r) => percent(r.inAlert / Math.max(1, r.ofAlert), 0),
    },
    {
      key: 'all',
      header: 'In all',
      numeric: true,
      value: (r) => r.inAll / Math.max(1, r.ofAll),
      cell: (r) => percent(r.inAll / Math.max(1, r.ofAll), 0),
    },
    {
      key: 'lift',
      header: 'Ratio',
      numeric: true,
      value: (r) => r.inAlert / Math.max(1, r.ofAlert) / (r.inAll / Math.max(1, r.ofAll)),
      cell: (r) => num(r.inAlert / Math.max(1, r.ofAlert) / (r.inAll / Math.max(1, r.ofAll)), 1),
    },
  ];
  return (
    <Panel title="What is common" note="share among the alert’s runs and among all runs of the step" flush>
      <DataTable
        label="Commonality"
        rows={rows}
        columns={columns}
        rowKey={(r) => r.what + r.value}
        empty="The points of this alert are not tied to runs."
        maxHeight={240}
      />
    </Panel>
  );
}

/** What the controller did around the alert. */
export function Moves({ rows }: { rows: AlertView['moves'] }) {
  type Row = AlertView['moves'][number];
  const columns: Column<Row>[] = [
    { key: 'at', header: 'When', value: (r) => r.atMs, cell: (r) => shortTime(r.atMs) },
    { key: 'lot', header: 'Lot', value: (r) => r.lot },
    { key: 'knob', header: 'Knob', value: (r) => r.knob },
    {
      key: 'set',
      header: 'Used',
      numeric: true,
      value: (r) => r.setpoint,
      cell: (r) => `${num(r.setpoint, 2)} ${unitLabel(r.knobUnit)}`,
    },
    { key: 'adv', header: 'Advised', numeric: true, value: (r) => r.advised, cell: (r) => num(r.advised, 2) },
    { key: 'd', header: 'd̂', numeric: true, value: (r) => r.dHat, cell: (r) => num(r.dHat, 2) },
    { key: 'mode', header: 'Mode', value: (r) => r.mode },
  ];
  return (
    <Panel title="Controller moves" note="nearest in time" flush>
      <DataTable
        label="Controller moves"
        rows={rows}
        columns={columns}
        rowKey={(r) => `${r.loopId}${r.atMs}${r.lot}`}
        rowHref={(r) => `/control/${r.loopId}`}
        empty="No control loop acts on this step."
        maxHeight={240}
      />
    </Panel>
  );
}
