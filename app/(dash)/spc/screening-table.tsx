'use client';
import type { ReactNode } from 'react';
import type { ScreenRow } from '@/lib/services/spc/views/list';
import { plottedUnit } from '@/lib/spc';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Sparkline } from '@/lib/ui/components/sparkline';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { decimalsFor, num, percent, unitLabel } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { chartState } from './screening-state';

const digits = (r: ScreenRow): number => decimalsFor(r.lastU ?? (r.ucl !== null && r.lcl !== null ? (r.ucl - r.lcl) / 30 : null));

const COLUMNS: readonly (Column<ScreenRow> & { wide?: boolean })[] = [
  {
    key: 'state',
    header: 'State',
    sort: (r) => chartState(r).order,
    value: (r) => chartState(r).text,
    cell: (r) => {
      const { status, text } = chartState(r);
      return <StatusMark status={status} text={text} />;
    },
  },
  {
    key: 'title',
    header: 'Chart',
    value: (r) => r.title,
    cell: (r) => (
      <span className="name" title={`${r.title} (${r.kind})`}>
        {r.title}
      </span>
    ),
  },
  {
    key: 'spark',
    header: 'Last 40 points',
    cell: (r) => <Sparkline label={r.title} values={r.spark} flags={r.sparkOut} cl={r.cl} ucl={r.ucl} lcl={r.lcl} width={130} />,
  },
  {
    key: 'last',
    header: 'Last',
    wide: true,
    numeric: true,
    value: (r) => r.lastValue,
    cell: (r) =>
      r.lastValue === null ? (
        '–'
      ) : (
        <span>
          {num(r.lastValue, digits(r))} <span className="text-ink-3">{unitLabel(plottedUnit(r.kind, r.unit))}</span>
        </span>
      ),
  },
  {
    key: 'unit',
    header: 'Unit',
    fileHeader: 'Unit of last',
    value: (r) => unitLabel(plottedUnit(r.kind, r.unit)),
    fileOnly: true,
    wide: true,
  },
  {
    key: 'cpk',
    header: 'Cpk',
    numeric: true,
    firstDir: 'asc',
    value: (r) => r.cpk,
    cell: (r) =>
      r.specDiffers ? (
        <span className="text-ink-3" title="The products on this chart are specified differently, or only some of them are">
          by product
        </span>
      ) : (
        num(r.cpk, 2)
      ),
    title: 'With the within sigma of the limits in force; the mean of the window',
  },
  {
    key: 'stability',
    header: 'Stability',
    numeric: true,
    value: (r) => r.stability,
    cell: (r) => num(r.stability, 2),
    title: 'sigma overall / sigma within: 1 is stable, above 1.3 the mean moves',
  },
  {
    key: 'rate',
    header: 'Out',
    unit: '%',
    numeric: true,
    value: (r) => (r.n > 0 ? (100 * r.out) / r.n : null),
    cell: (r) => (r.n > 0 ? percent(r.out / r.n, 1).replace(' %', '') : '–'),
    title: 'Share of points of the window with a rule fired',
  },
  { key: 'n', header: 'n', numeric: true, value: (r) => r.n, wide: true },
  {
    key: 'lastOut',
    header: 'Last out',
    numeric: true,
    time: (r) => r.lastOutMs,
    cell: (r) => (r.lastOutMs === null ? '–' : <Ago at={r.lastOutMs} />),
    wide: true,
  },
  { key: 'lastAt', header: 'Newest', numeric: true, time: (r) => r.lastAtMs, cell: (r) => <Ago at={r.lastAtMs} />, wide: true },
];

/** For half a page: without the widest columns, and a shorter sparkline. */
const COMPACT: readonly Column<ScreenRow>[] = COLUMNS.filter((c) => !c.wide).map((c) =>
  c.key === 'spark'
    ? {
        ...c,
        header: 'Trend',
        cell: (r) => (
          <Sparkline label={r.title} values={r.spark} flags={r.sparkOut} cl={r.cl} ucl={r.ucl} lcl={r.lcl} width={88} />
        ),
      }
    : c,
);

/** One row per chart, worst first; the overview shows its first rows without the widest columns. */
export function ScreeningTable({
  rows,
  label,
  total,
  compact = false,
  emptyPage = null,
}: {
  rows: readonly ScreenRow[];
  label: string;
  total?: number;
  compact?: boolean;
  /** Text of an empty page other than the first. */
  emptyPage?: ReactNode;
}) {
  return (
    <DataTable
      label={label}
      rows={rows}
      columns={compact ? COMPACT : COLUMNS}
      rowKey={(r) => r.id}
      rowHref={(r) => `/spc/${r.id}`}
      primary
      exportable={!compact}
      {...(total === undefined ? {} : { total })}
      empty={emptyPage ?? 'No chart matches these filters. Clear one of them, or take a longer time range.'}
    />
  );
}
