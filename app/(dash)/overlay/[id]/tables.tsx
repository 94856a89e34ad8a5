'use client';
import Link from 'next/link';
import { characteristicName } from '@/lib/characteristic';
import type { OverlayTermView, OverlayView } from '@/lib/services/overlay/views/overlay';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { Tabs } from '@/lib/ui/components/tabs';
import { decimalsFor, num, unitLabel } from '@/lib/ui/format';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { waferName } from '@/lib/ui/links';
import { ChartButton } from '../../chart-this';

/** Overlay is charted by lot: its wafers share the exposure. */
const overlayName = (term: string): string => characteristicName({ source: 'overlay', term, lot: true });

interface SummaryRow {
  key: string;
  what: string;
  axis: string;
  n: number;
  mean: number;
  threeSigma: number | null;
  meanPlus3Sigma: number | null;
  p997: number;
  max: number;
}

/** Rounding residue of a zero is shown as zero. */
const tidy = (v: number | null): number | null => (v !== null && Math.abs(v) < 1e-9 ? 0 : v);

/** X, Y and vector of raw, modelled and residual overlay. */
export function SummaryPanel({ d }: { d: OverlayView }) {
  const rows: SummaryRow[] = (['raw', 'modelled', 'residual'] as const).flatMap((what) =>
    (['x', 'y', 'vector'] as const).flatMap((axis) => {
      const of = d.statistics[what];
      return of === null
        ? []
        : [{ key: `${what} ${axis}`, what, axis: axis === 'vector' ? 'vector' : axis.toUpperCase(), ...of[axis] }];
    }),
  );
  const figure = (key: keyof SummaryRow & string, header: string, title?: string): Column<SummaryRow> => ({
    key,
    header,
    unit: 'nm',
    numeric: true,
    value: (r) => r[key],
    cell: (r) => num(tidy(r[key] as number | null), 2),
    ...(title ? { title } : {}),
  });
  const columns: Column<SummaryRow>[] = [
    { key: 'what', header: 'Overlay', value: (r) => r.what },
    { key: 'axis', header: 'Axis', value: (r) => r.axis },
    figure('mean', 'Mean'),
    figure('threeSigma', '3 sigma'),
    {
      ...figure('meanPlus3Sigma', '|mean| + 3 sigma'),
      cell: (r) => (
        <>
          {num(tidy(r.meanPlus3Sigma), 2)}
          {r.what === 'raw' && r.axis !== 'vector' ? (
            <ChartButton characteristic={overlayName(`m3s.${r.axis.toLowerCase()}`)} />
          ) : null}
        </>
      ),
    },
    figure('p997', '99.7 %', '99.7 % of the magnitudes lie below'),
    figure('max', 'Max', 'Largest magnitude'),
    { key: 'n', header: 'Marks', numeric: true, value: (r) => r.n },
  ];
  return (
    <Panel title="Statistics" note="nm" flush>
      <DataTable
        label={`Overlay statistics ${waferName(d.head.lot, d.head.slot)}`}
        rows={rows}
        columns={columns}
        rowKey={(r) => r.key}
        empty="No mark was measured."
      />
    </Panel>
  );
}

/** Terms of the model as error or, with the sign reversed, as the correction for a scanner. */
export function TermsPanel({ d }: { d: OverlayView }) {
  const [sign, setSign] = useUrlState('sign');
  const factor = sign === 'correction' ? -1 : 1;
  const columns: Column<OverlayTermView>[] = [
    { key: 'id', header: 'Term', value: (t) => t.id },
    { key: 'label', header: 'Meaning', value: (t) => t.label },
    { key: 'scope', header: 'Acts on', value: (t) => (t.scope === 'grid' ? 'wafer' : 'field') },
    { key: 'axis', header: 'Axis', value: (t) => t.axis },
    {
      key: 'value',
      header: factor === 1 ? 'Error' : 'Correction',
      numeric: true,
      value: (t) => (t.value === null ? null : factor * t.value),
      cell: (t) =>
        t.value === null ? (
          <StatusMark status="warn" text={`cannot be told apart${t.correlation ? ` from ${t.correlation.with}` : ''}`} />
        ) : (
          num(factor * t.value, t.u ? decimalsFor(t.u) : 4)
        ),
    },
    {
      key: 'u',
      header: 'u',
      numeric: true,
      value: (t) => t.u,
      cell: (t) => num(t.u, decimalsFor(t.u)),
      title: 'Standard uncertainty',
    },
    { key: 'unit', header: 'Unit', value: (t) => unitLabel(t.unit) },
    {
      key: 'correlation',
      header: 'Largest correlation',
      value: (t) => (t.correlation ? Math.abs(t.correlation.value) : null),
      cell: (t) =>
        t.correlation && Math.abs(t.correlation.value) > 0.005
          ? `${num(t.correlation.value, 2)} with ${t.correlation.with}`
          : 'none',
      title: 'With another term of the same axis; near 1 the two cannot be told apart',
    },
    {
      key: 'chart',
      header: 'Trend',
      cell: (t) =>
        t.chartId ? (
          <Link className="link" href={`/spc/${t.chartId}`}>
            chart
          </Link>
        ) : t.value === null ? (
          '–'
        ) : (
          <ChartButton characteristic={overlayName(t.id)} parameter={t.id} />
        ),
    },
  ];
  return (
    <Panel
      title="Terms"
      note={`${d.model.name} model; u is one standard uncertainty`}
      flush
      actions={
        <Tabs
          label="Sign"
          value={factor === 1 ? 'error' : 'correction'}
          options={[
            { value: 'error', label: 'Error' },
            { value: 'correction', label: 'Correction' },
          ]}
          onChange={(v) => setSign(v === 'correction' ? v : null)}
        />
      }
    >
      <DataTable
        label={`Overlay terms ${waferName(d.head.lot, d.head.slot)} as ${factor === 1 ? 'error' : 'correction'}`}
        rows={d.terms}
        columns={columns}
        rowKey={(t) => t.id}
        empty="No term could be fitted."
      />
    </Panel>
  );
}
