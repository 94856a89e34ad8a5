'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { TRIAL_LIMITS } from '@/lib/services/recipes/trial-difference';
import type { RecipeDraft } from '@/lib/services/recipes/views/drafts';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Gate } from '@/lib/ui/components/gate';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { num, plural, unitLabel } from '@/lib/ui/format';
import { useAction } from '@/lib/ui/hooks/use-action';
import { limitWords } from '@/lib/ui/recipes/limit-words';
import type { RecipeChange } from '@/lib/ui/recipes/recipe-diff';
import { approve, endTrial, giveBack, tryDraft } from './actions';
import { Differences } from './differences';
import { TrialSitesPart } from './trial-sites';

const POLL_MS = 2_000;

export interface TrialPanelProps {
  draft: RecipeDraft;
  revision: number;
  isOwn: boolean;
  /** Why the signed-in user can do nothing with the draft now. */
  waits: string | null;
  /** Fields in which somebody else's draft differs from the version it is based on; none for a new recipe. */
  changes?: readonly RecipeChange[];
}

/** The draft's results on stored spectra beside those of the version in force, and who may decide. */
export function TrialPanel({ draft: d, revision, isOwn, waits, changes = [] }: TrialPanelProps) {
  const router = useRouter();
  const { busy, run } = useAction();
  const [asking, ask] = useState<'approve' | 'return' | null>(null);
  const t = d.trial;
  const isRunning = t?.state === 'running';
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => router.refresh(), POLL_MS);
    return () => clearInterval(timer);
  }, [isRunning, router]);
  const isVoid = t !== null && (t.revision !== revision || t.baseVersion !== d.baseVersion);
  return (
    <Panel
      title={isOwn ? 'Trial on stored spectra' : `Draft of ${d.author}`}
      note={d.state === 'proposed' ? `waits for another engineer: ${d.reason ?? ''}` : 'nothing is used until it is put in use'}
      className="mb-3"
    >
      <div className="flex items-center gap-3 flex-wrap">
        <span role="status">{standing(t, isVoid)}</span>
        <Gate waits={waits} busy={busy}>
          {(gated) => (
            <>
              {isRunning ? (
                <button type="button" className="btn h-7!" {...gated} onClick={() => run(() => endTrial(t.id))}>
                  Stop
                </button>
              ) : (
                <button type="button" className="btn h-7!" {...gated} onClick={() => run(() => tryDraft(d.id, revision))}>
                  {t === null ? 'Try on stored spectra' : 'Try again'}
                </button>
              )}
              {d.state === 'proposed' && !isOwn ? (
                <button type="button" className="btn btn-primary h-7!" {...gated} onClick={() => ask('approve')}>
                  Approve…
                </button>
              ) : null}
              {d.state === 'proposed' ? (
                <button type="button" className="btn h-7!" {...gated} onClick={() => ask('return')}>
                  {isOwn ? 'Withdraw…' : 'Give back…'}
                </button>
              ) : null}
            </>
          )}
        </Gate>
      </div>
      {isOwn ? null : <Differences version={d.baseVersion} changes={changes} />}
      {t?.error ? <InlineError message={t.error} /> : null}
      {d.state === 'draft' && d.decisionReason ? (
        <p className="text-sm text-ink-2">{`${d.decidedBy} gave it back: ${d.decisionReason}`}</p>
      ) : null}
      {t?.difference ? <Difference of={t.difference} /> : null}
      {t?.difference && t.difference.parameters.length > 0 ? (
        <TrialSitesPart trialId={t.id} done={t.done} recipe={d.name} />
      ) : null}
      <DecisionDialog asking={asking} onClose={() => ask(null)} draft={d} revision={revision} isOwn={isOwn} changes={changes} />
    </Panel>
  );
}

interface DecisionProps extends Pick<TrialPanelProps, 'draft' | 'revision' | 'isOwn'> {
  asking: 'approve' | 'return' | null;
  onClose: () => void;
  changes: readonly RecipeChange[];
}

/** The second engineer puts a draft in use or returns it; its author may withdraw it. */
function DecisionDialog({ asking, onClose, draft: d, revision, isOwn, changes }: DecisionProps) {
  const router = useRouter();
  return (
    <ReasonDialog
      open={asking !== null}
      onClose={onClose}
      title={
        asking === 'approve' ? `Put the draft of ${d.author} in use` : isOwn ? 'Withdraw the proposal' : 'Give the draft back'
      }
      confirm={asking === 'approve' ? 'Put in use' : isOwn ? 'Withdraw' : 'Give back'}
      onSubmit={async (reason) => {
        if (asking !== 'approve') return giveBack(d.id, revision, reason);
        const { result, recipeId } = await approve(d.id, revision, reason);
        if (recipeId !== null) router.push(`/recipes/${recipeId}`);
        return result;
      }}
    >
      {asking === 'approve' ? <Differences version={d.baseVersion} changes={changes} /> : null}
      {d.trial?.difference ? <Difference of={d.trial.difference} /> : null}
    </ReasonDialog>
  );
}

function standing(t: RecipeDraft['trial'], isVoid: boolean): string {
  if (t === null) return 'Not tried yet.';
  if (t.state === 'running') return `${t.done} of ${plural(t.of, 'wafer')} fitted…`;
  if (isVoid) return 'The draft has changed since this trial: try it again.';
  return t.state === 'ready'
    ? `Tried on ${plural(t.of, 'wafer')}.`
    : `The trial was ${t.state} after ${t.done} of ${plural(t.of, 'wafer')}.`;
}

function Difference({ of: f }: { of: NonNullable<NonNullable<RecipeDraft['trial']>['difference']> }) {
  return (
    <>
      <p className="mt-2">
        {`${f.acceptedByDraft} of ${f.sites} sites accepted by the draft${f.acceptedByBase === null ? '' : `, ${f.acceptedByBase} by the version in force (${f.newlyAccepted} newly accepted, ${f.newlyRefused} newly refused)`}; median χ²/ν ${num(f.medianChi2.draft, 2)}${f.medianChi2.base === null ? '' : `, in force ${num(f.medianChi2.base, 2)}`}.`}
      </p>
      {f.beyond.length === 0 ? (
        <StatusMark status="ok" text="Within the limits: its author may put it in use." />
      ) : (
        f.beyond.map((b) => (
          <p key={b}>
            <StatusMark status="warn" wrap text={`Needs a second engineer: ${b}`} />
          </p>
        ))
      )}
      {f.parameters.length > 0 ? (
        <table className="grid-table mt-2">
          <caption className="sr-only">Draft minus version in force</caption>
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col" className="num">
                Sites
              </th>
              <th scope="col" className="num">
                Mean shift
              </th>
              <th scope="col" className="num">
                Largest shift
              </th>
              <th scope="col" className="num">
                Largest, in u
              </th>
              <th scope="col" className="num">
                u ratio
              </th>
            </tr>
          </thead>
          <tbody>
            {f.parameters.map((p) => (
              <tr key={p.name}>
                <td>{`${p.name}, ${unitLabel(p.unit)}`}</td>
                <td className="num">{p.sites}</td>
                <td className="num">{num(p.meanShift, 4)}</td>
                <td className="num">{num(p.maxShift, 4)}</td>
                <td className="num">{limitWords(p.maxShiftInU, TRIAL_LIMITS.shiftInU)}</td>
                <td className="num">
                  {p.uRatio === null ? '–' : p.uRatio.map((v, k) => limitWords(v, TRIAL_LIMITS.uRatio[k]!)).join(' to ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </>
  );
}
