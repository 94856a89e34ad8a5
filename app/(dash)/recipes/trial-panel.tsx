'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import { TRIAL_LIMITS } from '@/lib/services/spectra/trial-difference';
import type { RecipeDraft } from '@/lib/services/views/recipe-drafts';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { useReport } from '@/lib/ui/components/toast';
import { num, plural, unitLabel } from '@/lib/ui/format';
import { limitWords } from '@/lib/ui/recipes/limit-words';
import { approve, endTrial, giveBack, tryDraft } from './actions';
import { TrialSitesPart } from './trial-sites';

const POLL_MS = 2_000;

/** What a draft makes of stored spectra beside the version in force, and who may decide. */
export function TrialPanel({
  draft: d,
  revision,
  isOwn,
  may,
}: {
  draft: RecipeDraft;
  revision: number;
  isOwn: boolean;
  may: boolean;
}) {
  const router = useRouter();
  const report = useReport();
  const [busy, start] = useTransition();
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
        <span role="status">
          {t === null
            ? 'Not tried yet.'
            : isRunning
              ? `${t.done} of ${plural(t.of, 'wafer')} fitted…`
              : isVoid
                ? 'The draft has changed since this trial: try it again.'
                : t.state === 'ready'
                  ? `Tried on ${plural(t.of, 'wafer')}.`
                  : `The trial was ${t.state} after ${t.done} of ${plural(t.of, 'wafer')}.`}
        </span>
        {isRunning ? (
          <button
            type="button"
            className="btn h-7!"
            disabled={!may || busy}
            onClick={() => start(async () => void report(await endTrial(t.id)))}
          >
            Stop
          </button>
        ) : (
          <button
            type="button"
            className="btn h-7!"
            disabled={!may || busy}
            onClick={() => start(async () => void report(await tryDraft(d.id, revision)))}
          >
            {t === null ? 'Try on stored spectra' : 'Try again'}
          </button>
        )}
        {d.state === 'proposed' ? (
          <>
            {isOwn ? null : (
              <button type="button" className="btn btn-primary h-7!" disabled={!may} onClick={() => ask('approve')}>
                Approve…
              </button>
            )}
            <button type="button" className="btn h-7!" disabled={!may} onClick={() => ask('return')}>
              {isOwn ? 'Withdraw…' : 'Give back…'}
            </button>
          </>
        ) : null}
      </div>
      {t?.error ? <InlineError message={t.error} /> : null}
      {d.state === 'draft' && d.decisionReason ? (
        <p className="text-sm text-ink-2">{`${d.decidedBy} gave it back: ${d.decisionReason}`}</p>
      ) : null}
      {t?.difference ? <Difference of={t.difference} /> : null}
      {t?.difference && t.difference.parameters.length > 0 ? (
        <TrialSitesPart trialId={t.id} done={t.done} recipe={d.name} />
      ) : null}
      <ReasonDialog
        open={asking !== null}
        onClose={() => ask(null)}
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
        {t?.difference ? <Difference of={t.difference} /> : null}
      </ReasonDialog>
    </Panel>
  );
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
