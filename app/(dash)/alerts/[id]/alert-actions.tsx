'use client';
import { useState } from 'react';
import type { AlertView } from '@/lib/services/evidence/alert';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { capital } from '@/lib/ui/format';
import { useAction } from '@/lib/ui/hooks/use-action';
import { useKeys } from '@/lib/ui/hooks/use-keys';
import { acknowledgeAlert, assignAlert, closeAlert, commentOnAlert, reopenAlert } from '../actions';

export interface AlertActionsProps {
  alert: AlertView['alert'];
  assignees: readonly string[];
  canAct: boolean;
  email: string;
  causes: readonly string[];
  dispositions: readonly string[];
}

const words = (code: string): string => capital(code.replaceAll('_', ' '));

/** Acknowledge, assign, comment, close with cause and action, reopen. */
export function AlertActions({ alert, assignees, canAct, email, causes, dispositions }: AlertActionsProps) {
  const [dialog, setDialog] = useState<'comment' | 'close' | 'reopen' | null>(null);
  const [cause, setCause] = useState('');
  const [disposition, setDisposition] = useState('');
  const { run } = useAction();
  const acknowledge = (): void => {
    if (canAct && alert.state === 'open') run(() => acknowledgeAlert(alert.id, alert.version, ''));
  };
  const startClosing = (): void => {
    setCause('');
    setDisposition('');
    setDialog('close');
  };
  useKeys({ a: acknowledge });
  if (!canAct) return <span className="text-ink-2 text-sm">You may look; acknowledging and closing need the operator role.</span>;
  const owners = [...new Set([email, ...assignees, ...(alert.assignee ? [alert.assignee] : [])])];
  return (
    <>
      {alert.state === 'closed' ? null : (
        <label className="flex items-center gap-1 text-sm text-ink-2">
          Owner
          <select
            className="field max-w-48"
            value={alert.assignee ?? ''}
            onChange={(e) => {
              const owner = e.target.value === '' ? null : e.target.value;
              run(() => assignAlert(alert.id, alert.version, owner));
            }}
          >
            <option value="">nobody</option>
            {owners.map((o) => (
              <option key={o} value={o}>
                {o === email ? `me (${o})` : o}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="button" className="btn" onClick={() => setDialog('comment')}>
        Comment
      </button>
      {alert.state === 'open' ? (
        <button type="button" className="btn btn-primary" onClick={acknowledge} title="Key: a">
          Acknowledge
        </button>
      ) : null}
      {alert.state === 'closed' ? (
        <button type="button" className="btn" onClick={() => setDialog('reopen')}>
          Reopen…
        </button>
      ) : (
        <button type="button" className={`btn ${alert.state === 'acknowledged' ? 'btn-primary' : ''}`} onClick={startClosing}>
          Close…
        </button>
      )}
      <ReasonDialog
        open={dialog === 'comment'}
        onClose={() => setDialog(null)}
        title="Comment"
        confirm="Add comment"
        reasonLabel="Comment"
        onSubmit={(text) => commentOnAlert(alert.id, alert.version, text)}
      />
      <ReasonDialog
        open={dialog === 'reopen'}
        onClose={() => setDialog(null)}
        title="Reopen the alert"
        confirm="Reopen"
        onSubmit={(text) => reopenAlert(alert.id, alert.version, text)}
      />
      <ReasonDialog
        open={dialog === 'close'}
        onClose={() => setDialog(null)}
        title="Close the alert"
        confirm="Close alert"
        reasonLabel="What was done"
        onSubmit={async (action) => {
          if (cause === '' || disposition === '') return { ok: false, error: 'Choose a cause and what happens to the wafers.' };
          return closeAlert(alert.id, alert.version, { cause, action, disposition });
        }}
      >
        <div className="grid grid-cols-2 gap-3">
          <Choice label="Cause" value={cause} set={setCause} options={causes} />
          <Choice label="Wafers" value={disposition} set={setDisposition} options={dispositions} />
        </div>
      </ReasonDialog>
    </>
  );
}

function Choice({
  label,
  value,
  set,
  options,
}: {
  label: string;
  value: string;
  set: (v: string) => void;
  options: readonly string[];
}) {
  return (
    <label className="block">
      <span className="label">{label}</span>
      <select className="field w-full" value={value} onChange={(e) => set(e.target.value)}>
        <option value="">Choose…</option>
        {options.map((o) => (
          <option key={o} value={o}>
            {words(o)}
          </option>
        ))}
      </select>
    </label>
  );
}
