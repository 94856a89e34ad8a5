import { behindWords } from '@/lib/ui/components/behind-notice';
import { needsRole } from '@/lib/ui/components/gate';
import type { JudgeAnswer } from './use-judgement';
import type { ReplayAnswer } from './use-replay';

/** Why the draft cannot be activated or proposed yet; null where it can. */
export function waitsFor(q: {
  readonly may: boolean;
  /** The version in force, where it is not the one the draft is based on. */
  readonly behind: number | null;
  readonly hasConfig: boolean;
  readonly differs: boolean;
  readonly isRefused: boolean;
}): string | null {
  if (!q.may) return needsRole('engineer');
  if (q.behind !== null) return behindWords(q.behind);
  if (!q.hasConfig) return 'Correct the marked fields first.';
  if (!q.differs) return 'Change a field first.';
  return q.isRefused ? 'Refused: see the stability of the draft.' : null;
}

/** Why the signed-in user cannot approve a proposal; null where they can. */
export function approvalWaits(q: {
  readonly may: boolean;
  readonly own: boolean;
  /** The version it is based on, and the one in force now. */
  readonly beside: number;
  readonly inForce: number;
}): string | null {
  if (!q.may) return needsRole('engineer');
  if (q.beside !== q.inForce)
    return `Made beside version ${q.beside}; version ${q.inForce} is in force by now: ${q.own ? 'take it back' : 'reject it'} and propose again.`;
  return q.own ? 'Your own proposal: another engineer has to approve it.' : null;
}

/** What is still pending; null when both the replay and the judgement are known, or known to fail. */
export function pendingOf(tried: ReplayAnswer | null, { judged, error }: Pick<JudgeAnswer, 'judged' | 'error'>): string | null {
  if (tried === null) return 'The draft is being replayed…';
  return judged === null && error === null ? 'Its stability is being judged…' : null;
}
