'use client';
import type { ReactNode } from 'react';
import type { OverlayRow } from '@/lib/services/overlay/views/overlay';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { num } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { overlayState } from './overlay-state';

const nm = (
  key: keyof OverlayRow & string,
  header: string,
  value: (r: OverlayRow) => number | null,
  title: string,
): Column<OverlayRow> => ({
  key,
  header,
  unit: 'nm',
  numeric: true,
  value,
  cell: (r) => num(value(r), 2),
  title,
});

const COLUMNS: readonly Column<OverlayRow>[] = [
  {
    key: 'state',
    header: 'State',
    sort: (r) => overlayState(r).order,
    value: (r) => overlayState(r).text,
    cell: (r) => {
      const { status, text } = overlayState(r);
      return <StatusMark status={status} text={text} />;
    },
  },
  { key: 'wafer', header: 'Wafer', value: (r) => waferName(r.lot, r.slot) },
  { key: 'product', header: 'Product', value: (r) => r.product },
  { key: 'layers', header: 'Layers', value: (r) => `${r.layer} to ${r.referenceLayer}` },
  { key: 'tool', header: 'Tool', value: (r) => (r.tool ? `${r.tool} ${r.chamber ?? ''}`.trim() : null) },
  nm('meanX', 'Mean X', (r) => r.meanX, 'Mean of dx, raw'),
  nm('meanY', 'Mean Y', (r) => r.meanY, 'Mean of dy, raw'),
  nm('rawX', 'Raw X', (r) => r.rawX, '|mean| + 3 sigma of dx as measured'),
  nm('rawY', 'Raw Y', (r) => r.rawY, '|mean| + 3 sigma of dy as measured'),
  nm('residualX', 'Residual X', (r) => r.residualX, '|mean| + 3 sigma of dx after the model'),
  nm('residualY', 'Residual Y', (r) => r.residualY, '|mean| + 3 sigma of dy after the model'),
  { key: 'marks', header: 'Marks', numeric: true, value: (r) => r.marks },
  { key: 'measured', header: 'Measured', numeric: true, time: (r) => r.measuredMs },
];

export function OverlayTable({
  rows,
  total,
  emptyPage,
}: {
  rows: readonly OverlayRow[];
  total: number;
  /** Text of an empty page other than the first. */
  emptyPage: ReactNode;
}) {
  return (
    <DataTable
      label="Overlay measurements"
      rows={rows}
      columns={COLUMNS}
      rowKey={(r) => r.id}
      rowHref={(r) => `/overlay/${r.id}`}
      primary
      total={total}
      empty={
        emptyPage ??
        'No overlay measurement matches. Take a longer time range or clear a filter; they arrive over POST /api/v1/overlay.'
      }
    />
  );
}
