'use client';
import { useState } from 'react';
import type { LoopView } from '@/lib/services/control/views/loop';
import type { LoopProposal } from '@/lib/services/control/views/proposals';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Gate } from '@/lib/ui/components/gate';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { configDifference } from '@/lib/ui/control/config-diff';
import { Ago } from '@/lib/ui/hooks/now';
import { rejectLoopProposal } from '../actions';
import { ApproveDialog } from './approve-dialog';
import { approvalWaits } from './waits';

/** Changes that wait for a second engineer; hidden while there are none. */
export function ProposalsPanel({ d, may, actor }: { d: LoopView; may: boolean; actor: string }) {
  const [asked, ask] = useState<{ p: LoopProposal; verb: 'approve' | 'reject' } | null>(null);
  const waiting = d.proposals.filter((p) => p.state === 'pending');
  if (waiting.length === 0) return null;
  return (
    <Panel title="Waiting for a second engineer" note={`${waiting.length} proposed`}>
      <ul className="flex flex-col gap-3">
        {waiting.map((p) => {
          const own = p.author === actor;
          return (
            <li key={p.id} className="flex items-start gap-3">
              <div className="min-w-0 text-sm">
                <p>
                  <StatusMark status="warn" text={what(p, d)} />
                </p>
                <p className="text-ink-2 wrap-anywhere">
                  {`${p.author}: ${p.reason}, `}
                  <Ago at={p.createdMs} />
                </p>
                <ul className="text-ink-2 list-disc pl-4">
                  {p.judgement.reasons.map((r) => (
                    <li key={r}>{r}</li>
                  ))}
                </ul>
              </div>
              <span className="ml-auto flex flex-wrap justify-end gap-2 shrink-0 max-w-[50%]">
                <Gate waits={approvalWaits({ may, own, beside: p.baseVersion, inForce: d.loop.version })}>
                  {(gated) => (
                    <>
                      <button
                        type="button"
                        className="btn"
                        disabled={!may}
                        title="Ends the proposal; nothing changes"
                        onClick={() => ask({ p, verb: 'reject' })}
                      >
                        {own ? 'Take back…' : 'Reject…'}
                      </button>
                      <button type="button" className="btn btn-primary" {...gated} onClick={() => ask({ p, verb: 'approve' })}>
                        Approve…
                      </button>
                    </>
                  )}
                </Gate>
              </span>
            </li>
          );
        })}
      </ul>
      {asked?.verb === 'approve' ? (
        <ApproveDialog key={asked.p.id} d={d} p={asked.p} title={what(asked.p, d)} onClose={() => ask(null)} />
      ) : null}
      <ReasonDialog
        open={asked?.verb === 'reject'}
        onClose={() => ask(null)}
        title={asked ? `End: ${what(asked.p, d)}` : ''}
        confirm="End the proposal"
        onSubmit={(reason) => rejectLoopProposal(asked!.p.id, reason)}
      >
        <p>{asked ? `${asked.p.author}: ${asked.p.reason}` : ''}</p>
      </ReasonDialog>
    </Panel>
  );
}

function what(p: LoopProposal, d: LoopView): string {
  if (p.kind === 'close') return 'close the loop';
  const diff = configDifference(d.loop.config, p.config).map((x) => `${x.label} ${x.from} → ${x.to}`);
  return `version ${p.baseVersion + 1}: ${diff.join(', ')}`;
}
