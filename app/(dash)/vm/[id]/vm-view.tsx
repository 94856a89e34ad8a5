'use client';
import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import type { VmVersionView, VmView } from '@/lib/services/vm/views/models';
import { Bars } from '@/lib/ui/charts/bars';
import { PredictedVsMeasured } from '@/lib/ui/charts/predicted-measured';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { timeRangeField } from '@/lib/ui/components/filter-fields';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { count, decimalsFor, num, percent, plural, shortTime, signed, unitLabel } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { Ago } from '@/lib/ui/hooks/now';
import { waferName } from '@/lib/ui/links';
import { coverageOf, heldBack, type PredictionsInput } from '@/lib/ui/vm/predictions.prepare';
import { PredictionsChart } from '@/lib/ui/vm/predictions-chart';
import type { Quality } from '@/lib/ui/vm/quality';
import { ChartButton } from '../../chart-this';

interface VmPageProps {
  data: VmView;
  /** The verdict, as in the list of models. */
  state: Quality;
  windowMs: readonly [number, number];
}

/** One model: predictions against later measurements, its inputs, its training. */
export function VmPageView({ data: d, state, windowMs }: VmPageProps) {
  const router = useRouter();
  const { model, predictions: p } = d;
  const unit = unitLabel(model.unit);
  const name = `${model.operation} ${model.parameter} ${model.product}`;
  const newest = d.versions[0];
  const input = useMemo(() => predictionsInput(d, name, unit, windowMs), [d, name, unit, windowMs]);
  const held = useMemo(() => heldBack(p), [p]);
  return (
    <>
      <LiveRefresh topics={['model', 'run', 'measurement']} everyMs={15_000} />
      <PageHead
        title={name}
        sub={
          newest
            ? `Version ${newest.version}, ${plural(newest.components, 'component')} of ${count(d.inputs)} inputs, trained on ${plural(newest.n, 'wafer')} up to ${shortTime(newest.trainedThroughMs)} UTC`
            : 'No version yet: it is trained once enough wafers, of enough lots, have both a trace and a measurement'
        }
        actions={<StatusMark status={state.status} text={`${state.text}: ${state.by}`} />}
      />
      <FilterBar fields={[timeRangeField('30d')]} />
      <div className="flex flex-col gap-3">
        <div className="grid grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)_300px] gap-3 items-start">
          <Measured d={d} name={name} unit={unit} />
          <Looks d={d} name={name} />
          <HowGood d={d} newest={newest} unit={unit} heldBack={held.share} />
        </div>
        <Panel
          title="Predictions"
          asOf={p.at.at(-1) ?? null}
          note={`${d.omitted > 0 ? `newest ${p.at.length} of ${p.at.length + d.omitted}` : 'every wafer that has a trace'}; kept off the VM charts: ${held.text}`}
          actions={<ChartButton characteristic="vm.wafer" />}
          empty={p.at.length === 0 ? 'No prediction in this window. Predictions start with the first version.' : undefined}
        >
          <PredictionsChart input={input} onSelect={(i) => router.push(`/runs/${p.runId[i]}`)} />
        </Panel>
        <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1.7fr)] gap-3 items-start">
          <Components d={d} newest={newest} unit={unit} name={name} />
          <Training d={d} unit={unit} />
        </div>
      </div>
    </>
  );
}

function predictionsInput(d: VmView, name: string, unit: string, windowMs: readonly [number, number]): PredictionsInput {
  const p = d.predictions;
  return {
    title: `${name} predictions`,
    unit,
    at: p.at,
    value: p.value,
    lo: p.lo,
    hi: p.hi,
    measured: p.measured,
    reliable: p.reliable,
    version: p.version,
    label: p.lot.map((lot, i) => waferName(lot, p.slot[i]!)),
    place: p.place,
    lsl: d.spec.lsl,
    usl: d.spec.usl,
    windowMs: [Math.max(windowMs[0], (p.at[0] ?? windowMs[0]) - 3_600_000), windowMs[1]],
  };
}

/** The predictions that were measured later, with the row of each. */
function measuredPairs({ predictions: p }: VmView, name: string, unit: string) {
  const rows = [...p.at.keys()].filter((i) => !Number.isNaN(p.measured[i]!));
  const of = (v: Float64Array): Float64Array => Float64Array.from(rows, (i) => v[i]!);
  return {
    rows,
    input: {
      title: `${name} predicted against measured`,
      unit,
      measured: of(p.measured),
      predicted: of(p.value),
      lo: of(p.lo),
      hi: of(p.hi),
      reliable: rows.map((i) => p.reliable[i]!),
      version: rows.map((i) => p.version[i]!),
      label: rows.map((i) => waferName(p.lot[i]!, p.slot[i]!)),
    },
  };
}

function Measured({ d, name, unit }: { d: VmView; name: string; unit: string }) {
  const router = useRouter();
  const { rows, input } = useMemo(() => measuredPairs(d, name, unit), [d, name, unit]);
  const outside = rows.filter((i) => !d.predictions.reliable[i]).length;
  return (
    <Panel
      title="Predicted against measured"
      note={`${plural(rows.length, 'wafer')} measured later${outside > 0 ? `, ${outside} outside the domain` : ''}`}
      empty={
        rows.length === 0
          ? 'No predicted wafer has been measured in this window yet: take a longer time range, or wait for metrology.'
          : undefined
      }
    >
      <PredictedVsMeasured input={input} onSelect={(i) => router.push(`/runs/${d.predictions.runId[rows[i]!]}`)} />
    </Panel>
  );
}

