'use client';
import type { LoopReplay } from '@/lib/services/control/views/replay';
import type { ActionResult } from '@/lib/ui/action-result';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { ComparisonTable } from '@/lib/ui/control/comparison-table';
import type { configDifference } from '@/lib/ui/control/config-diff';
import { VERDICT_WORDS } from '@/lib/ui/control/stability-facts';
import { num, plural } from '@/lib/ui/format';
import type { JudgeAnswer } from './use-judgement';
import type { ReplayAnswer } from './use-replay';
import { pendingOf } from './waits';

export interface ActivateDialogProps {
  open: boolean;
  onClose: () => void;
  onSend: (reason: string) => Promise<ActionResult>;
  /** "Activate version 4". */
  words: string;
  diff: ReturnType<typeof configDifference>;
  tried: ReplayAnswer | null;
  judge: JudgeAnswer;
  /** Why the draft cannot be sent. */
  blocked: string | null;
}

/** The last look at a draft before it is in force or proposed: what differs, its replay, its stability. It waits for both. */
export function ActivateDialog({ words, diff, tried, judge, ...p }: ActivateDialogProps) {
  return (
    <ReasonDialog
      open={p.open}
      onClose={p.onClose}
      title={words}
      confirm={words}
      blocked={p.blocked ?? pendingOf(tried, judge)}
      onSubmit={p.onSend}
    >
      <ComparisonTable
        caption="What the draft changes"
        corner="Field"
        columns={[{ label: 'In force' }, { label: 'Draft' }]}
        rows={diff.map((x) => ({ name: x.label, cells: [x.from, x.to] }))}
        draft
      />
      {tried === null ? null : <p className="mt-2 text-sm">{replayWords(tried)}</p>}
      {judge.judged === null && judge.error === null ? null : <p className="mt-2 text-sm">{stabilityWords(judge)}</p>}
    </ReasonDialog>
  );
}

const replayOf = ({ n, present, proposed }: LoopReplay): string =>
  `Replay on ${plural(n, 'observation')}: Ppk ${num(present.capability?.ppk, 2)} → ${num(proposed.capability?.ppk, 2)}, outside specification ${present.outsideSpecification} → ${proposed.outsideSpecification}, moves ${present.moves} → ${proposed.moves}.`;

const replayWords = (t: ReplayAnswer): string =>
  t.replay === null ? `It could not be replayed: ${t.error ?? 'the replay gave no result'}` : replayOf(t.replay);

function stabilityWords({ judged, error }: JudgeAnswer): string {
  if (judged === null) return `Its stability could not be judged: ${error ?? ''}`;
  const { verdict, reasons } = judged.judgement;
  return `Stability: ${VERDICT_WORDS[verdict]}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}.`;
}
