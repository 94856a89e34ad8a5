import type { ScreenRow } from '@/lib/services/spc/views/list';
import { plottedUnit } from '@/lib/spc';
import type { ColumnData } from '@/lib/ui/components/table-export';
import { unitLabel } from '@/lib/ui/format';
import { chartState } from './screening-state';

export interface ScreeningColumn extends ColumnData<ScreenRow> {
  readonly numeric?: boolean;
  readonly firstDir?: 'asc' | 'desc';
  readonly title?: string;
  /** Only in the file. */
  readonly fileOnly?: boolean;
  /** Not where the table has half a page. */
  readonly wide?: boolean;
}

/** Columns of the list of charts, for the table and for its file. The server orders by each that has a value (`list-order.ts`). */
export const SCREENING_COLUMNS: readonly ScreeningColumn[] = [
  { key: 'state', header: 'State', sort: (r) => chartState(r).order, value: (r) => chartState(r).text },
  { key: 'title', header: 'Chart', value: (r) => r.title },
  { key: 'spark', header: 'Last 40 points' },
  { key: 'last', header: 'Last', wide: true, numeric: true, value: (r) => r.lastValue },
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
    title: 'With the within sigma of the limits in force; the mean of the window',
  },
  {
    key: 'stability',
    header: 'Stability',
    numeric: true,
    value: (r) => r.stability,
    title: 'sigma overall / sigma within: 1 is stable, above 1.3 the mean moves',
  },
  {
    key: 'rate',
    header: 'Out',
    unit: '%',
    numeric: true,
    value: (r) => (r.n > 0 ? (100 * r.out) / r.n : null),
    title: 'Share of points of the window with a rule fired',
  },
  { key: 'n', header: 'n', numeric: true, value: (r) => r.n, wide: true },
  { key: 'lastOut', header: 'Last out', numeric: true, time: (r) => r.lastOutMs, wide: true },
  { key: 'lastAt', header: 'Newest', numeric: true, time: (r) => r.lastAtMs, wide: true },
];
