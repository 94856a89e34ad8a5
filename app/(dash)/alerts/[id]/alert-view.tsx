'use client';
import Link from 'next/link';
import { useMemo } from 'react';
import { sourceOf } from '@/lib/characteristic';
import { isSettled, stateWords } from '@/lib/services/alerts/states';
import type { AlertView } from '@/lib/services/evidence/alert';
import type { SpectraEvidence } from '@/lib/services/spectra/views/alert';
import { kindOf, valueUnit } from '@/lib/spc';
import { ControlChart } from '@/lib/ui/charts/control-chart';
import { ruleHint, ruleName } from '@/lib/ui/charts/rules';
import { type EvidenceLink, EvidencePanel } from '@/lib/ui/components/evidence-panel';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { absoluteTime, decimalsFor, num, plural, unitLabel } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { Ago } from '@/lib/ui/hooks/now';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { recordHref, waferName } from '@/lib/ui/links';
import { Contributions } from '../../contributions-view';
import { HeldNotice } from '../../held-notice';
import { SisterChambers } from '../../sister-chambers';
import { chartInput } from '../../spc/[id]/chart-input';
import { TracesPanel } from '../../traces-panel';
import { markOf } from '../state-words';
import { AlertActions, type AlertActionsProps } from './alert-actions';
import { AlertMaps } from './alert-maps';
import { Commonality, Moves, Signals, withdrawnText } from './alert-tables';
import { ChecklistPanel } from './checklist-panel';
import { History } from './history';
import { HoldsPanel } from './holds-panel';
import { IncidentPanel } from './incident-panel';
import { Due, LifePanel } from './life-panel';
import { LotsPanel } from './lots-panel';
import { recipeWords } from './recipe-words';
import { RequestsPanel } from './requests-panel';
import { SpectraPanels } from './spectra-panels';

export interface AlertPageProps extends Pick<AlertActionsProps, 'canAct' | 'email' | 'dispositions'> {
  data: AlertView;
  /** May release tools and chambers. */
  mayRelease: boolean;
  /** May skip steps of the checklist. */
  maySkip: boolean;
  /** Of an alert of kind `spectra`: it has no chart, its evidence is the refused spectra. */
  spectra?: SpectraEvidence | null;
}

