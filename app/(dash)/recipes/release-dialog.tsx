'use client';
import { useRouter } from 'next/navigation';
import type { ActionResult } from '@/lib/ui/action-result';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import type { DraftState } from '@/lib/ui/recipes/use-draft-state';
import { release } from './actions';
import { Differences } from './differences';
import type { ReleaseStep } from './release-step';
import type { KeptDraft } from './use-kept-draft';

export interface ReleaseDialogProps {
  open: boolean;
  onClose: () => void;
  isNew: boolean;
  s: DraftState;
  kept: KeptDraft;
  step: ReleaseStep;
}

/** Puts a draft in use or proposes it to a second engineer, with what differs and a reason. */
export function ReleaseDialog({ open, onClose, isNew, s, kept, step }: ReleaseDialogProps) {
  const router = useRouter();
  const send = async (reason: string): Promise<ActionResult> => {
    if (kept.at === null) return { ok: false, error: 'The draft is not kept yet; try again in a moment.' };
    const { result, recipeId } = await release(kept.at.id, kept.at.revision, reason);
    if (recipeId !== null) {
      kept.forget();
      s.inUse();
      if (isNew) router.push(`/recipes/${recipeId}`);
    }
    return result;
  };
  const { sample } = s.draft;
  return (
    <ReasonDialog open={open} onClose={onClose} title={step.words} confirm={step.words} onSubmit={send}>
      {isNew ? null : <Differences version={s.base.version} changes={s.changes} />}
      {step.asks.length > 0 ? (
        <p className="text-sm mt-2">
          {`A second engineer decides: ${step.asks.join('; ')}. Nothing is used until it is approved.`}
        </p>
      ) : null}
      {sample.kind === 'line-grating' && sample.truncation === null ? (
        <p className="text-sm text-ink-2 mt-2">The order sweep runs now and becomes the certificate of this version.</p>
      ) : null}
    </ReasonDialog>
  );
}
