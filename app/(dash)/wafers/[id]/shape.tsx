'use client';
import { useRouter } from 'next/navigation';
import type { WaferView } from '@/lib/services/wafers/views/wafer';
import { Bars } from '@/lib/ui/charts/bars';
import { zernikeCharacteristic, zernikeLabel } from '@/lib/ui/charts/zernike';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { POINT_STATE } from '@/lib/ui/components/point-mark';
import { decimalsFor, num, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { useChartThis } from '../../chart-this';
import { whyUncharted } from './why-uncharted';

/** The shape in Zernike terms; a bar with a trend chart links to it. */
export function ZernikePanel({ d }: { d: WaferView }) {
  const router = useRouter();
  const { zernike } = d;
  const chartThis = useChartThis();
  const charts = new Map(d.zernikeCharts.map((c) => [c.j, c.chartId]));
  if (!zernike)
    return (
      <Panel title="Zernike coefficients" empty={d.unfitted === null ? 'No fit yet.' : `No fit of this wafer: ${d.unfitted}`} />
    );
  const items = Array.from(zernike.coefficients, (value, j) => {
    const { label, name } = zernikeLabel(j);
    return {
      key: String(j),
      label,
      detail: name,
      value,
      u: zernike.u[j],
      ...(charts.has(j) ? { title: 'its trend chart' } : chartThis === null ? {} : { title: 'chart this' }),
    };
  }).slice(1);
  return (
    <Panel title="Zernike coefficients" note={`piston ${num(zernike.coefficients[0], decimalsFor(zernike.u[0]))}; whiskers ± 2u`}>
      <Bars
        title={`${waferName(d.head.lot, d.head.slot)} ${d.head.parameter} Zernike coefficients`}
        unit={unitLabel(d.head.unit)}
        items={items}
        labelWidth={148}
        onSelect={(key) => {
          const chart = charts.get(Number(key));
          if (chart) router.push(`/spc/${chart}?point=${d.head.id}`);
          else chartThis?.(zernikeCharacteristic(Number(key)));
        }}
      />
      {charts.size > 0 || chartThis !== null ? (
        <p className="text-sm text-ink-3">{`${charts.size > 0 ? `${[...charts.keys()].map((j) => zernikeLabel(j).label).join(', ')}: click for the trend chart.` : ''}${chartThis === null ? '' : ' Click another coefficient to chart it.'}`}</p>
      ) : null}
    </Panel>
  );
}

/** Where this wafer is charted. */
export function PointsPanel({ d }: { d: WaferView }) {
  const columns: Column<WaferView['points'][number]>[] = [
    {
      key: 'chart',
      header: 'Chart',
      value: (r) => r.title,
      cell: (r) => (
        <span className="name" title={`${r.title}, ${r.characteristic}, ${unitLabel(r.unit)}`}>
          {r.title}
        </span>
      ),
    },
    {
      key: 'value',
      header: 'Value',
      numeric: true,
      value: (r) => r.value,
      cell: (r) => num(r.value, r.ucl !== null && r.lcl !== null ? decimalsFor((r.ucl - r.lcl) / 30) : 3),
    },
    { key: 'unit', header: 'Unit', fileOnly: true, value: (r) => unitLabel(r.unit) },
    POINT_STATE,
  ];
  return (
    <Panel title="Charted points" flush>
      <DataTable
        label="Charted points of this wafer"
        rows={d.points}
        columns={columns}
        rowKey={(r) => r.chartId}
        rowHref={(r) => `/spc/${r.chartId}?point=${d.head.id}`}
        primary
        empty={whyUncharted(d.head)}
        maxHeight={300}
      />
    </Panel>
  );
}
