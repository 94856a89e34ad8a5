'use client';
import Link from 'next/link';
import type { FloodRow, StaleRow, TimesRow } from '@/lib/services/hygiene/alarms';
import type { UnphasedRow } from '@/lib/services/hygiene/phases';
import type { AreaPrice } from '@/lib/services/hygiene/price';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { count, duration, num, percent } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { verdict } from './actors-table';

const MIN = 60_000;

const PRICE_COLUMNS: readonly Column<AreaPrice>[] = [
  { key: 'area', header: 'Area', value: (p) => p.area },
  {
    key: 'charts',
    header: 'Charts',
    numeric: true,
    value: (p) => p.charts,
    cell: (p) => count(p.charts),
    title: 'That raise alerts, have limits, and had points',
  },
  { key: 'points', header: 'Points', numeric: true, value: (p) => p.points, cell: (p) => count(p.points) },
  { key: 'signals', header: 'Points with a signal', numeric: true, value: (p) => p.signals, cell: (p) => count(p.signals) },
  {
    key: 'expected',
    header: 'Alarms by chance',
    numeric: true,
    value: (p) => p.expected,
    cell: (p) => num(p.expected, p.expected < 10 ? 1 : 0),
    title: 'Exact price of the rules in force of each chart times its points of the window, summed',
  },
  {
    key: 'alarms',
    header: 'Alarms',
    numeric: true,
    value: (p) => p.alarms,
    cell: (p) => count(p.alarms),
    title: 'Of charts: raised or reopened',
  },
  {
    key: 'ratio',
    header: 'Share that chance explains',
    numeric: true,
    fileUnit: '%',
    value: (p) => (p.alarms === 0 ? null : 100 * Math.min(1, p.expected / p.alarms)),
    cell: (p) => (p.alarms === 0 ? '–' : p.expected >= p.alarms ? 'all' : percent(p.expected / p.alarms, 0)),
  },
  { key: 'verdict', header: 'Against chance', value: (p) => verdict(p).text, cell: (p) => <StatusMark {...verdict(p)} /> },
  { key: 'unpriced', header: 'Charts without price', numeric: true, value: (p) => p.unpriced },
];

export function PriceTable({ prices }: { prices: readonly AreaPrice[] }) {
  return (
    <Panel title="Price of the rules" note="alarms that chance alone gives against those that came, by area" flush>
      <DataTable
        label="Price of the rules by area"
        rows={prices}
        columns={PRICE_COLUMNS}
        rowKey={(p) => p.area}
        empty="No chart that raises alerts had points in this time."
      />
    </Panel>
  );
}

const FLOOD_COLUMNS: readonly Column<FloodRow>[] = [
  { key: 'from', header: 'From', time: (f) => f.fromMs },
  {
    key: 'span',
    header: 'Lasted',
    numeric: true,
    fileUnit: 'min',
    value: (f) => (f.toMs - f.fromMs) / MIN,
    cell: (f) => duration(f.toMs - f.fromMs),
  },
  { key: 'alarms', header: 'Alarms', numeric: true, value: (f) => f.alarms },
  { key: 'worst', header: 'Most in 10 min', numeric: true, value: (f) => f.worst },
  { key: 'area', header: 'Areas', value: (f) => f.area },
];

export function FloodTable({ floods, operators }: { floods: readonly FloodRow[]; operators: number }) {
  return (
    <Panel title="Floods" note={`from ${10 * operators} alarms in ten minutes on, until fewer than ${5 * operators}`} flush>
      <DataTable
        label="Floods"
        rows={floods}
        columns={FLOOD_COLUMNS}
        rowKey={(f) => String(f.fromMs)}
        empty="No flood in this time."
        maxHeight={320}
      />
    </Panel>
  );
}

const STALE_COLUMNS: readonly Column<StaleRow>[] = [
  {
    key: 'severity',
    header: 'Severity',
    value: (s) => s.severity,
    cell: (s) => <StatusMark status={severityStatus(s.severity)} text={s.severity} />,
  },
  {
    key: 'title',
    header: 'Alert',
    value: (s) => s.title,
    cell: (s) => <span className="block whitespace-normal">{s.title}</span>,
  },
  { key: 'area', header: 'Area', value: (s) => s.area },
  { key: 'owner', header: 'Owner', value: (s) => s.assignee ?? 'nobody' },
  { key: 'raised', header: 'Raised', numeric: true, time: (s) => s.raisedMs, cell: (s) => <Ago at={s.raisedMs} /> },
  {
    key: 'acted',
    header: 'Last touched',
    numeric: true,
    time: (s) => s.actedMs,
    cell: (s) => (s.actedMs === null ? 'never' : <Ago at={s.actedMs} />),
  },
];

