'use client';
import { useState } from 'react';
import type { AlertRow } from '@/lib/services/alerts/views/list';
import type { ActionResult } from '@/lib/ui/action-result';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { plural } from '@/lib/ui/format';
import { useAction } from '@/lib/ui/hooks/use-action';
import { actOnMany } from './actions';

export interface BulkBarProps {
  chosen: readonly AlertRow[];
  people: readonly string[];
  /** Codes of all areas: what every alert may be closed by. */
  codes: readonly { kind: string; code: string; label: string }[];
  email: string;
  /** What was done is no longer chosen; what was left is. */
  onDone: (left: readonly string[]) => void;
}

const SNOOZES = [
  { value: '30', label: '30 min' },
  { value: '60', label: '1 h' },
  { value: '240', label: '4 h' },
  { value: '480', label: '8 h' },
];
const DISPOSITIONS = [
  { value: 'use_as_is', label: 'Use as is' },
  { value: 'rework', label: 'Rework' },
  { value: 'scrap', label: 'Scrap' },
  { value: 're_measure', label: 'Re measure' },
  { value: 'hold', label: 'Hold' },
  { value: 'false_alarm', label: 'False alarm: use as is' },
];

type Kind = 'assign' | 'snooze' | 'comment' | 'close' | null;

/** One act on the chosen alerts; those that could not be done stay chosen and say why. */
export function BulkBar({ chosen, people, codes, email, onDone }: BulkBarProps) {
  const [dialog, setDialog] = useState<Kind>(null);
  const [pick, setPick] = useState('');
  const [disposition, setDisposition] = useState('');
  const [left, setLeft] = useState<readonly { title: string; error: string }[]>([]);
  const { busy, run } = useAction();
  const does = async (action: Readonly<Record<string, unknown>> & { readonly do: string }): Promise<ActionResult> => {
    const { result, outcomes } = await actOnMany(
      chosen.map((r) => ({ alert: r.id, seen: r.version })),
      action,
    );
    const failed = outcomes.filter((o) => !o.ok);
    setLeft(failed.map((o) => ({ title: chosen.find((r) => r.id === o.alert)?.title ?? o.alert, error: o.error ?? '' })));
    if (result.ok) onDone(failed.map((o) => o.alert));
    return result;
  };
  const show = (kind: Kind) => (): void => {
    setPick('');
    setDisposition('');
    setDialog(kind);
  };
  const buttons = [
    { label: 'Assign…', kind: 'assign' },
    { label: 'Snooze…', kind: 'snooze' },
    { label: 'Comment…', kind: 'comment' },
    { label: 'Close…', kind: 'close' },
  ] as const;
  const hide = (): void => setDialog(null);
  const title = plural(chosen.length, 'alert');
  return (
    <>
      {chosen.length > 0 ? (
        <div
          className="flex flex-wrap items-center gap-2 px-3 py-1 border-b border-hairline no-print"
          role="toolbar"
          aria-label="Chosen alerts"
        >
          <b>{`${chosen.length} chosen`}</b>
          <button
            type="button"
            className="btn h-7! text-sm!"
            disabled={busy}
            onClick={() => run(() => does({ do: 'acknowledge' }))}
          >
            Acknowledge all
          </button>
          {buttons.map((b) => (
            <button key={b.kind} type="button" className="btn h-7! text-sm!" onClick={show(b.kind)}>
              {b.label}
            </button>
          ))}
          <button type="button" className="btn btn-quiet h-7! text-sm!" onClick={() => onDone([])}>
            None
          </button>
        </div>
      ) : null}
      {left.length > 0 ? (
        <div role="alert" className="px-3 py-2 border-b border-hairline bg-warn-wash text-sm">
          <p>
            <b>{`${plural(left.length, 'alert')} left as they were`}</b>{' '}
            <button type="button" className="link" onClick={() => setLeft([])}>
              Hide
            </button>
          </p>
          <ul className="max-h-40 overflow-auto">
            {left.map((l) => (
              <li key={l.title + l.error}>{`${l.title}: ${l.error}`}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {dialog === 'comment' ? (
        <ReasonDialog
          open
          onClose={hide}
          title={`Comment on ${title}`}
          confirm="Add comment"
          reasonLabel="Comment"
          onSubmit={(comment) => does({ do: 'comment', comment })}
        />
      ) : null}
      {dialog === 'assign' ? (
        <ReasonDialog
          open
          onClose={hide}
          title={`Give ${title} to somebody`}
          confirm="Assign"
          reasonLabel="Note"
          reasonRequired={false}
          blocked={pick === '' ? 'Choose who works on them.' : null}
          onSubmit={(note) => does({ do: 'assign', assignee: pick, ...(note === '' ? {} : { note }) })}
        >
          <ChoiceField
            label="Owner"
            value={pick}
            onText={setPick}
            options={[
              { value: '', label: 'Choose…' },
              ...[...new Set([email, ...people])].map((p) => ({ value: p, label: p === email ? `me (${p})` : p })),
            ]}
          />
        </ReasonDialog>
      ) : null}
      {dialog === 'snooze' ? (
        <ReasonDialog
          open
          onClose={hide}
          title={`Snooze ${title}`}
          confirm="Snooze"
          blocked={pick === '' ? 'Choose for how long.' : null}
          onSubmit={(reason) => does({ do: 'snooze', minutes: Number(pick), reason })}
        >
          <ChoiceField label="For" value={pick} onText={setPick} options={[{ value: '', label: 'Choose…' }, ...SNOOZES]} />
        </ReasonDialog>
      ) : null}
      {dialog === 'close' ? (
        <ReasonDialog
          open
          onClose={hide}
          title={`Close ${title}`}
          confirm="Close alerts"
          reasonLabel="What was done"
          blocked={pick === '' ? 'Choose a cause.' : null}
          onSubmit={(action) => does({ do: 'close', cause: pick, action, ...(disposition === '' ? {} : { disposition }) })}
        >
          <div className="grid grid-cols-2 gap-3">
            <ChoiceField
              label="Cause"
              value={pick}
              onText={setPick}
              options={[
                { value: '', label: 'Choose…' },
                ...codes.filter((c) => c.kind === 'cause').map((c) => ({ value: c.code, label: c.label })),
              ]}
            />
            <ChoiceField
              label="Wafers"
              value={disposition}
              onText={setDisposition}
              options={[{ value: '', label: 'Decided lot by lot' }, ...DISPOSITIONS]}
            />
          </div>
          <p className="text-sm text-ink-2 mt-1">
            Alerts with lots of which nothing is decided stay open where nothing is chosen for the wafers.
          </p>
        </ReasonDialog>
      ) : null}
    </>
  );
}