/** The evidence of one alert on one page: chart, maps against the last good lot, traces, moves, sisters, commonality, history. */
export function AlertPageView({ data, spectra = null, mayRelease, maySkip, ...who }: AlertPageProps) {
  const { alert, chart } = data;
  const [point, setPoint] = useUrlState('point');
  const input = useMemo(() => (chart ? chartInput(chart) : null), [chart]);
  const selected = point ?? alert.recordId;
  const members = useMemo(
    () => data.why.find((w) => w.recordId === selected)?.violations.flatMap((v) => v.members) ?? [],
    [data.why, selected],
  );
  const pointHref = pointHrefOf(data);
  const settled = isSettled(alert.state);
  return (
    <>
      <LiveRefresh topics={['alert']} everyMs={3000} />
      <PageHead
        title={
          <>
            <StatusMark status={markOf(alert.state, severityStatus(alert.severity))} text={alert.severity} />{' '}
            <span className="ml-2">{alert.title}</span>
          </>
        }
        sub={
          <>
            {`${stateWords(alert.state)}${alert.snoozedUntilMs === null ? '' : ', snoozed'}${alert.assignee ? `, ${alert.assignee}` : ', unowned'} · ${plural(alert.count, COUNTED[alert.kind] ?? 'point')} · last `}
            <Ago at={alert.lastMs} />
            {settled || alert.dueMs === null ? null : (
              <>
                {' · due '}
                <Due at={alert.dueMs} settled={false} />
              </>
            )}
          </>
        }
        actions={<AlertActions data={data} {...who} />}
      />
      <HeldNotice holds={data.life.heldNow} />
      {data.life.repeat === null ? null : (
        <p className="mb-3">
          <StatusMark wrap status="warn" text={`The wafer was measured before: ${data.life.repeat.words}.`} />{' '}
          <Link prefetch={false} className="link" href={`/wafers/${data.life.repeat.measurementId}`}>
            The earlier measurement
          </Link>
        </p>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)_300px] gap-3 items-start">
        <div className="flex flex-col gap-3 min-w-0">
          {chart && input ? (
            <Panel
              title="Chart"
              note={
                pointHref ? (
                  <Link prefetch={false} href={pointHref} className="link">
                    {chart.chart.title}
                  </Link>
                ) : null
              }
              empty={chart.points.at.length === 0 ? 'The points of this chart have passed the retention time.' : undefined}
            >
              <ControlChart
                input={input}
                options={{ ...OPTIONS, showZones: kindOf(chart.chart.kind).withoutZones !== true }}
                selectedId={selected}
                onSelect={setPoint}
                memberIds={members}
                height={240}
                dispersionHeight={90}
              />
            </Panel>
          ) : null}
          {data.run === null ? null : <ChecklistPanel data={data} run={data.run} canAct={who.canAct} maySkip={maySkip} />}
          {data.contributions === null ? null : (
            <Panel title="Contributions" note="what the variables have to do with it; each leads to where its value came from">
              <Contributions data={data.contributions} />
            </Panel>
          )}
          <LotsPanel data={data} canAct={who.canAct} />
          {spectra ? <SpectraPanels data={spectra} /> : null}
          <AlertMaps data={data} />
          {spectra ? null : (
            <>
              <TracesPanel trace={data.trace} title={`Traces of ${alert.lot ? waferName(alert.lot, alert.slot) : 'the run'}`} />
              <div className="grid grid-cols-1 min-[1700px]:grid-cols-2 gap-3">
                <Signals data={data} />
                <Commonality rows={data.commonality} />
                <Moves rows={data.moves} />
              </div>
            </>
          )}
          {chart ? <SisterChambers data={chart} /> : null}
        </div>
        <div className="flex flex-col gap-3">
          <LifePanel data={data} />
          <IncidentPanel incident={data.incident} />
          <HoldsPanel data={data} canAct={who.canAct} mayRelease={mayRelease} />
          <RequestsPanel data={data} canAct={who.canAct} />
          <Evidence data={data} spectra={spectra} />
          <History rows={data.history} />
          <Related rows={data.related} />
        </div>
      </div>
    </>
  );
}

/** What is known of the alert, with links to what caused it. */
function Evidence({ data, spectra }: { data: AlertView; spectra: SpectraEvidence | null }) {
  const { alert, chart } = data;
  const opening = data.signals.find((s) => s.recordId === alert.recordId && s.rule === alert.rule);
  const withdrawn = opening === undefined || opening.withdrawnMs === null || !chart ? null : withdrawnText(opening, chart);
  return (
    <EvidencePanel
      title="Evidence"
      facts={[
        ['Rule', alert.rule === null ? null : ruleName(alert.rule)],
        [
          'Value',
          alert.value === null || !chart
            ? null
            : `${num(alert.value, decimalsFor(Math.abs(alert.value) / 100))} ${unitLabel(valueUnit(chart.chart.kind, chart.chart.unit))}`,
        ],
        spectra && alert.value !== null ? ['Largest χ²/ν', num(alert.value, alert.value >= 100 ? 0 : 1)] : null,
        [spectra ? 'Station' : 'Chamber', `${alert.tool ?? '–'} ${alert.chamber ?? ''}`],
        withdrawn === null ? null : ['Now', withdrawn],
        data.recipe === null ? null : ['Metrology recipe', recipeWords(data.recipe)],
        ['Product', alert.product],
        ['Operation', alert.operation],
        ['First seen', absoluteTime(alert.firstMs)],
        ['Raised', absoluteTime(alert.raisedMs)],
        alert.closedMs === null ? null : ['Closed', absoluteTime(alert.closedMs)],
        alert.cause === null ? null : ['Cause', alert.cause.replaceAll('_', ' ')],
        alert.actionCode === null ? null : ['Action code', alert.actionCode.replaceAll('_', ' ')],
        alert.action === null ? null : ['Action', alert.action],
      ]}
      links={linksOf(data, spectra, withdrawn !== null)}
    >
      {alert.rule !== null ? (
        <p className="text-sm text-ink-2 mt-2">
          {ruleHint(alert.rule, { characteristic: chart?.chart.characteristic, side: opening?.side, kind: chart?.chart.kind })}
        </p>
      ) : null}
    </EvidencePanel>
  );
}

