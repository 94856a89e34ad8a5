'use client';
import Link from 'next/link';
import { useMemo, useState } from 'react';
import { isSettled, stateWords } from '@/lib/services/alerts/states';
import type { LimitsNotice } from '@/lib/services/spc/limits/views/proposals';
import type { ChartVersionView, SpcChartView } from '@/lib/services/spc/views/chart-model';
import { type ChartKind, inForceAt, kindOf, plottedUnit, subgroupSizeOf } from '@/lib/spc';
import { ControlChart } from '@/lib/ui/charts/control-chart';
import { limitDecimals, limitText } from '@/lib/ui/charts/control-limits.prepare';
import { ruleName } from '@/lib/ui/charts/rules';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { FilterBar, useAddress } from '@/lib/ui/components/filter-bar';
import { timeRangeField } from '@/lib/ui/components/filter-fields';
import { InlineError, PageHead, Panel, Skeleton } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { Tabs } from '@/lib/ui/components/tabs';
import { shortDate, shortTime, unitLabel } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { useAsOf } from '@/lib/ui/hooks/now';
import { useHydrated } from '@/lib/ui/hooks/use-hydrated';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { SisterChambers } from '../../sister-chambers';
import { CancelPlan } from './cancel-plan';
import { CapabilityPanel } from './capability-panel';
import { ChangeDialog } from './change-dialog';
import { draftBase, sourceText } from './change-draft';
import { chartInput } from './chart-input';
import { LifeNotice, RetireButton } from './chart-life';
import { LimitsActions } from './limits-notice';
import { plannedAfter } from './planned-version';
import { PointPanel } from './point-panel';
import { proposedDraft } from './proposed-draft';
import type { ChartWindow } from './read-chart';
import { StudyPanel } from './study-panel';
import { useChartWindow } from './use-chart-window';
import { useChosenPoint } from './use-chosen-point';
import { windowQuery } from './window-query';

export interface ChartViewProps {
  page: ChartWindow;
  /** The window of the page, as its address says. */
  query: string;
  notice: LimitsNotice;
  canChange: boolean;
}

/** Of the chart with its dispersion, head and legend, px: the place of a long one until the browser draws it. */
const CHART_HEIGHT = 496;

