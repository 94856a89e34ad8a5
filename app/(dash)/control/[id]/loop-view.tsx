'use client';
import Link from 'next/link';
import { useMemo, useState } from 'react';
import type { LoopThread, LoopView } from '@/lib/services/control/views/loop';
import { LoopChart } from '@/lib/ui/charts/loop-chart';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { timeRangeField } from '@/lib/ui/components/filter-fields';
import { Gate, needsRole } from '@/lib/ui/components/gate';
import { InlineError, PageHead, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { explainAdvice, knobDecimals } from '@/lib/ui/control/explain';
import { gainUnit } from '@/lib/ui/control/gain-unit';
import { asEntered, decimalsFor, num, unitLabel, withU } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { Ago } from '@/lib/ui/hooks/now';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { changeLoopState } from '../actions';
import { LOOP_STATUS } from '../loop-status';
import { AchievedPanel, StabilityPanel } from './achieved';
import { DraftPanel } from './draft';
import { HistoryPanel } from './history';
import { loopInput } from './loop-input';
import { ProposalsPanel } from './proposals';
import { MovePanel, OutputPanel } from './selection';

export interface LoopPageProps {
  data: LoopView;
  windowMs: readonly [number, number];
  may: boolean;
  /** Who is looking: an author does not approve a proposal of their own. */
  actor: string;
}

/** One control loop: what it achieved, its moves and why, its threads, and a draft beside the version in force. */
export function LoopPageView({ data: d, windowMs, may, actor }: LoopPageProps) {
  const { loop } = d;
  const [threadKey, setThread] = useUrlState('thread');
  const [picked, setPicked] = useState<{ kind: 'output' | 'move'; row: number } | null>(null);
  const chosen = threadKey === 'all' ? null : pickThread(d, threadKey);
  const selection = useMemo(() => loopInput(d, chosen, windowMs), [d, chosen, windowMs]);
  return (
    <>
      <LiveRefresh topics={['advice', 'measurement']} everyMs={10_000} />
      <PageHead
        title={loop.name}
        sub={
          <>
            <StatusMark status={LOOP_STATUS[loop.state]} text={loop.state} />
            {` · version ${loop.version} · λ ${asEntered(loop.config.lambda, 2)} · gain ${asEntered(loop.config.gain, 2)} ${gainUnit(loop)} · ${loop.knob} moves ${loop.parameter} at ${loop.operation}, ${loop.product}`}
          </>
        }
        actions={
          <>
            {d.chartId ? (
              <Link className="btn" href={`/spc/${d.chartId}`}>
                SPC chart
              </Link>
            ) : null}
            <StateButtons id={loop.id} version={loop.version} state={loop.state} name={loop.name} may={may} />
          </>
        }
      />
      {d.refusal === null ? null : <InlineError message={`Tools that ask are refused: ${d.refusal}`} />}
      <FilterBar fields={[timeRangeField('30d')]}>
        <label className="flex items-center gap-1 text-sm text-ink-2">
          Thread
          <select
            className="field h-7! text-sm!"
            value={chosen === null ? 'all' : threadName(d.threads[chosen]!)}
            onChange={(e) => {
              setPicked(null);
              setThread(e.target.value);
            }}
          >
            <option value="all">All threads</option>
            {d.threads.map((t) => (
              <option key={t.id} value={threadName(t)}>
                {threadName(t)}
              </option>
            ))}
          </select>
        </label>
      </FilterBar>
      <div className="grid grid-cols-[minmax(0,1fr)_320px] gap-3 items-start">
        <div className="flex flex-col gap-3 min-w-0">
          <Panel
            title="Output, moves and disturbance"
            asOf={newest(d)}
            note="pale: without control, by the model: y − gain × (applied − nominal)"
            empty={
              selection.outputs.length === 0 && selection.moves.length === 0
                ? 'No observation and no advice in this window. A thread starts when a tool asks for its recipe or a measured run arrives; take a longer time range.'
                : undefined
            }
          >
            <ExportFacts facts={[['thread', chosen === null ? 'all' : threadName(d.threads[chosen]!)]]}>
              <LoopChart
                input={selection.input}
                onSelectOutput={(i) => setPicked({ kind: 'output', row: selection.outputs[i]! })}
                onSelectMove={(i) => setPicked({ kind: 'move', row: selection.moves[i]! })}
              />
            </ExportFacts>
          </Panel>
          <ThreadsPanel
            d={d}
            selected={chosen}
            onSelect={(t) => {
              setPicked(null);
              setThread(threadName(t));
            }}
          />
          <ProposalsPanel d={d} may={may} actor={actor} />
          <DraftPanel loop={loop} may={may} />
          <HistoryPanel d={d} />
        </div>
        <div className="flex flex-col gap-3">
          {picked?.kind === 'output' ? <OutputPanel d={d} row={picked.row} onClose={() => setPicked(null)} /> : null}
          {picked?.kind === 'move' ? <MovePanel d={d} row={picked.row} onClose={() => setPicked(null)} /> : null}
          <AchievedPanel d={d} />
          {d.judgement === null ? null : <StabilityPanel judgement={d.judgement} timing={d.timing} lambda={loop.config.lambda} />}
          <NextAdvice d={d} thread={chosen} />
        </div>
      </div>
    </>
  );
}

export const threadName = (t: { tool: string; chamber: string }): string => `${t.tool} ${t.chamber}`;

/** The thread in the address, else the one observed last. */
function pickThread(d: LoopView, key: string | null): number | null {
  if (d.threads.length === 0) return null;
  const i = d.threads.findIndex((t) => threadName(t) === key);
  if (i >= 0) return i;
  let best = 0;
  d.threads.forEach((t, k) => {
    if ((t.lastMs ?? 0) > (d.threads[best]!.lastMs ?? 0)) best = k;
  });
  return best;
}

const newest = (d: LoopView): number | null => d.observations.at.at(-1) ?? d.advice.at.at(-1) ?? null;

function ThreadsPanel({ d, selected, onSelect }: { d: LoopView; selected: number | null; onSelect: (t: LoopThread) => void }) {
  const y = unitLabel(d.loop.unit);
  const dk = knobDecimals(d.loop.config.quantum, d.loop.config.xNominal);
  const shift = (t: LoopThread) => (t.next === null ? null : t.next.setpoint - d.loop.config.xNominal);
  const columns: Column<LoopThread>[] = [
    { key: 'thread', header: 'Thread', value: threadName },
    { key: 'n', header: 'Observations', numeric: true, value: (t) => t.n },
    {
      key: 'd',
      header: 'd̂',
      unit: y,
      numeric: true,
      value: (t) => t.dHat,
      cell: (t) => withU(t.dHat, t.uDHat, decimalsFor(t.uDHat ?? Math.abs(t.dHat) / 10)),
    },
    { key: 'u', header: 'u of d̂', unit: y, fileOnly: true, value: (t) => t.uDHat },
    {
      key: 'next',
      header: 'Next',
      unit: unitLabel(d.loop.knobUnit),
      numeric: true,
      value: (t) => t.next?.setpoint,
      cell: (t) => num(t.next?.setpoint, dk),
      title: 'What this thread would be advised now',
    },
    {
      key: 'shift',
      header: 'From nominal',
      fileUnit: unitLabel(d.loop.knobUnit),
      numeric: true,
      value: shift,
      cell: (t) => num(shift(t), dk),
    },
    { key: 'lot', header: 'Last lot', value: (t) => t.lastLot ?? '' },
    { key: 'last', header: 'Last wafer run', numeric: true, time: (t) => t.lastMs, cell: (t) => <Ago at={t.lastMs} /> },
  ];
  return (
    <Panel title="Threads" note="one estimate per tool and chamber; a row shows its chart" flush>
      <DataTable
        label={`Threads of ${d.loop.name}`}
        rows={d.threads}
        columns={columns}
        rowKey={(t) => t.id}
        onSelect={onSelect}
        selectedKey={selected === null ? null : (d.threads[selected]?.id ?? null)}
        primary
        empty="No thread yet: the first measured run of this operation and product starts one."
      />
    </Panel>
  );
}

function NextAdvice({ d, thread }: { d: LoopView; thread: number | null }) {
  const t = thread === null ? undefined : d.threads[thread];
  const { loop } = d;
  const next = t?.next;
  return (
    <Panel
      title="Next advice"
      note={t ? threadName(t) : null}
      empty={t ? undefined : 'Choose one thread: each chamber is advised by its own estimate.'}
    >
      {next ? (
        <>
          <p className="text-lg">
            <b>{num(next.setpoint, knobDecimals(loop.config.quantum, loop.config.xNominal))}</b> {unitLabel(loop.knobUnit)}
            {loop.state === 'closed' ? null : (
              <span className="text-sm text-ink-2">{` advised only: the loop is ${loop.state}, tools get the nominal setpoint`}</span>
            )}
          </p>
          <ol className="text-sm text-ink-2 list-decimal pl-4 flex flex-col gap-1 mt-1">
            {explainAdvice({
              ...next,
              unit: loop.unit,
              knob: loop.knob,
              knobUnit: loop.knobUnit,
              quantum: loop.config.quantum,
              lastLot: next.explanation.lastLot,
              lastSlot: next.explanation.lastSlot,
            }).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
        </>
      ) : null}
    </Panel>
  );
}

const STATES = [
  { state: 'closed', verb: 'Close the loop', means: 'Tools will run the advised setpoints from their next lot on.' },
  { state: 'shadow', verb: 'Shadow', means: 'The loop goes on advising, but tools get the nominal setpoint.' },
  { state: 'suspended', verb: 'Suspend', means: 'Tools get the nominal setpoint until the loop is closed again.' },
] as const;

function StateButtons({
  id,
  version,
  state,
  name,
  may,
}: {
  id: string;
  version: number;
  state: string;
  name: string;
  may: boolean;
}) {
  // State when the dialog opened: the page behind it keeps updating.
  const [asked, ask] = useState<((typeof STATES)[number] & { seen: { version: number; state: string } }) | null>(null);
  return (
    <>
      <Gate waits={may ? null : needsRole('engineer')}>
        {(gated) =>
          STATES.filter((s) => s.state !== state).map((s) => (
            <button
              key={s.state}
              type="button"
              className="btn"
              {...gated}
              onClick={() => ask({ ...s, seen: { version, state } })}
            >
              {s.verb}
            </button>
          ))
        }
      </Gate>
      <ReasonDialog
        open={asked !== null}
        onClose={() => ask(null)}
        title={asked ? `${asked.verb}: ${name}` : ''}
        confirm={asked?.verb ?? ''}
        onSubmit={(reason) => changeLoopState(id, asked!.seen, asked!.state, reason)}
      >
        <p>{`${asked?.seen.state ?? ''} → ${asked?.state ?? ''}. ${asked?.means ?? ''}`}</p>
      </ReasonDialog>
    </>
  );
}