/** The point on its chart. */
const pointHrefOf = ({ alert, chart }: AlertView): string | null =>
  chart ? `/spc/${chart.chart.id}?point=${alert.recordId ?? ''}` : null;

/** @param isWithdrawn - the point no longer shows the signal. */
function linksOf(data: AlertView, spectra: SpectraEvidence | null, isWithdrawn: boolean): EvidenceLink[] {
  const { alert, chart } = data;
  const pointHref = pointHrefOf(data);
  const wafer = chart && alert.recordId ? recordHref(chart.chart.characteristic, alert.recordId) : null;
  return [
    ...(spectra?.refused ? [{ label: 'The refused spectra', href: `/spectra/${spectra.refused.head.id}` }] : []),
    ...(spectra && alert.tool
      ? [
          {
            label: 'Spectra of the station',
            href: `/spectra?station=${encodeURIComponent(alert.tool)}`,
            detail: alert.tool,
          },
        ]
      : []),
    ...(spectra?.refused
      ? [{ label: 'Recipe', href: `/recipes/${spectra.refused.recipe.id}`, detail: spectra.refused.recipe.name }]
      : []),
    ...(data.recipe
      ? [{ label: 'Metrology recipe', href: `/recipes/${data.recipe.recipeId}`, detail: `version ${data.recipe.version}` }]
      : []),
    ...(pointHref ? [{ label: isWithdrawn ? 'The point on its chart' : 'The red point on its chart', href: pointHref }] : []),
    ...(wafer ? [{ label: wafer.startsWith('/overlay') ? 'Overlay map of the wafer' : 'Map of the wafer', href: wafer }] : []),
    ...(data.bad[0]?.spectrumId ? [{ label: 'Spectra and their fit', href: `/spectra/${data.bad[0].spectrumId}` }] : []),
    ...(wafer === null && alert.lot && sourceOf(chart?.chart.characteristic ?? '') === 'overlay'
      ? [{ label: 'Overlay maps of the lot', href: `/overlay?lot=${encodeURIComponent(alert.lot)}` }]
      : []),
    ...(alert.runId ? [{ label: 'Traces of the run', href: `/runs/${alert.runId}` }] : []),
    ...(alert.lot
      ? [
          { label: 'The lot', href: `/lots/${encodeURIComponent(alert.lot)}`, detail: alert.lot },
          { label: 'Wafers of the lot', href: `/wafers?lot=${encodeURIComponent(alert.lot)}`, detail: alert.lot },
        ]
      : []),
  ];
}

/** What the alerts of a kind count. */
const COUNTED: Readonly<Record<string, string>> = { spectra: 'wafer', recipe: 'run' };

const OPTIONS = { xMode: 'time', showSpec: false } as const;

function Related({ rows }: { rows: AlertView['related'] }) {
  if (rows.length === 0) return null;
  return (
    <Panel title="Around the same time">
      <ul className="text-sm">
        {rows.map((r) => (
          <li key={r.id}>
            <Link prefetch={false} href={`/alerts/${r.id}`} className="flex gap-2 py-1 hover:underline">
              <StatusMark status={markOf(r.state, severityStatus(r.severity))} text={r.severity} hideText />
              <span className="truncate">{r.title}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
