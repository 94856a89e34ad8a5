'use server';
import { revalidatePath } from 'next/cache';
import { type ChangeOutcome, changeLoop, setLoopState } from '@/lib/services/control/change-loop';
import { approveProposal, rejectProposal } from '@/lib/services/control/decide-proposal';
import { type Judged, judgeDraft } from '@/lib/services/control/judge-change';
import type { LoopHead } from '@/lib/services/control/views/loop-head';
import { type LoopReplay, replayLoop } from '@/lib/services/control/views/replay';
import { asSent, type Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { act, actFor } from '../session';

/** Runs one verb that changes a loop; its answer says whether the change is in force or waits for a second engineer. */
async function change<I>(
  verb: Verb<I, ChangeOutcome>,
  input: NoInfer<I>,
  done: (version: number) => string,
): Promise<ActionResult> {
  const { result } = await actFor(verb, input, (o) =>
    o.kind === 'in_force' ? done(o.version) : 'Proposed: another engineer has to approve it.',
  );
  revalidatePath('/control', 'layout');
  return result;
}

export async function saveLoop(
  loop: string,
  seen: number,
  config: LoopHead['config'] | null,
  reason: string,
): Promise<ActionResult> {
  return change(
    changeLoop,
    { loop, seen, config: asSent(config), reason },
    (version) => `Version ${version} is in force: it advises from the next lot on.`,
  );
}

export async function changeLoopState(
  loop: string,
  seen: { readonly version: number; readonly state: string },
  state: string,
  reason: string,
): Promise<ActionResult> {
  return change(setLoopState, { loop, seen, state: asSent(state), reason }, () => `The loop is ${state}.`);
}

export async function approveLoopProposal(proposal: string, reason: string): Promise<ActionResult> {
  return change(approveProposal, { proposal, reason }, (version) => `Approved: version ${version} is in force.`);
}

export async function rejectLoopProposal(proposal: string, reason: string): Promise<ActionResult> {
  const result = await act(rejectProposal, { proposal, reason }, 'The proposal is closed.');
  revalidatePath('/control', 'layout');
  return result;
}

/** The stability of a draft, judged by history; changes nothing. */
export async function judgeConfiguration(
  loop: string,
  config: LoopHead['config'],
): Promise<{ result: ActionResult; judged: Judged | null }> {
  const { result, value } = await actFor(judgeDraft, { loop, config }, '');
  return { result, judged: value };
}

/** Replays the last observations with this configuration; changes nothing. */
export async function tryConfiguration(
  loop: string,
  config: LoopHead['config'],
): Promise<{ result: ActionResult; replay: LoopReplay | null }> {
  const { result, value } = await actFor(replayLoop, { loop, config }, 'Replayed.');
  return { result, replay: value };
}
