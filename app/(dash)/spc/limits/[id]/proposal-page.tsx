'use client';
import Link from 'next/link';
import { useMemo, useState } from 'react';
import type { ProposalView } from '@/lib/services/spc/limits/views/proposals';
import { ControlChart } from '@/lib/ui/charts/control-chart';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { Gate } from '@/lib/ui/components/gate';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { plural, shortTime } from '@/lib/ui/format';
import { approve, reject } from '../actions';
import { alarmsLine, approvalWaits, KIND_WORDS, limitsLine, rulesLine, stateOf } from '../proposal-words';
import { AlarmTable } from './alarm-table';
import { proposalChart } from './proposal-chart';
import { StudyPanel } from './study-panel';

const OPTIONS = { xMode: 'time', showSpec: false, showZones: false } as const;

/** One proposal: both versions over the same points, alarms won and lost, the study, and the decision. */
export function ProposalPage({ p, may, actor }: { p: ProposalView; may: boolean; actor: string }) {
  const [asked, ask] = useState<'approve' | 'reject' | null>(null);
  const isOpen = p.state === 'pending' || p.state === 'computing';
  return (
    <>
      <PageHead
        title={`Limits of ${p.title}`}
        sub={
          <>
            <StatusMark {...stateOf(p)} />
            {` · ${KIND_WORDS[p.kind]} · ${p.author}: ${p.reason} · ${shortTime(p.createdMs)} UTC`}
            {p.decidedBy === null ? null : ` · ${p.decidedBy}: ${p.decisionReason}`}
          </>
        }
        actions={
          <>
            <Link prefetch={false} href={`/spc/${p.chartId}`} className="btn">
              Chart
            </Link>
            {isOpen ? (
              <Gate waits={approvalWaits(p, may, actor)}>
                {(gated) => (
                  <>
                    <button type="button" className="btn" disabled={!may} onClick={() => ask('reject')}>
                      {p.author === actor ? 'Take back…' : 'Reject…'}
                    </button>
                    <button type="button" className="btn btn-primary" {...gated} onClick={() => ask('approve')}>
                      Approve…
                    </button>
                  </>
                )}
              </Gate>
            ) : null}
          </>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)_340px] gap-3 items-start">
        <Comparison p={p} />
        <div className="flex flex-col gap-3">
          <Difference p={p} />
          {p.study === null ? null : <StudyPanel study={p.study} unit={p.unit} chosen={p.options?.sigma ?? 'kind'} />}
        </div>
      </div>
      {asked === null ? null : (
        <ReasonDialog
          open
          onClose={() => ask(null)}
          title={asked === 'approve' ? `Approve: ${p.title}` : `End without a change: ${p.title}`}
          confirm={asked === 'approve' ? 'Approve' : 'End the proposal'}
          onSubmit={(reason) => (asked === 'approve' ? approve(p.id, reason) : reject(p.id, reason))}
        >
          <Difference p={p} isPlain />
        </ReasonDialog>
      )}
    </>
  );
}

function Comparison({ p }: { p: ProposalView }) {
  const charts = useMemo(
    () => (p.proposed === null ? null : { now: proposalChart(p, 'now'), proposed: proposalChart(p, 'proposed') }),
    [p],
  );
  const c = p.comparison;
  if (p.state === 'computing')
    return <Panel title="Comparison" empty="The history is being studied; this page shows the result as soon as it is there." />;
  if (charts === null || c === null)
    return (
      <Panel
        title="Comparison"
        empty={
          p.state === 'empty'
            ? 'The study gave no limits: see why beside. Take a longer window, or enter limits on the page of the chart.'
            : 'There are no points to compare over.'
        }
      />
    );
  const hasNone = p.now.cl === null;
  return (
    <div className="flex flex-col gap-3 min-w-0">
      <Panel
        title="In force"
        note={hasNone ? 'no limits yet' : `${plural(c.now ?? 0, 'alarm')}; those that would be lost are marked`}
      >
        <ControlChart input={charts.now} options={OPTIONS} selectedId={null} onSelect={() => undefined} memberIds={[]} />
      </Panel>
      <Panel title="Proposed" note={`${plural(c.proposed, 'alarm')}; those that would be won are marked`}>
        <ControlChart input={charts.proposed} options={OPTIONS} selectedId={null} onSelect={() => undefined} memberIds={[]} />
      </Panel>
      <div className="grid grid-cols-1 min-[1500px]:grid-cols-2 gap-3">
        <Panel title="Alarms won" note={listNote(c.won.length, c.wonCount)} flush>
          <AlarmTable label="Alarms won" rows={c.won} p={p} empty="None: these limits see nothing that those in force did not." />
        </Panel>
        <Panel title="Alarms lost" note={listNote(c.lost.length, c.lostCount)} flush>
          <AlarmTable label="Alarms lost" rows={c.lost} p={p} empty="None: these limits see all that those in force saw." />
        </Panel>
      </div>
    </div>
  );
}

const listNote = (shown: number, all: number): string => (shown < all ? `newest ${shown} of ${all}` : String(all));

/** What would change, line by line. */
function Difference({ p, isPlain = false }: { p: ProposalView; isPlain?: boolean }) {
  const facts: [string, string][] =
    p.proposed === null
      ? [['In force', limitsLine(p.now, p.unit)]]
      : [
          ['LCL / CL / UCL', limitsLine(p.now, p.unit)],
          ['proposed', limitsLine(p.proposed, p.unit)],
          ...(rulesLine(p.now) === rulesLine(p.proposed)
            ? []
            : ([
                ['Rules', rulesLine(p.now)],
                ['proposed', rulesLine(p.proposed)],
              ] as [string, string][])),
          ['Alarms', alarmsLine(p)],
        ];
  if (isPlain) return <Facts facts={facts} />;
  return (
    <Panel title="What changes">
      <Facts facts={facts} />
    </Panel>
  );
}
