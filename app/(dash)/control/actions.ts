'use server';
import { revalidatePath } from 'next/cache';
import { type ChangeOutcome, changeLoop, setLoopState } from '@/lib/services/control/change-loop';
import { approveProposal, rejectProposal } from '@/lib/services/control/decide-proposal';
import { type Judged, judgeDraft } from '@/lib/services/control/judge-change';
import { type LoopReplay, replayLoop } from '@/lib/services/control/views/replay';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

/** One verb that changes a loop; its answer says whether the change is in force or waits for a second engineer. */
async function change(
  verb: (actor: { email: string }) => Promise<ChangeOutcome>,
  done: (version: number) => string,
): Promise<ActionResult> {
  let outcome: ChangeOutcome | null = null;
  const result = await act(
    'engineer',
    async (actor) => {
      outcome = await verb(actor);
    },
    '',
  );
  revalidatePath('/control', 'layout');
  if (!result.ok) return result;
  const o = outcome as ChangeOutcome | null;
  return { ok: true, message: o?.kind === 'in_force' ? done(o.version) : 'Proposed: another engineer has to approve it.' };
}

export async function saveLoop(id: string, seenVersion: number, config: unknown, reason: string): Promise<ActionResult> {
  return change(
    (actor) => changeLoop(id, seenVersion, config, reason, actor.email),
    (version) => `Version ${version} is in force: it advises from the next lot on.`,
  );
}

export async function changeLoopState(
  id: string,
  seen: { readonly version: number; readonly state: string },
  state: string,
  reason: string,
): Promise<ActionResult> {
  return change(
    (actor) => setLoopState(id, seen, state, reason, actor.email),
    () => `The loop is ${state}.`,
  );
}

export async function approveLoopProposal(id: string, reason: string): Promise<ActionResult> {
  return change(
    (actor) => approveProposal(id, reason, actor.email),
    (version) => `Approved: version ${version} is in force.`,
  );
}

export async function rejectLoopProposal(id: string, reason: string): Promise<ActionResult> {
  const result = await act('engineer', (actor) => rejectProposal(id, reason, actor.email), 'The proposal is closed.');
  revalidatePath('/control', 'layout');
  return result;
}

/** What history says of a draft's stability; changes nothing. */
export async function judgeConfiguration(id: string, config: unknown): Promise<{ result: ActionResult; judged: Judged | null }> {
  let judged: Judged | null = null;
  const result = await act(
    'engineer',
    async () => {
      judged = await judgeDraft(id, config);
    },
    '',
  );
  return { result, judged };
}

/** What the last observations would have been with this configuration; changes nothing. */
export async function tryConfiguration(
  id: string,
  config: unknown,
): Promise<{ result: ActionResult; replay: LoopReplay | null }> {
  let replay: LoopReplay | null = null;
  const result = await act(
    'engineer',
    async () => {
      replay = await replayLoop(id, config);
    },
    'Replayed.',
  );
  return { result, replay };
}
