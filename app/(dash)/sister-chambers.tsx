import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import { comparedBy, plottedUnit } from '@/lib/spc';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { decimalsFor, num, unitLabel } from '@/lib/ui/format';

const meanUnit = ({ kind, unit }: SpcChartView['chart']): string => {
  const by = comparedBy(kind);
  return by === 'rate' ? `per ${unit}` : by === 'plotted' ? plottedUnit(kind, unit) : unit;
};

/** The same characteristic on the other chambers in the same window: is it this chamber, or all of them? */
export function SisterChambers({ data }: { data: SpcChartView }) {
  const means = data.sisters.map((s) => s.mean).filter((m): m is number => m !== null);
  const d = decimalsFor(Math.max(1e-9, (Math.max(...means, 0) - Math.min(...means, Number.POSITIVE_INFINITY)) / 10));
  const columns: Column<SpcChartView['sisters'][number]>[] = [
    { key: 'place', header: 'Chamber', value: (r) => `${r.tool ?? 'all tools'} ${r.chamber ?? ''}` },
    {
      key: 'mean',
      header: 'Mean',
      unit: unitLabel(meanUnit(data.chart)),
      numeric: true,
      value: (r) => r.mean,
      cell: (r) => num(r.mean, Math.min(4, d)),
    },
    { key: 'n', header: 'n', numeric: true, value: (r) => r.n },
    {
      key: 'out',
      header: 'Out',
      numeric: true,
      value: (r) => r.out,
      cell: (r) => (r.out > 0 ? <StatusMark status="warn" text={String(r.out)} /> : '0'),
    },
  ];
  return (
    <Panel title="Sister chambers" note="same characteristic, same window" flush>
      <DataTable
        label="Sister chambers"
        rows={data.sisters}
        columns={columns}
        rowKey={(r) => r.id}
        rowHref={(r) => `/spc/${r.id}`}
        selectedKey={data.chart.id}
        empty="No other chamber runs this operation."
        maxHeight={240}
      />
    </Panel>
  );
}
