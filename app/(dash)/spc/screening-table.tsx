'use client';
import type { ReactNode } from 'react';
import type { ScreenRow } from '@/lib/services/spc/views/list';
import { plottedUnit } from '@/lib/spc';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Sparkline } from '@/lib/ui/components/sparkline';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { decimalsFor, num, percent, unitLabel } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { SCREENING_COLUMNS } from './screening-columns';
import { chartState } from './screening-state';

const digits = (r: ScreenRow): number => decimalsFor(r.lastU ?? (r.ucl !== null && r.lcl !== null ? (r.ucl - r.lcl) / 30 : null));

const spark = (r: ScreenRow, width: number): ReactNode => (
  <Sparkline label={r.title} values={r.spark} flags={r.sparkOut} cl={r.cl} ucl={r.ucl} lcl={r.lcl} width={width} />
);

/** What the cells show of the columns. */
const CELLS: Readonly<Record<string, (r: ScreenRow) => ReactNode>> = {
  state: (r) => {
    const { status, text } = chartState(r);
    return <StatusMark status={status} text={text} />;
  },
  title: (r) => (
    <span className="name" title={`${r.title} (${r.kind})`}>
      {r.title}
    </span>
  ),
  spark: (r) => spark(r, 130),
  last: (r) =>
    r.lastValue === null ? (
      '–'
    ) : (
      <span>
        {num(r.lastValue, digits(r))} <span className="text-ink-3">{unitLabel(plottedUnit(r.kind, r.unit))}</span>
      </span>
    ),
  cpk: (r) =>
    r.specDiffers ? (
      <span className="text-ink-3" title="The products on this chart are specified differently, or only some of them are">
        by product
      </span>
    ) : (
      num(r.cpk, 2)
    ),
  stability: (r) => num(r.stability, 2),
  rate: (r) => (r.n > 0 ? percent(r.out / r.n, 1).replace(' %', '') : '–'),
  lastOut: (r) => (r.lastOutMs === null ? '–' : <Ago at={r.lastOutMs} />),
  lastAt: (r) => <Ago at={r.lastAtMs} />,
};

const COLUMNS: readonly (Column<ScreenRow> & { wide?: boolean })[] = SCREENING_COLUMNS.map((c) => {
  const cell = CELLS[c.key];
  return cell === undefined ? c : { ...c, cell };
});

/** For half a page: without the widest columns, and a shorter sparkline. */
const COMPACT: readonly Column<ScreenRow>[] = COLUMNS.filter((c) => !c.wide).map((c) =>
  c.key === 'spark'
    ? {
        ...c,
        header: 'Trend',
        cell: (r) => spark(r, 88),
      }
    : c,
);

/** One row per chart, in the order of the server; the overview shows the first rows without the widest columns. */
export function ScreeningTable({
  rows,
  label,
  total,
  compact = false,
  exportHref,
  emptyPage = null,
}: {
  rows: readonly ScreenRow[];
  label: string;
  total?: number;
  compact?: boolean;
  /** Address of all rows as a file. */
  exportHref?: string;
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
      sortedByServer={!compact}
      exportable={!compact}
      {...(exportHref === undefined ? {} : { exportHref })}
      {...(total === undefined ? {} : { total })}
      empty={emptyPage ?? 'No chart matches these filters. Clear one of them, or take a longer time range.'}
    />
  );
}
