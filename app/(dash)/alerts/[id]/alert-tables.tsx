'use client';
import type { AlertView } from '@/lib/services/evidence/alert';
import { inForceAt, plottedUnit } from '@/lib/spc';
import { limitDecimals } from '@/lib/ui/charts/control-limits.prepare';
import { ruleName } from '@/lib/ui/charts/rules';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { decimalsFor, num, percent, plural, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';

/** The signals of the alert: the one that opened it is its evidence, the others came since. */
export function Signals({ data }: { data: AlertView }) {
  const { alert, chart, signals } = data;
  if (chart === null || signals.length === 0) return null;
  type Row = AlertView['signals'][number];
  const d = chartDecimals(chart);
  const columns: Column<Row>[] = [
    { key: 'at', header: 'Processed', time: (r) => r.atMs },
    { key: 'wafer', header: 'Point', value: (r) => (r.lot === null ? '' : waferName(r.lot, r.slot ?? 0)) },
    { key: 'rule', header: 'Signal', value: (r) => ruleName(r.rule) },
    {
      key: 'judged',
      header: 'Judged',
      unit: unitLabel(plottedUnit(chart.chart.kind, chart.chart.unit)),
      numeric: true,
      value: (r) => r.judged,
      cell: (r) => num(r.judged, d),
    },
    {
      key: 'now',
      header: 'Now',
      title: 'What the point says after it was judged again: more wafers of its lot, a correction, an exclusion, or other limits',
      value: (r) => (r.withdrawnMs === null ? 'holds' : withdrawnText(r, chart)),
      cell: (r) => (r.withdrawnMs === null ? 'holds' : <span className="text-ink-2">{withdrawnText(r, chart)}</span>),
    },
    {
      key: 'role',
      header: 'Role',
      value: (r) => (r.recordId === alert.recordId && r.rule === alert.rule ? 'opened it' : ''),
    },
  ];
  return (
    <Panel
      title="Signals"
      note={`${alert.count} in all${signals.length < alert.count ? `, ${signals.length} listed` : ''}`}
      flush
    >
      <DataTable
        label="Signals of the alert"
        rows={signals}
        columns={columns}
        rowKey={(r) => `${r.recordId}-${r.rule}`}
        rowHref={(r) => `/spc/${chart.chart.id}?point=${r.recordId}`}
        empty="No signal."
        maxHeight={220}
      />
    </Panel>
  );
}

type ChartView = NonNullable<AlertView['chart']>;

function chartDecimals(chart: ChartView): number {
  const version = inForceAt(chart.versions, 'effectiveMs', chart.toMs);
  return version === undefined ? decimalsFor(null) : limitDecimals(version, 60);
}

/** Why a signal no longer holds. */
export function withdrawnText(r: AlertView['signals'][number], chart: ChartView): string {
  if (r.excluded !== null) return `excluded: ${r.excluded}`;
  if (r.now === null) return 'corrected, off the chart';
  return `${num(r.now, chartDecimals(chart))} ${unitLabel(plottedUnit(chart.chart.kind, chart.chart.unit))}, no signal`;
}

/** What the wafers of the alert share, against all wafers of the step. */
export function Commonality({ rows }: { rows: AlertView['commonality'] }) {
  type Row = AlertView['commonality'][number];
  const of = (n: number, all: number, lots: number): string =>
    `${n} of ${all} (${percent(n / Math.max(1, all), 0)}), ${plural(lots, 'lot')}`;
  const columns: Column<Row>[] = [
    { key: 'what', header: 'Factor', value: (r) => r.what },
    { key: 'value', header: 'Value', value: (r) => r.value, cell: (r) => <span className="name">{r.value}</span> },
    {
      key: 'bad',
      header: 'Wafers in alert',
      numeric: true,
      fileUnit: '%',
      value: (r) => (100 * r.inAlert) / Math.max(1, r.ofAlert),
      cell: (r) => of(r.inAlert, r.ofAlert, r.lotsInAlert),
    },
    {
      key: 'all',
      header: 'Of the step',
      numeric: true,
      fileUnit: '%',
      value: (r) => (100 * r.inAll) / Math.max(1, r.ofAll),
      cell: (r) => of(r.inAll, r.ofAll, r.lotsInAll),
    },
    {
      key: 'lift',
      header: 'Ratio',
      numeric: true,
      value: (r) => r.ratio,
      cell: (r) => (r.ratio === null ? <span className="text-ink-3">too few to judge</span> : num(r.ratio, 1)),
      title: 'Share in the alert over share of the step; three wafers in the alert are the least that says anything',
    },
  ];
  return (
    <Panel
      title="What is common"
      note="wafers of the alert against all wafers of the step, a week before to two days after"
      flush
    >
      <DataTable
        label="Commonality"
        rows={rows}
        columns={columns}
        rowKey={(r) => r.what + r.value}
        empty="No signal of this alert is tied to a run."
        maxHeight={240}
      />
    </Panel>
  );
}

/** What the controller did around the alert. */
export function Moves({ rows }: { rows: AlertView['moves'] }) {
  type Row = AlertView['moves'][number];
  const columns: Column<Row>[] = [
    { key: 'at', header: 'When', time: (r) => r.atMs },
    { key: 'lot', header: 'Lot', value: (r) => r.lot },
    { key: 'loop', header: 'Loop', value: (r) => r.loop, cell: (r) => <span className="name">{r.loop}</span> },
    { key: 'thread', header: 'Thread', value: (r) => `${r.tool} ${r.chamber}` },
    { key: 'knob', header: 'Knob', value: (r) => r.knob },
    {
      key: 'set',
      header: 'Used',
      numeric: true,
      value: (r) => r.setpoint,
      cell: (r) => `${num(r.setpoint, 2)} ${unitLabel(r.knobUnit)}`,
    },
    { key: 'unit', header: 'Unit', fileHeader: 'Unit of the knob', fileOnly: true, value: (r) => unitLabel(r.knobUnit) },
    { key: 'adv', header: 'Advised', numeric: true, value: (r) => r.advised, cell: (r) => num(r.advised, 2) },
    {
      key: 'd',
      header: 'd̂',
      numeric: true,
      value: (r) => r.dHat,
      cell: (r) => `${num(r.dHat, 2)} ${unitLabel(r.unit)}`,
      title: 'Estimated disturbance of the output',
    },
    { key: 'dUnit', header: 'Unit of d̂', fileOnly: true, value: (r) => unitLabel(r.unit) },
    { key: 'mode', header: 'Mode', value: (r) => r.mode },
  ];
  return (
    <Panel title="Controller moves" note="nearest in time" flush>
      <DataTable
        label="Controller moves"
        rows={rows}
        columns={columns}
        rowKey={(r) => `${r.loopId}${r.chamber}${r.atMs}${r.lot}`}
        rowHref={(r) => `/control/${r.loopId}`}
        empty="No control loop acts on this step."
        maxHeight={240}
      />
    </Panel>
  );
}
