'use client';
import type { LotMeasurement, LotPoint, LotStep, LotView } from '@/lib/services/lots/views/lot';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { POINT_STATE } from '@/lib/ui/components/point-mark';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { decimalsFor, num, unitLabel } from '@/lib/ui/format';

const STEP_COLUMNS: readonly Column<LotStep>[] = [
  {
    key: 'operation',
    header: 'Operation',
    value: (s) => s.operation,
    cell: (s) => <StatusMark status={s.alerts > 0 ? 'warn' : s.runs > 0 ? 'ok' : 'idle'} text={s.operation} />,
  },
  {
    key: 'tools',
    header: 'Ran on',
    value: (s) => s.tools.join(', '),
    cell: (s) => <span className="name">{s.tools.join(', ') || '–'}</span>,
  },
  { key: 'runs', header: 'Runs', numeric: true, value: (s) => s.runs },
  { key: 'first', header: 'Began', time: (s) => s.firstMs },
  { key: 'last', header: 'Ended', time: (s) => s.lastMs },
  { key: 'measured', header: 'Wafers measured', numeric: true, value: (s) => s.measured },
  { key: 'alerts', header: 'Alerts', numeric: true, value: (s) => s.alerts },
];

/** Its way through the route, step by step. */
export function StepsPanel({ d }: { d: LotView }) {
  return (
    <Panel title="Route" note={`${d.steps.filter((s) => s.runs > 0).length} of ${d.steps.length} steps have run`} flush>
      <DataTable
        label={`Steps of ${d.lot.name}`}
        rows={d.steps}
        columns={STEP_COLUMNS}
        rowKey={(s) => s.operation}
        rowHref={(s) => (s.firstRunId === null ? `/spc?operation=${encodeURIComponent(s.operation)}` : `/runs/${s.firstRunId}`)}
        primary
        empty="The route of this lot is not registered, and no run of it has arrived."
        maxHeight={360}
      />
    </Panel>
  );
}

const POINT_COLUMNS: readonly Column<LotPoint>[] = [
  {
    key: 'chart',
    header: 'Chart',
    value: (r) => r.title,
    cell: (r) => (
      <span className="name" title={r.title}>
        {r.title}
      </span>
    ),
  },
  { key: 'wafer', header: 'Wafer', numeric: true, value: (r) => (r.slot === 0 ? 'lot' : r.slot) },
  {
    key: 'value',
    header: 'Value',
    numeric: true,
    value: (r) => r.value,
    cell: (r) => `${num(r.value, decimalsFor(Math.abs(r.value) / 100))} ${unitLabel(r.unit)}`,
  },
  { key: 'unit', header: 'Unit', fileOnly: true, value: (r) => unitLabel(r.unit) },
  { key: 'at', header: 'Processed', time: (r) => r.atMs },
  POINT_STATE,
];

/** Charts that it touched. */
export function PointsPanel({ d }: { d: LotView }) {
  return (
    <Panel title="Charts it touched" note="points with a signal first" flush>
      <DataTable
        label={`Charted points of ${d.lot.name}`}
        rows={d.points}
        columns={POINT_COLUMNS}
        rowKey={(r) => r.chartId + r.recordId}
        rowHref={(r) => `/spc/${r.chartId}?point=${r.recordId}`}
        empty="Nothing of this lot was charted yet."
        maxHeight={320}
      />
    </Panel>
  );
}

const MEASUREMENT_COLUMNS: readonly Column<LotMeasurement>[] = [
  { key: 'wafer', header: 'Wafer', numeric: true, value: (r) => r.slot },
  { key: 'parameter', header: 'Parameter', value: (r) => r.parameter },
  { key: 'operation', header: 'Operation', value: (r) => r.operation },
  {
    key: 'mean',
    header: 'Mean',
    numeric: true,
    value: (r) => r.mean,
    cell: (r) => `${num(r.mean, decimalsFor((r.sd ?? r.mean) / 10))} ${unitLabel(r.unit)}`,
  },
  { key: 'unit', header: 'Unit', fileOnly: true, value: (r) => unitLabel(r.unit) },
  { key: 'station', header: 'Station', value: (r) => r.station },
  { key: 'at', header: 'Measured', time: (r) => r.measuredMs },
  {
    key: 'state',
    header: 'Revision',
    value: (r) => (r.superseded ? 'superseded' : r.revises ? 'correction' : ''),
  },
];

/** What was measured, with what was superseded. */
export function MeasurementsPanel({ d }: { d: LotView }) {
  return (
    <Panel
      title="Measurements"
      note={d.measurementTotal > d.measurements.length ? `newest ${d.measurements.length} of ${d.measurementTotal}` : null}
      flush
    >
      <DataTable
        label={`Measurements of ${d.lot.name}`}
        rows={d.measurements}
        total={d.measurementTotal}
        columns={MEASUREMENT_COLUMNS}
        rowKey={(r) => r.id}
        rowHref={(r) => `/wafers/${r.id}`}
        empty="Nothing of this lot was measured yet."
        maxHeight={320}
      />
    </Panel>
  );
}
