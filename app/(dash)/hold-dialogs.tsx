'use client';
import { useState } from 'react';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { placeHold, releaseHold } from './holds/actions';

export type HoldSubjectInput =
  | { scope: 'lot'; lot: string }
  | { scope: 'tool'; tool: string }
  | { scope: 'chamber'; tool: string; chamber: string };

const nameOf = (s: HoldSubjectInput): string =>
  s.scope === 'lot' ? `lot ${s.lot}` : s.scope === 'tool' ? `tool ${s.tool}, all chambers` : `chamber ${s.tool} ${s.chamber}`;

/** Places a hold of one of these subjects. */
export function PlaceDialog({
  open,
  onClose,
  subjects,
  alert,
}: {
  open: boolean;
  onClose: () => void;
  subjects: readonly HoldSubjectInput[];
  /** Id of the alert that it is placed from; null: none. */
  alert: string | null;
}) {
  const [index, setIndex] = useState(subjects.length === 1 ? '0' : '');
  const subject = index === '' ? undefined : subjects[Number(index)];
  return (
    <ReasonDialog
      open={open}
      onClose={onClose}
      title="Place a hold"
      confirm="Hold"
      blocked={subject === undefined ? 'Choose what is held.' : null}
      onSubmit={(reason) => placeHold(subject, reason, alert)}
    >
      <ChoiceField
        label="Hold"
        value={index}
        onText={setIndex}
        options={[{ value: '', label: 'Choose…' }, ...subjects.map((s, i) => ({ value: String(i), label: nameOf(s) }))]}
      />
      <p className="text-sm text-ink-2 mt-1">
        {subject?.scope === 'lot'
          ? 'Tools that ask for its recipe are refused until an operator releases it.'
          : 'Whoever asks for a recipe there is refused until an engineer releases it.'}
      </p>
    </ReasonDialog>
  );
}

/** Releases a hold. */
export function ReleaseDialog({
  hold,
  onClose,
}: {
  hold: { id: string; scope: string; reason: string; name: string };
  onClose: () => void;
}) {
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={`Release ${hold.name}`}
      confirm="Release"
      onSubmit={(reason) => releaseHold(hold.id, hold.scope, reason)}
    >
      <p>{`Held because: ${hold.reason}`}</p>
    </ReasonDialog>
  );
}
