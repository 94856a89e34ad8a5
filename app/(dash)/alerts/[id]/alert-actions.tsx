'use client';
import { useState } from 'react';
import { isSettled, mayMove } from '@/lib/services/alerts/states';
import type { AlertView } from '@/lib/services/evidence/alert';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { useAction } from '@/lib/ui/hooks/use-action';
import { useKeys } from '@/lib/ui/hooks/use-keys';
import { actOn } from '../actions';
import { CloseDialog, HandOverDialog, SnoozeDialog, WaitDialog } from './act-dialogs';

export interface AlertActionsProps {
  data: AlertView;
  canAct: boolean;
  email: string;
  dispositions: readonly string[];
}

type Open = 'comment' | 'close' | 'reopen' | 'snooze' | 'wait' | 'hand-over' | 'waive' | null;

/** Acknowledge, take into work, wait, snooze, hand over, comment, close, reopen; what the state does not allow is not offered. */
export function AlertActions({ data, canAct, email, dispositions }: AlertActionsProps) {
  const { alert, life } = data;
  const [dialog, setDialog] = useState<Open>(null);
  const { run } = useAction();
  const settled = isSettled(alert.state);
  const now = (action: { do: string }): void => run(() => actOn(alert.id, alert.version, action));
  const mayStart = mayMove(alert.state, 'start');
  const acknowledge = (): void => {
    if (canAct && mayMove(alert.state, 'acknowledge')) now({ do: 'acknowledge' });
  };
  const start = (): void => {
    if (canAct && mayStart) now({ do: 'start' });
  };
  const show = (d: Open) => (): void => {
    if (canAct && !settled) setDialog(d);
  };
  useKeys({ a: acknowledge, w: start, s: show('snooze'), c: show('close') });
  if (!canAct) return <span className="text-ink-2 text-sm">You may look; acknowledging and closing need the operator role.</span>;
  const hide = (): void => setDialog(null);
  const primary = (is: boolean): string => `btn ${is ? 'btn-primary' : ''}`;
  return (
    <div className="flex flex-wrap justify-end gap-2">
      {settled ? (
        <>
          <button type="button" className="btn" onClick={() => setDialog('comment')}>
            Comment
          </button>
          {life.check?.state === 'running' ? (
            <button type="button" className="btn" onClick={() => setDialog('waive')}>
              Waive the check…
            </button>
          ) : null}
          <button type="button" className="btn" onClick={() => setDialog('reopen')}>
            Reopen…
          </button>
        </>
      ) : (
        <>
          <button type="button" className="btn" onClick={() => setDialog('hand-over')}>
            Hand over…
          </button>
          <button type="button" className="btn" onClick={() => setDialog('comment')}>
            Comment
          </button>
          {alert.snoozedUntilMs === null ? (
            <button type="button" className="btn" onClick={() => setDialog('snooze')} title="Key: s">
              Snooze…
            </button>
          ) : (
            <button type="button" className="btn" onClick={() => now({ do: 'wake' })}>
              End the snooze
            </button>
          )}
          <button type="button" className="btn" onClick={() => setDialog('wait')}>
            Wait…
          </button>
          {mayStart ? (
            <button type="button" className={primary(alert.state === 'acknowledged')} onClick={start} title="Key: w">
              Take into work
            </button>
          ) : null}
          {alert.state === 'open' ? (
            <button type="button" className="btn btn-primary" onClick={acknowledge} title="Key: a">
              Acknowledge
            </button>
          ) : null}
          <button type="button" className={primary(alert.state === 'in_work')} onClick={() => setDialog('close')} title="Key: c">
            Close…
          </button>
        </>
      )}
      <ReasonDialog
        open={dialog === 'comment'}
        onClose={hide}
        title="Comment"
        confirm="Add comment"
        reasonLabel="Comment"
        onSubmit={(comment) => actOn(alert.id, alert.version, { do: 'comment', comment })}
      />
      <ReasonDialog
        open={dialog === 'reopen'}
        onClose={hide}
        title="Reopen the alert"
        confirm="Reopen"
        onSubmit={(comment) => actOn(alert.id, alert.version, { do: 'reopen', comment })}
      />
      <ReasonDialog
        open={dialog === 'waive'}
        onClose={hide}
        title="Waive the check of the action"
        confirm="Waive the check"
        onSubmit={(reason) => actOn(alert.id, alert.version, { do: 'waive', reason })}
      >
        <p>The alert stays closed and is not verified. Later signals open an alert of their own.</p>
      </ReasonDialog>
      {dialog === 'hand-over' ? <HandOverDialog open alert={alert} onClose={hide} people={data.assignees} email={email} /> : null}
      {dialog === 'snooze' ? <SnoozeDialog open alert={alert} onClose={hide} most={life.policy.snoozeMaxMin} /> : null}
      {dialog === 'wait' ? <WaitDialog open alert={alert} onClose={hide} /> : null}
      {dialog === 'close' ? (
        <CloseDialog
          open
          alert={alert}
          onClose={hide}
          life={life}
          dispositions={dispositions}
          suggested={data.run?.suggested ?? { cause: null, action: null }}
        />
      ) : null}
    </div>
  );
}