/** One chart: limits, zones, phases, violations, the point panel, capability, versions, sister chambers. */
export function ChartView({ page, query, notice, canChange }: ChartViewProps) {
  const address = useAddress();
  const [changing, setChanging] = useState(canChange && address.get('do') === 'change');
  const [point, setPoint] = useUrlState('point');
  const [axis, setAxis] = useUrlState('x');
  const [spec, setSpec] = useUrlState('spec');
  const [zones, setZones] = useUrlState('zones');
  const { data, why, isPending, failed, zoom } = useChartWindow(page.data.chart.id, page, query);
  const input = useMemo(() => chartInput(data), [data]);
  const isLong = data.marks !== null;
  const isHydrated = useHydrated();
  const hasZones = kindOf(data.chart.kind).withoutZones !== true;
  const options = useMemo(
    () =>
      ({
        xMode: axis === 'sequence' && !isLong ? 'sequence' : 'time',
        showSpec: spec === '1',
        showZones: zones !== '0' && hasZones,
      }) as const,
    [axis, spec, zones, isLong, hasZones],
  );
  const byId = useMemo(() => new Map(why.map((w) => [w.recordId, w])), [why]);
  const chosen = useChosenPoint(data, byId, point);
  const members = useMemo(() => chosen.why?.violations.flatMap((v) => v.members) ?? [], [chosen.why]);
  const current = useAsOf((now) => inForceAt(data.versions, 'effectiveMs', now));
  const drawn = inForceAt(data.versions, 'effectiveMs', data.toMs);
  const n = input.at.length;
  const zoomed = address.get('from') !== null;
  return (
    <>
      <LiveRefresh topics={['measurement', 'limits', 'alert']} everyMs={10_000} />
      <Head data={data} current={current} notice={notice} canChange={canChange} onChange={() => setChanging(true)} />
      <LifeNotice chart={data.chart} />
      <FilterBar fields={zoomed ? [] : [timeRangeField('30d')]}>
        {zoomed ? (
          <button type="button" className="btn h-7! text-sm!" onClick={() => zoom(null)}>
            Whole time range
          </button>
        ) : null}
        {isLong ? null : (
          <Tabs
            label="Axis"
            value={options.xMode}
            onChange={(v) => setAxis(v === 'time' ? null : v)}
            options={[
              { value: 'time', label: 'Time' },
              { value: 'sequence', label: 'Sequence' },
            ]}
          />
        )}
        <Toggle label="Spec limits" on={options.showSpec} set={(v) => setSpec(v ? '1' : null)} />
        {hasZones ? <Toggle label="Zones" on={options.showZones} set={(v) => setZones(v ? null : '0')} /> : null}
      </FilterBar>
      <div className="grid grid-cols-[minmax(0,1fr)_300px] gap-3 items-start">
        <div className="flex flex-col gap-3 min-w-0">
          <Panel
            title="Control chart"
            asOf={n > 0 ? input.at[n - 1]! : null}
            note={
              drawn !== undefined && data.collected !== null
                ? `collecting the baseline: ${data.collected} of ${drawn.baselineN} points, no limits yet`
                : `${drawn?.limitsSource === 'given' ? 'limits as entered · ' : ''}rules: ${rulesText(drawn)}${data.omitted > 0 ? ` · newest ${n} of ${n + data.omitted} points` : ''}`
            }
            empty={
              n === 0
                ? 'No points in this window. Take a longer time range; if the chart has never had one, no measurement of this context has arrived yet.'
                : undefined
            }
          >
            <div aria-busy={isPending} className={isPending ? 'opacity-70' : undefined}>
              {isLong && !isHydrated ? (
                <Skeleton height={CHART_HEIGHT} />
              ) : (
                <ControlChart
                  input={input}
                  options={options}
                  selectedId={chosen.markId}
                  onSelect={setPoint}
                  memberIds={members}
                  onRange={(fromMs, toMs) => zoom({ fromMs, toMs: toMs + 1000 })}
                  {...(zoomed ? { onWhole: () => zoom(null) } : {})}
                  {...(isLong
                    ? { csvHref: `/spc/${data.chart.id}/rows?${windowQuery(Object.fromEntries(address.params))}` }
                    : {})}
                />
              )}
            </div>
            {failed ? (
              <InlineError message="The finer window could not be read: what is drawn is the one before. Zoom again." />
            ) : null}
          </Panel>
          <div className="grid grid-cols-1 min-[1700px]:grid-cols-2 gap-3">
            <Versions
              versions={data.versions}
              unit={unitLabel(plottedUnit(data.chart.kind, data.chart.unit))}
              kind={data.chart.kind}
            />
            <SisterChambers data={data} />
          </div>
        </div>
        <div className="flex flex-col gap-3">
          {chosen.index >= 0 ? (
            <PointPanel
              data={chosen.data}
              index={chosen.index}
              why={chosen.why}
              onClose={() => setPoint(null)}
              canExclude={canChange}
            />
          ) : chosen.failed ? (
            <InlineError message="The point could not be read. Choose it again." />
          ) : (
            <div className="bg-surface border border-hairline rounded p-3 text-ink-2 text-sm">
              <h2 className="text-ink mb-1">No point selected</h2>
              Click a point, or press n for the next violation. Drag over the chart to zoom in; a double click shows all again.
            </div>
          )}
          <StudyPanel data={data} />
          {kindOf(data.chart.kind).ofVariables ? null : <CapabilityPanel data={data} />}
        </div>
      </div>
      {changing && current ? (
        <ChangeDialog
          onClose={() => setChanging(false)}
          chartId={data.chart.id}
          newest={data.chart.version}
          base={draftBase(data, current)}
          first={proposedDraft(address.get)}
        />
      ) : null}
    </>
  );
}

interface HeadProps {
  data: SpcChartView;
  /** The version in force now. */
  current: ChartVersionView | undefined;
  notice: LimitsNotice;
  canChange: boolean;
  onChange: () => void;
}

