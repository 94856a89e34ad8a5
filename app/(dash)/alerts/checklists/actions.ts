'use server';
import { revalidatePath } from 'next/cache';
import {
  approveChecklist,
  discardChecklistDraft,
  keepChecklistDraft,
  releaseChecklist,
  retireChecklist,
  returnChecklist,
} from '@/lib/services/checklists/drafts';
import { asSent } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { type Acted, act, actFor } from '../../session';

const fresh = <R>(result: R): R => {
  revalidatePath('/alerts', 'layout');
  return result;
};

/** `revision` is of the draft that the person saw; 0: there was none. */
export async function keepDraft(
  checklist: string | null,
  revision: number,
  name: string,
  content: unknown,
): Promise<Acted<{ checklist: string; version: number; revision: number }>> {
  return fresh(
    await actFor(
      keepChecklistDraft,
      { checklist, revision, name, content: asSent(content) },
      (d) => `Draft of version ${d.version} kept.`,
    ),
  );
}

interface Seen {
  checklist: string;
  revision: number;
}

export async function release(of: Seen, reason: string): Promise<ActionResult> {
  const { result } = await actFor(releaseChecklist, { ...of, reason }, (r) =>
    r.waits
      ? `Version ${r.version} waits for a second person.`
      : `Version ${r.version} is in force for alerts that are raised from now on.`,
  );
  return fresh(result);
}

export async function approve(of: Seen, reason: string): Promise<ActionResult> {
  const { result } = await actFor(approveChecklist, { ...of, reason }, (v) => `Version ${v} is in force.`);
  return fresh(result);
}

export async function giveBack(of: Seen, reason: string): Promise<ActionResult> {
  return fresh(await act(returnChecklist, { ...of, reason }, 'It is a draft again.'));
}

export async function discard(of: Seen, reason: string): Promise<ActionResult> {
  return fresh(await act(discardChecklistDraft, { ...of, reason }, 'The draft is gone.'));
}

export async function retire(checklist: string, retired: boolean, reason: string): Promise<ActionResult> {
  return fresh(
    await act(retireChecklist, { checklist, retired, reason }, retired ? 'Retired: no further alert gets it.' : 'In use again.'),
  );
}