function Looks({ d, name }: { d: VmView; name: string }) {
  return (
    <Panel
      title="What it looks at"
      note={`VIP, ${d.vip.length} of ${d.inputs} inputs`}
      empty={d.vip.length === 0 ? 'No version has been trained yet.' : undefined}
    >
      <Bars
        title={`${name} VIP`}
        unit="VIP"
        items={d.vip.map((v) => ({ key: v.name, label: v.name.replaceAll('|', ' '), value: v.value }))}
        reference={{ value: 1, label: 'average' }}
        labelWidth={190}
      />
    </Panel>
  );
}

interface HowGoodProps {
  d: VmView;
  newest: VmVersionView | undefined;
  unit: string;
  /** How many predictions are kept off the charts, in words. */
  heldBack: string;
}

function HowGood({ d, newest, unit, heldBack }: HowGoodProps) {
  const { predictions: p } = d;
  const c = useMemo(() => coverageOf(p, p.reliable), [p]);
  const all = useMemo(() => coverageOf(p), [p]);
  const du = decimalsFor(Number.isNaN(c.rms) ? newest?.rmse : c.rms);
  return (
    <Panel title="How good" note="of this window">
      <Facts
        facts={[
          [
            'Measured later',
            all.measured === c.measured
              ? count(c.measured)
              : `${count(c.measured)}, and ${all.measured - c.measured} outside the domain`,
          ],
          ['Inside the 95 % interval', c.measured > 0 ? percent(c.inside / c.measured) : '–'],
          ['RMSE, inside the domain', `${num(c.rms, du)} ${unit}`],
          ...(all.measured === c.measured
            ? []
            : [['RMSE, with those outside', `${num(all.rms, du)} ${unit}`] as [string, string]]),
          ['Bias, inside the domain', `${signed(c.bias, du)} ${unit}`],
          ['Q², validation', num(newest?.q2, 2)],
          ['RMSE, validation', `${num(newest?.rmse, du)} ${unit}`],
          ['Residual in training', `${num(newest?.sigmaTrain, du)} ${unit}`],
          ['Validated on', newest?.rows == null ? '–' : plural(newest.rows, 'later wafer')],
          ['Kept off the charts', heldBack],
          ['Limit of T²', num(d.limits?.t2, 1)],
          ['Limit of SPE', num(d.limits?.spe, 0)],
          [
            'Limits from',
            d.limits?.rows == null ? 'training rows' : `${count(d.limits.rows)} later runs, ${d.limits.contexts} lots`,
          ],
          ['Limits, now to first set', d.limits?.rows == null ? '–' : `× ${num(Math.exp(d.limits.shift), 2)}`],
          ['Outside the first limits', d.followed.predictions > 0 ? percent(d.followed.unmoved / d.followed.predictions) : '–'],
          ['Inputs that never vary', count(d.constant)],
        ]}
      />
      <p className="text-sm text-ink-3 mt-1">
        Both limits follow the share outside, once a day and by one factor: above 1 they have been widened since they were set on
        later runs, below 1 narrowed. The share by those first set shows how well they were set. A run beyond the limit of T²
        (extreme) or SPE (of another kind) is outside the domain, nominally 1 %: its prediction is marked and not charted.
      </p>
    </Panel>
  );
}

function Components({ d, newest, unit, name }: { d: VmView; newest: VmVersionView | undefined; unit: string; name: string }) {
  return (
    <Panel
      title="Components"
      note={newest ? `RMSE on later lots by number, and share of y and x explained; ${newest.components} chosen` : null}
      empty={newest && newest.rmsep.length > 0 ? undefined : 'No validation has been stored for this model.'}
    >
      {newest ? (
        <Bars
          title={`${name} RMSE by components`}
          unit={unit}
          items={Array.from(newest.rmsep, (value, k) => ({
            key: String(k),
            label: k === 0 ? 'mean only' : `${k}`,
            detail:
              k > 0 && k <= d.yVariance.length
                ? `y ${num(100 * d.yVariance[k - 1]!, 0)} %, x ${num(100 * d.xVariance[k - 1]!, 0)} %`
                : '',
            value,
          }))}
          selectedKey={String(newest.components)}
          labelWidth={190}
        />
      ) : null}
    </Panel>
  );
}

function Training({ d, unit }: { d: VmView; unit: string }) {
  const columns: Column<VmVersionView>[] = [
    { key: 'version', header: 'Version', value: (v) => v.version, cell: (v) => `v${v.version}` },
    { key: 'n', header: 'Wafers', numeric: true, value: (v) => v.n, cell: (v) => count(v.n) },
    { key: 'components', header: 'Components', numeric: true, value: (v) => v.components },
    { key: 'q2', header: 'Q²', numeric: true, value: (v) => v.q2, cell: (v) => num(v.q2, 2) },
    { key: 'rmse', header: 'RMSE', unit, numeric: true, value: (v) => v.rmse, cell: (v) => num(v.rmse, decimalsFor(v.rmse)) },
    {
      key: 'through',
      header: 'Data up to',
      numeric: true,
      time: (v) => v.trainedThroughMs,
    },
    { key: 'trained', header: 'Trained', numeric: true, time: (v) => v.trainedMs, cell: (v) => <Ago at={v.trainedMs} /> },
  ];
  return (
    <Panel title="Training history" note="a version is trained when there are enough new wafers" flush>
      <DataTable
        label={`Training history of ${d.model.operation} ${d.model.parameter} ${d.model.product}`}
        rows={d.versions}
        columns={columns}
        rowKey={(v) => String(v.version)}
        empty="No version yet."
        maxHeight={320}
      />
    </Panel>
  );
}