export function StaleTable({ rows, hours }: { rows: readonly StaleRow[]; hours: number }) {
  return (
    <Panel title="Stale alerts" note={`wait now, and nobody has touched them for ${hours} h`} flush>
      <DataTable
        label="Stale alerts"
        rows={rows}
        columns={STALE_COLUMNS}
        rowKey={(s) => s.id}
        rowHref={(s) => `/alerts/${s.id}`}
        total={rows[0]?.total ?? 0}
        empty="Every alert that waits was touched in this time."
        maxHeight={320}
      />
    </Panel>
  );
}

const span = (key: string, header: string, of: (t: TimesRow) => number | null): Column<TimesRow> => ({
  key,
  header,
  numeric: true,
  fileUnit: 'min',
  value: (t) => (of(t) === null ? null : of(t)! / MIN),
  cell: (t) => duration(of(t)),
});

const TIMES_COLUMNS: readonly Column<TimesRow>[] = [
  { key: 'area', header: 'Area', value: (t) => t.area },
  { key: 'severity', header: 'Severity', value: (t) => t.severity },
  { key: 'n', header: 'Raised', numeric: true, value: (t) => t.n },
  { key: 'acked', header: 'Acknowledged', numeric: true, value: (t) => t.acknowledged },
  span('ackMedian', 'Acknowledged, median', (t) => t.ackMedianMs),
  span('ackP90', 'Acknowledged, 90 %', (t) => t.ackP90Ms),
  { key: 'closed', header: 'Closed', numeric: true, value: (t) => t.closed },
  span('closeMedian', 'Closed, median', (t) => t.closeMedianMs),
  span('closeP90', 'Closed, 90 %', (t) => t.closeP90Ms),
];

export function TimesTable({ rows }: { rows: readonly TimesRow[] }) {
  return (
    <Panel
      title="Time to respond"
      note="of alerts raised in this time; those that are still open are counted, and no part of the quantiles"
      flush
    >
      <DataTable
        label="Time to respond"
        rows={rows}
        columns={TIMES_COLUMNS}
        rowKey={(t) => `${t.area} ${t.severity}`}
        empty="No alert was raised in this time."
      />
    </Panel>
  );
}

const UNPHASED_COLUMNS: readonly Column<UnphasedRow>[] = [
  {
    key: 'title',
    header: 'Chart',
    value: (u) => u.title,
    cell: (u) => (
      <Link prefetch={false} className="link block whitespace-normal" href={`/spc/${u.chartId}`}>
        {u.title}
      </Link>
    ),
  },
  { key: 'area', header: 'Area', value: (u) => u.area },
  { key: 'where', header: 'Where', value: (u) => u.where },
  {
    key: 'what',
    header: 'What was done',
    value: (u) => u.what,
    cell: (u) => <span className="block whitespace-normal">{u.what}</span>,
  },
  { key: 'at', header: 'When', time: (u) => u.atMs },
  { key: 'alarms', header: 'Alarms since', numeric: true, value: (u) => u.alarms },
  {
    key: 'do',
    header: '',
    cell: (u) => (
      <Link prefetch={false} className="link" href={`/spc/${u.chartId}?do=change&mode=baseline`}>
        Begin a new phase…
      </Link>
    ),
  },
];

export function UnphasedTable({ rows }: { rows: readonly UnphasedRow[] }) {
  return (
    <Panel
      title="Limits older than the maintenance"
      note="charts of a chamber that was worked on, with alarms since and no new version"
      flush
    >
      <DataTable
        label="Limits older than the maintenance"
        rows={rows}
        columns={UNPHASED_COLUMNS}
        rowKey={(u) => u.chartId}
        total={rows[0]?.total ?? 0}
        empty="No chart alarms by limits from before the newest maintenance of its chamber."
        maxHeight={320}
      />
    </Panel>
  );
}
