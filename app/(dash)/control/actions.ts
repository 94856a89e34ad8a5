'use server';
import { revalidatePath } from 'next/cache';
import { changeLoop, setLoopState } from '@/lib/services/control/change-loop';
import { type LoopReplay, replayLoop } from '@/lib/services/views/control-replay';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

export async function saveLoop(id: string, seenVersion: number, config: unknown, reason: string): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => changeLoop(id, seenVersion, config, reason, actor.email),
    `Version ${seenVersion + 1} is in force: it advises from the next lot on.`,
  );
  revalidatePath('/control', 'layout');
  return result;
}

export async function changeLoopState(id: string, state: string, reason: string): Promise<ActionResult> {
  const result = await act('engineer', (actor) => setLoopState(id, state, reason, actor.email), `The loop is ${state}.`);
  revalidatePath('/control', 'layout');
  return result;
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
