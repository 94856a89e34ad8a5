'use client';
import { useEffect } from 'react';
import type { LoopView } from '@/lib/services/control/views/loop';
import type { LoopProposal } from '@/lib/services/control/views/proposals';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { InlineError, Skeleton } from '@/lib/ui/components/panel';
import { approveLoopProposal } from '../actions';
import { JudgedStability } from './judged-stability';
import { ReplayTable } from './replay-table';
import { useJudgement } from './use-judgement';
import { useReplay } from './use-replay';

const WIDTH = 760;
const HEIGHT = 180;

/**
 * The second engineer decides on what the author saw: stability with what is known now, and the replay of the proposal beside the version in force.
 */
export function ApproveDialog({ d, p, title, onClose }: { d: LoopView; p: LoopProposal; title: string; onClose: () => void }) {
  const { loop } = d;
  const isClose = p.kind === 'close';
  const judge = useJudgement(loop.id, p.id, isClose ? null : p.config);
  const replays = useReplay(loop.id);
  const tried = replays.of(p.id);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a proposal
  useEffect(() => replays.run(p.id, p.config), [p.id]);
  const judged = isClose && d.judgement !== null ? { judgement: d.judgement, timing: d.timing } : judge.judged;
  const isKnown = tried !== null && (judged !== null || judge.error !== null || isClose);
  return (
    <ReasonDialog
      open
      width={WIDTH}
      onClose={onClose}
      title={`Approve: ${title}`}
      confirm="Approve"
      blocked={isKnown ? null : 'Being judged and replayed with what is known now…'}
      onSubmit={(reason) => approveLoopProposal(p.id, reason)}
    >
      <p>{`${p.author}: ${p.reason}`}</p>
      {judged ? <JudgedStability judged={judged} lambda={p.config.lambda} label="Stability of the proposal" /> : null}
      {judge.error ? <InlineError message={judge.error} /> : null}
      {isClose && judged === null ? (
        <InlineError message={`The stability of the loop cannot be judged${d.refusal === null ? '.' : `: ${d.refusal}`}`} />
      ) : null}
      {tried?.replay ? <ReplayTable replay={tried.replay} loop={loop} hasDraft={!isClose} /> : null}
      {tried?.error ? <InlineError message={`It could not be replayed: ${tried.error}`} /> : null}
      {isKnown ? null : <Skeleton height={HEIGHT} />}
    </ReasonDialog>
  );
}
