'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { Step } from '@/lib/services/checklists/content';
import type { AlertRun } from '@/lib/services/checklists/views/run';
import type { AlertView } from '@/lib/services/evidence/alert';
import { Dialog, ReasonDialog } from '@/lib/ui/components/dialog';
import { needsRole } from '@/lib/ui/components/gate';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { useAction } from '@/lib/ui/hooks/use-action';
import { useKeys } from '@/lib/ui/hooks/use-keys';
import { PlaceDialog } from '../../hold-dialogs';
import { doChecklistStep, skipChecklistStep, takeStepBack } from '../actions';
import { holdSubjects } from './holds-panel';
import { DecideDialog } from './lots-panel';
import { AskDialog } from './requests-panel';
import { Mark } from './step-mark';

type Open = 'deed' | 'back' | 'skip' | null;

const DEED: Readonly<Record<string, string>> = { hold: 'Hold…', re_measure: 'Re-measure…', dispose: 'Decide on the lots…' };

/** The step that is to be done: its text, its answers, and what passes it. Keys: 1 to 8 answer, d does, b takes back. */
export function PresentStep({
  data,
  run,
  canAct,
  maySkip,
}: {
  data: AlertView;
  run: AlertRun;
  canAct: boolean;
  maySkip: boolean;
}) {
  const { alert } = data;
  const { present } = run;
  const [note, setNote] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const { busy, run: does } = useAction();
  const go = (answer?: string): void => {
    if (!canAct || busy || present === null) return;
    does(async () => {
      const said = { ...(answer === undefined ? {} : { answer }), ...(note.trim() === '' ? {} : { note: note.trim() }) };
      const result = await doChecklistStep(alert.id, alert.version, present.id, said);
      if (result.ok) setNote('');
      return result;
    });
  };
  const answers = present?.kind === 'question' ? present.answers.map((a) => a.answer) : [];
  useKeys({
    ...Object.fromEntries(answers.map((a, i) => [String(i + 1), () => go(a)])),
    ...(present !== null && answers.length === 0 ? { d: () => go() } : {}),
    b: () => {
      if (canAct && run.mayGoBack) setOpen('back');
    },
  });
  const hide = (): void => setOpen(null);
  if (present === null)
    return (
      <li className="flex gap-2 text-sm text-ink-2">
        <Mark text="▸" strong />
        Its data are being looked at; it begins by itself in a moment.
      </li>
    );
  return (
    <li aria-current="step" className="flex gap-2 my-1 py-2 px-2 -mx-2 rounded bg-accent-wash">
      <Mark text="▸" strong />
      <div className="min-w-0 grow">
        <b>{present.title}</b>
        {present.text === '' ? null : <p className="text-ink-2 whitespace-pre-line">{present.text}</p>}
        <StepLink step={present} />
        {canAct ? (
          <div className="flex flex-wrap items-center gap-2 mt-2">
            {answers.map((a, i) => (
              <button key={a} type="button" className="btn" disabled={busy} title={`Key: ${i + 1}`} onClick={() => go(a)}>
                {a}
              </button>
            ))}
            {present.kind === 'action' ? (
              <button type="button" className="btn" onClick={() => setOpen('deed')}>
                {DEED[present.deed]}
              </button>
            ) : null}
            {answers.length === 0 ? (
              <button type="button" className="btn btn-primary" disabled={busy} title="Key: d" onClick={() => go()}>
                Done
              </button>
            ) : null}
            <input
              className="field grow min-w-40"
              aria-label="Note to this step"
              placeholder="Note (optional)"
              value={note}
              maxLength={2000}
              onChange={(e) => setNote(e.target.value)}
            />
            {run.mayGoBack ? (
              <button type="button" className="btn btn-quiet" title="Key: b" onClick={() => setOpen('back')}>
                Back…
              </button>
            ) : null}
            {maySkip ? (
              <button type="button" className="btn btn-quiet" onClick={() => setOpen('skip')}>
                Skip…
              </button>
            ) : (
              <span className="text-sm text-ink-3">{`Skipping ${needsRole('engineer').toLowerCase()}`}</span>
            )}
          </div>
        ) : null}
      </div>
      <DeedDialog data={data} step={present} open={open === 'deed'} onClose={hide} />
      {open === 'back' ? (
        <ReasonDialog
          open
          onClose={hide}
          title="Take the last step back"
          confirm="Take it back"
          onSubmit={(reason) => takeStepBack(alert.id, alert.version, reason)}
        >
          <p>What was done stays in the history. What data decide is decided again from the data as they are then.</p>
        </ReasonDialog>
      ) : null}
      {open === 'skip' ? <SkipDialog data={data} step={present} answers={answers} onClose={hide} /> : null}
    </li>
  );
}

function StepLink({ step }: { step: Step }) {
  if (step.kind !== 'instruction' || step.link === '') return null;
  return step.link.startsWith('/') ? (
    <Link prefetch={false} className="link" href={step.link}>
      {step.link}
    </Link>
  ) : (
    <a className="link" href={step.link} target="_blank" rel="noreferrer noopener">
      {step.link}
    </a>
  );
}

/** The dialog that the page has for an action. */
function DeedDialog({ data, step, open, onClose }: { data: AlertView; step: Step; open: boolean; onClose: () => void }) {
  if (!open || step.kind !== 'action') return null;
  const { alert, chart, life } = data;
  if (step.deed === 'hold') return <PlaceDialog open onClose={onClose} subjects={holdSubjects(data)} alert={alert.id} />;
  if (step.deed === 're_measure' && chart !== null && life.lots.length > 0)
    return (
      <AskDialog
        data={data}
        operation={chart.chart.operation}
        parameter={chart.chart.parameter}
        alert={alert.id}
        onClose={onClose}
      />
    );
  const left = life.lots.filter((l) => l.by !== null && l.decision === null);
  if (step.deed === 'dispose' && left.length > 0)
    return <DecideDialog alert={alert} wafers={left.map((l) => ({ lot: l.lot, slot: 0 }))} lot={null} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title="Nothing to do here">
      <p>
        {step.deed === 'dispose'
          ? 'Every affected lot is decided: go on with Done.'
          : 'The alert has no wafer that a station could measure again: skip the step.'}
      </p>
    </Dialog>
  );
}

function SkipDialog({
  data,
  step,
  answers,
  onClose,
}: {
  data: AlertView;
  step: Step;
  answers: readonly string[];
  onClose: () => void;
}) {
  const [answer, setAnswer] = useState('');
  const { alert } = data;
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={`Skip "${step.title}"`}
      confirm="Skip"
      blocked={answers.length > 0 && answer === '' ? 'Choose the way on.' : null}
      onSubmit={(reason) => skipChecklistStep(alert.id, alert.version, step.id, answer === '' ? null : answer, reason)}
    >
      {answers.length === 0 ? null : (
        <ChoiceField
          label="Go on as with"
          value={answer}
          onText={setAnswer}
          options={[{ value: '', label: 'Choose…' }, ...answers.map((a) => ({ value: a, label: a }))]}
        />
      )}
    </ReasonDialog>
  );
}
