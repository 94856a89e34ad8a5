'use client';
import { useState } from 'react';
import type { AlertView } from '@/lib/services/evidence/alert';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { duration } from '@/lib/ui/format';
import { actOn } from '../actions';

export interface ActDialogProps {
  alert: AlertView['alert'];
  open: boolean;
  onClose: () => void;
}

const MIN = 60_000;
const TIMES = [15, 30, 60, 120, 240, 480, 1440, 2880, 10_080];
const timeOptions = (most: number) => TIMES.filter((t) => t <= most).map((t) => ({ value: String(t), label: duration(t * MIN) }));

/** Hands an alert to somebody, with what they need to know. */
export function HandOverDialog({
  alert,
  open,
  onClose,
  people,
  email,
}: ActDialogProps & { people: readonly string[]; email: string }) {
  const [to, setTo] = useState('');
  const all = [...new Set([email, ...people])].filter((p) => p !== alert.assignee);
  return (
    <ReasonDialog
      open={open}
      onClose={onClose}
      title={alert.assignee === null ? 'Give the alert to somebody' : `Hand over from ${alert.assignee}`}
      confirm="Hand over"
      reasonLabel="Note for the next owner"
      reasonRequired={false}
      blocked={to === '' ? 'Choose who works on it.' : null}
      onSubmit={(note) =>
        actOn(alert.id, alert.version, { do: 'assign', assignee: to === '-' ? null : to, ...(note === '' ? {} : { note }) })
      }
    >
      <ChoiceField
        label="Next owner"
        value={to}
        onText={setTo}
        options={[
          { value: '', label: 'Choose…' },
          ...all.map((p) => ({ value: p, label: p === email ? `me (${p})` : p })),
          ...(alert.assignee === null ? [] : [{ value: '-', label: 'nobody: back to all' }]),
        ]}
      />
    </ReasonDialog>
  );
}

/** Snoozes an alert for a time that its policy allows. */
export function SnoozeDialog({ alert, open, onClose, most }: ActDialogProps & { most: number }) {
  const [minutes, setMinutes] = useState('');
  const options = timeOptions(most);
  const none = `The policy allows no snooze of severity ${alert.severity}.`;
  return (
    <ReasonDialog
      open={open}
      onClose={onClose}
      title="Snooze the alert"
      confirm="Snooze"
      blocked={options.length === 0 ? none : minutes === '' ? 'Choose for how long.' : null}
      onSubmit={(reason) => actOn(alert.id, alert.version, { do: 'snooze', minutes: Number(minutes), reason })}
    >
      <ChoiceField label="For" value={minutes} onText={setMinutes} options={[{ value: '', label: 'Choose…' }, ...options]} />
      <p className="text-sm text-ink-2 mt-1">
        {`At most ${duration(most * MIN)} by the policy. Escalation waits meanwhile, the due time does not. A worse signal ends it.`}
      </p>
    </ReasonDialog>
  );
}

/** Says what an alert waits for, and until when at most. */
export function WaitDialog({ alert, open, onClose }: ActDialogProps) {
  const [minutes, setMinutes] = useState('');
  return (
    <ReasonDialog
      open={open}
      onClose={onClose}
      title="Wait for something"
      confirm="Wait"
      reasonLabel="What for"
      onSubmit={(what) =>
        actOn(alert.id, alert.version, { do: 'wait', for: what, ...(minutes === '' ? {} : { minutes: Number(minutes) }) })
      }
    >
      <ChoiceField
        label="At most"
        value={minutes}
        onText={setMinutes}
        options={[{ value: '', label: 'Until somebody goes on' }, ...timeOptions(10_080)]}
      />
      <p className="text-sm text-ink-2 mt-1">Then it is in work again and its owner is told.</p>
    </ReasonDialog>
  );
}

const DISPOSITION_WORDS: Readonly<Record<string, string>> = {
  use_as_is: 'Use as is',
  rework: 'Rework',
  scrap: 'Scrap',
  re_measure: 'Re measure',
  hold: 'Hold',
  false_alarm: 'False alarm: use as is',
};

