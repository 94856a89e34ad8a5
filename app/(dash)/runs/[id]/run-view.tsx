'use client';
import Link from 'next/link';
import { stateWords } from '@/lib/services/alerts/states';
import type { RunView } from '@/lib/services/runs/views/run';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { type EvidenceLink, EvidencePanel, Facts } from '@/lib/ui/components/evidence-panel';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { POINT_STATE } from '@/lib/ui/components/point-mark';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { absoluteTime, decimalsFor, duration, num, unitLabel, withU } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { markOf } from '../../alerts/state-words';
import { ChartButton } from '../../chart-this';
import { overlayHref } from '../../fdc/traces/overlay.prepare';
import { TracesPanel } from '../../traces-panel';

/** One process run: traces against the golden band, and everything linked to it. */
export function RunPageView({ data: d }: { data: RunView }) {
  const { run } = d;
  const links: EvidenceLink[] = [
    ...d.measurements.map((m) => ({
      label: `${m.parameter} map`,
      href: `/wafers/${m.id}`,
      detail: `${num(m.mean, decimalsFor(m.sd))} ${unitLabel(m.unit)}`,
    })),
    ...d.overlays.map((o) => ({ label: 'Overlay map', href: `/overlay/${o.id}` })),
    ...d.moves.map((m) => ({ label: `Loop ${m.loop}`, href: `/control/${m.loopId}`, detail: m.mode })),
    ...d.predictions.map((p) => ({ label: `Model of ${p.parameter}`, href: `/vm/${p.modelId}`, detail: `v${p.version}` })),
    { label: 'The lot', href: `/lots/${encodeURIComponent(run.lot)}`, detail: run.lot },
    { label: 'Wafers of the lot', href: `/wafers?lot=${encodeURIComponent(run.lot)}`, detail: run.lot },
  ];
  return (
    <>
      <Head d={d} />
      {d.alerts.length > 0 ? (
        <ul className="mb-3 flex flex-col gap-1">
          {d.alerts.map((a) => (
            <li key={a.id}>
              <Link prefetch={false} href={`/alerts/${a.id}`} className="hover:underline">
                <StatusMark
                  wrap
                  status={markOf(a.state, severityStatus(a.severity))}
                  text={`${stateWords(a.state)} alert: ${a.title}`}
                />
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="grid grid-cols-[minmax(0,1fr)_300px] gap-3 items-start">
        <div className="flex flex-col gap-3 min-w-0">
          <TracesPanel trace={d.trace} />
          {d.trace ? (
            <Link className="link text-sm no-print" href={overlayHref(d.run)}>
              This run among others of its recipe
            </Link>
          ) : null}
          <Points points={d.points} />
        </div>
        <div className="flex flex-col gap-3">
          <EvidencePanel
            title="Run"
            facts={[
              ['Tool', `${run.tool} ${run.chamber}`],
              ['Wafer', waferName(run.lot, run.slot)],
              ['Recipe', `${run.recipe} v${run.recipeVersion}`],
              ['Started', absoluteTime(run.startedMs)],
              ['Received', absoluteTime(run.receivedMs)],
            ]}
            links={links}
          />
          <Panel title="Setpoints">
            <Facts facts={Object.entries(run.setpoints).map(([k, v]) => [k, num(v, decimalsFor(Math.abs(v) / 100))] as const)} />
          </Panel>
          <Moves moves={d.moves} />
          <Predictions d={d} />
          <LotRuns d={d} />
        </div>
      </div>
    </>
  );
}

function Head({ d }: { d: RunView }) {
  const { run } = d;
  return (
    <PageHead
      title={
        <>
          {`Run of ${waferName(run.lot, run.slot)} on ${run.tool} ${run.chamber}`}
          {run.isWrongRecipe ? (
            <span className="ml-3">
              <StatusMark status="out" text={`recipe ${run.recipe} on product ${run.product}`} />
            </span>
          ) : null}
        </>
      }
      sub={`${run.operation} · layer ${run.layer} · product ${run.product} · ${absoluteTime(run.startedMs)}, ${duration(run.endedMs - run.startedMs)}`}
      actions={
        <>
          {d.neighbours.before ? (
            <Link prefetch={false} className="btn" href={`/runs/${d.neighbours.before}`}>
              Run before
            </Link>
          ) : null}
          {d.neighbours.after ? (
            <Link prefetch={false} className="btn" href={`/runs/${d.neighbours.after}`}>
              Run after
            </Link>
          ) : null}
        </>
      }
    />
  );
}

function Moves({ moves }: { moves: RunView['moves'] }) {
  if (moves.length === 0) return null;
  return (
    <Panel title="Controller moves">
      {moves.map((m) => (
        <div key={m.loopId} className="mb-2">
          <Link prefetch={false} href={`/control/${m.loopId}`} className="link">
            {m.loop}
          </Link>
          <Facts
            facts={[
              ['Used', `${num(m.setpoint, 3)} ${unitLabel(m.knobUnit)}`],
              ['Advised', `${num(m.advised, 3)} ${unitLabel(m.knobUnit)}`],
              ['d̂', num(m.dHat, 3)],
              ['Mode', `${m.mode}, version ${m.version}`],
            ]}
          />
        </div>
      ))}
    </Panel>
  );
}

function Predictions({ d }: { d: RunView }) {
  if (d.predictions.length === 0) return null;
  return (
    <Panel title="Virtual metrology">
      <Facts
        facts={d.predictions.map((p) => {
          const measured = d.measurements.find((m) => m.parameter === p.parameter);
          return [
            p.parameter,
            <span key={p.modelId}>
              {`${withU(p.value, p.uValue)} ${unitLabel(p.unit)}`}
              <ChartButton characteristic="vm.wafer" parameter={p.parameter} />
              {measured ? <span className="text-ink-2">{`, measured ${num(measured.mean, decimalsFor(p.uValue))}`}</span> : null}
              {p.reliable ? null : <StatusMark status="warn" text="outside the model’s domain" />}
            </span>,
          ] as const;
        })}
      />
    </Panel>
  );
}

/** The other wafers of the lot on this step. */
function LotRuns({ d }: { d: RunView }) {
  return (
    <Panel title="The lot on this step">
      <ul className="flex flex-wrap gap-1">
        {d.lotRuns.map((r) => (
          <li key={r.id}>
            <Link
              prefetch={false}
              href={`/runs/${r.id}`}
              aria-current={r.id === d.run.id ? 'page' : undefined}
              title={`slot ${r.slot}, chamber ${r.chamber}`}
              className={`inline-block w-7 text-center border rounded text-sm ${r.id === d.run.id ? 'border-accent bg-accent-wash' : 'border-hairline hover:bg-sunken'}`}
            >
              {r.slot}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Points({ points }: { points: RunView['points'] }) {
  const columns: Column<RunView['points'][number]>[] = [
    { key: 'chart', header: 'Chart', value: (r) => r.title },
    {
      key: 'value',
      header: 'Value',
      numeric: true,
      value: (r) => r.value,
      cell: (r) => `${num(r.value, decimalsFor(Math.abs(r.value) / 100))} ${unitLabel(r.unit)}`,
    },
    { key: 'unit', header: 'Unit', fileOnly: true, value: (r) => unitLabel(r.unit) },
    POINT_STATE,
  ];
  return (
    <Panel title="Charted points of this run" flush>
      <DataTable
        label="Charted points of this run"
        rows={points}
        columns={columns}
        rowKey={(r) => r.chartId + r.recordId}
        rowHref={(r) => `/spc/${r.chartId}?point=${r.recordId}`}
        primary
        empty="Nothing of this run was charted: the wafer was not sampled for measurement, or its measurement has not arrived yet."
        maxHeight={320}
      />
    </Panel>
  );
}
