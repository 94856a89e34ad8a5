'use client';
import type { VmRow } from '@/lib/services/vm/views/list';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { count, decimalsFor, num, percent, unitLabel } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { QUALITY_RULES, quality } from '@/lib/ui/vm/quality';

const COLUMNS: readonly Column<VmRow>[] = [
  {
    key: 'state',
    header: 'State',
    value: (r) => quality(r).text,
    cell: (r) => {
      const q = quality(r);
      return (
        <>
          <StatusMark status={q.status} text={q.text} />
          {q.status === 'ok' ? null : <span className="block text-sm text-ink-2 whitespace-normal">{q.by}</span>}
        </>
      );
    },
    title: QUALITY_RULES,
  },
  { key: 'by', header: 'State by', fileOnly: true, value: (r) => quality(r).by },
  { key: 'operation', header: 'Operation', value: (r) => r.operation },
  { key: 'parameter', header: 'Predicts', value: (r) => r.parameter },
  { key: 'product', header: 'Product', value: (r) => r.product },
  {
    key: 'q2',
    header: 'Q²',
    numeric: true,
    firstDir: 'asc',
    value: (r) => r.q2,
    cell: (r) => num(r.q2, 2),
    title: 'On later lots that the fit had not seen',
  },
  {
    key: 'rmse',
    header: 'RMSE',
    numeric: true,
    value: (r) => r.rmse,
    cell: (r) => (r.rmse === null ? '–' : `${num(r.rmse, decimalsFor(r.rmse))} ${unitLabel(r.unit)}`),
    title: 'Validation, later lots',
  },
  {
    key: 'observed',
    header: 'Observed',
    numeric: true,
    value: (r) => r.observedRmse,
    cell: (r) => (r.observedRmse === null ? '–' : `${num(r.observedRmse, decimalsFor(r.observedRmse))} ${unitLabel(r.unit)}`),
    title:
      'RMSE of live predictions inside the domain against what was measured later; those outside are kept off the charts and do not count',
  },
  { key: 'unit', header: 'Unit of RMSE and observed', fileOnly: true, value: (r) => unitLabel(r.unit) },
  { key: 'observedAll', header: 'Observed, with those outside the domain', fileOnly: true, value: (r) => r.observedAll },
  {
    key: 'coverage',
    header: 'Coverage',
    fileUnit: '%',
    numeric: true,
    value: (r) => (r.coverage === null ? null : 100 * r.coverage),
    cell: (r) => (r.coverage === null ? '–' : `${percent(r.coverage)} of ${count(r.checked)}`),
    title: 'Measured values inside their 95 % interval, of the predictions inside the domain that were measured later',
  },
  { key: 'checked', header: 'Measured later, inside the domain', fileOnly: true, value: (r) => r.checked },
  { key: 'checkedAll', header: 'Measured later, all', fileOnly: true, value: (r) => r.checkedAll },
  {
    key: 'unreliable',
    header: 'Outside',
    numeric: true,
    fileUnit: '%',
    value: (r) => (r.predictions > 0 ? (100 * r.unreliable) / r.predictions : null),
    cell: (r) => (r.predictions > 0 ? percent(r.unreliable / r.predictions) : '–'),
    title: 'Predictions outside the model’s domain, nominally 1 %: they are kept off the VM charts',
  },
  {
    key: 'version',
    header: 'Version',
    numeric: true,
    value: (r) => r.version,
    cell: (r) => (r.version === null ? '–' : `v${r.version}`),
  },
  { key: 'n', header: 'Wafers', numeric: true, value: (r) => r.n, cell: (r) => count(r.n) },
  { key: 'trained', header: 'Trained', numeric: true, time: (r) => r.trainedMs, cell: (r) => <Ago at={r.trainedMs} /> },
];

export function VmTable({ rows }: { rows: readonly VmRow[] }) {
  return (
    <DataTable
      label="Virtual metrology models"
      rows={rows}
      columns={COLUMNS}
      rowKey={(r) => r.id}
      rowHref={(r) => `/vm/${r.id}`}
      primary
      empty="No model yet. One is made for each measured parameter of an operation whose runs have traces, once enough wafers, of enough lots, have both."
    />
  );
}