/** Closes an alert: cause, what was done, what happens to the lots that are left, and how it is verified. */
export function CloseDialog({
  alert,
  open,
  onClose,
  life,
  dispositions,
  suggested,
}: ActDialogProps & {
  life: AlertView['life'];
  dispositions: readonly string[];
  /** Codes that the end of the checklist suggests. */
  suggested: { cause: string | null; action: string | null };
}) {
  const known = (kind: string, code: string | null): string =>
    life.codes.find((c) => c.kind === kind && c.code === code)?.code ?? '';
  const [cause, setCause] = useState(() => known('cause', suggested.cause));
  const [actionCode, setActionCode] = useState(() => known('action', suggested.action));
  const [disposition, setDisposition] = useState('');
  const [verify, setVerify] = useState('policy');
  const [waiver, setWaiver] = useState('');
  const left = life.lots.filter((l) => l.by !== null && l.decision === null).map((l) => l.lot);
  const of = (kind: string) => life.codes.filter((c) => c.kind === kind).map((c) => ({ value: c.code, label: c.label }));
  const asked = life.policy.checkPoints;
  const isWaived = verify === '0' && asked > 0;
  const missing = [
    cause === '' ? 'a cause' : null,
    left.length > 0 && disposition === '' ? 'what happens to the wafers' : null,
    isWaived && waiver.trim().length < 5 ? 'why the check is waived' : null,
  ].filter((m) => m !== null);
  const points = [...new Set([asked, 3, 5, 10, 25])].filter((n) => n > 0);
  return (
    <ReasonDialog
      open={open}
      onClose={onClose}
      title="Close the alert"
      confirm="Close alert"
      reasonLabel="What was done"
      width={560}
      blocked={missing.length > 0 ? `Choose ${missing.join(', and ')}.` : null}
      onSubmit={(action) =>
        actOn(alert.id, alert.version, {
          do: 'close',
          cause,
          action,
          ...(actionCode === '' ? {} : { actionCode }),
          ...(disposition === '' ? {} : { disposition }),
          ...(verify === 'policy' ? {} : { verifyPoints: Number(verify) }),
          ...(isWaived ? { waiver: waiver.trim() } : {}),
        })
      }
    >
      <div className="grid grid-cols-2 gap-3">
        <ChoiceField label="Cause" value={cause} onText={setCause} options={[{ value: '', label: 'Choose…' }, ...of('cause')]} />
        <ChoiceField
          label="Action"
          value={actionCode}
          onText={setActionCode}
          options={[{ value: '', label: 'None of the list' }, ...of('action')]}
        />
        <ChoiceField
          label="Wafers"
          value={disposition}
          onText={setDisposition}
          options={[
            { value: '', label: left.length === 0 ? 'Decided lot by lot' : 'Choose…' },
            ...dispositions.map((d) => ({ value: d, label: DISPOSITION_WORDS[d] ?? d })),
          ]}
        />
        {alert.chartId === null ? null : (
          <ChoiceField
            label="Verified by"
            value={verify}
            onText={setVerify}
            options={[
              { value: 'policy', label: asked === 0 ? 'Nothing, by the policy' : `The next ${asked} points, by the policy` },
              ...points.filter((n) => n !== asked).map((n) => ({ value: String(n), label: `The next ${n} points` })),
              ...(asked > 0 ? [{ value: '0', label: 'Nothing: waive the check' }] : []),
            ]}
          />
        )}
      </div>
      <p className="text-sm text-ink-2 mt-1">
        {left.length === 0
          ? 'Every affected lot is decided.'
          : `Nothing is decided yet of ${left.slice(0, 4).join(', ')}${left.length > 4 ? ` and ${left.length - 4} more` : ''}: what is chosen here holds for them.`}
      </p>
      {isWaived ? (
        <label className="block mt-2">
          <span className="label">Why the check is waived</span>
          <input className="field w-full" value={waiver} onChange={(e) => setWaiver(e.target.value)} maxLength={500} />
        </label>
      ) : null}
    </ReasonDialog>
  );
}