/** What is charted, the version in force and the planned one, the open alert, and the button that changes the chart. */
function Head({ data, current, notice, canChange, onChange }: HeadProps) {
  const planned = plannedAfter(data.versions, current);
  return (
    <PageHead
      title={data.chart.title}
      sub={
        <>
          {`${data.chart.operation}${data.chart.layer ? ` · layer ${data.chart.layer}` : ''} · ${kindOf(data.chart.kind).label}`}
          {current
            ? ` · limits v${current.version} (${current.effectiveMs > 0 ? shortDate(current.effectiveMs) : 'start'}, ${current.author}: ${current.reason})`
            : ''}
          {planned ? ` · v${planned.version} planned from ${shortTime(planned.effectiveMs)} UTC` : ''}
        </>
      }
      actions={
        <>
          {data.alert && !isSettled(data.alert.state) ? (
            <Link prefetch={false} href={`/alerts/${data.alert.id}`} className="btn">
              <StatusMark status="out" text={`${stateWords(data.alert.state)} alert, ${data.alert.severity}`} />
            </Link>
          ) : null}
          {canChange && current && planned ? (
            <CancelPlan
              chartId={data.chart.id}
              newest={data.chart.version}
              current={current}
              planned={planned}
              unit={unitLabel(data.chart.unit)}
            />
          ) : null}
          {canChange ? <RetireButton chart={data.chart} /> : null}
          {data.chart.retired_at === null ? <LimitsActions chart={data.chart} notice={notice} canChange={canChange} /> : null}
          {canChange && current && data.chart.retired_at === null ? (
            <button type="button" className="btn" onClick={onChange}>
              Limits and rules…
            </button>
          ) : null}
        </>
      }
    />
  );
}

const rulesText = (v: ChartVersionView | undefined): string =>
  v === undefined
    ? ''
    : `${v.setName === null || v.preset === 'rule-1' ? '' : `${v.setName}${v.setVersion === null ? '' : ` version ${v.setVersion}`}: `}${v.rules.map((r) => (r < 10 ? String(r) : ruleName(r))).join(', ')}`;

/** Where the limits of a version come from, and the subgroup size they are stated for. */
function limitsText(v: ChartVersionView, kind: ChartKind): string {
  const n = subgroupSizeOf(kind, v);
  return `${sourceText(v, kind)}${n === null ? '' : `, for n = ${n}`}`;
}

function Toggle({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label className="flex items-center gap-1 text-sm text-ink-2">
      <input type="checkbox" checked={on} onChange={(e) => set(e.target.checked)} className="accent-(--accent)" />
      {label}
    </label>
  );
}

function Versions({ versions, unit, kind }: { versions: readonly ChartVersionView[]; unit: string; kind: ChartKind }) {
  const limit = (v: ChartVersionView, y: number | null): string => limitText(y, v.limitsSource === 'given', limitDecimals(v, 30));
  const columns: Column<ChartVersionView>[] = [
    { key: 'v', header: 'Version', numeric: true, value: (r) => r.version },
    {
      key: 'from',
      header: 'From',
      unit: 'UTC',
      time: (r) => r.effectiveMs,
      cell: (r) => (r.effectiveMs > 0 ? shortTime(r.effectiveMs) : 'start'),
    },
    { key: 'lcl', header: 'LCL', unit, numeric: true, value: (r) => r.lcl, cell: (r) => limit(r, r.lcl) },
    { key: 'cl', header: 'CL', unit, numeric: true, value: (r) => r.cl, cell: (r) => limit(r, r.cl) },
    { key: 'ucl', header: 'UCL', unit, numeric: true, value: (r) => r.ucl, cell: (r) => limit(r, r.ucl) },
    {
      key: 'source',
      header: 'Limits',
      value: (r) => limitsText(r, kind),
      cell: (r) => <span className="block whitespace-normal">{limitsText(r, kind)}</span>,
    },
    {
      key: 'rules',
      header: 'Rules',
      value: (r) => rulesText(r),
      cell: (r) => <span className="block whitespace-normal">{rulesText(r)}</span>,
    },
    {
      key: 'why',
      header: 'Author and reason',
      value: (r) => `${r.author}: ${r.reason}`,
      cell: (r) => <span className="name">{`${r.author}: ${r.reason}`}</span>,
    },
  ];
  return (
    <Panel title="Limits and rules" note="each version is a phase" flush>
      <DataTable
        label="Versions of the chart"
        rows={[...versions].reverse()}
        columns={columns}
        rowKey={(r) => String(r.version)}
        empty="No version."
        maxHeight={220}
      />
    </Panel>
  );
}
