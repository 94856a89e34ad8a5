'use server';
import { revalidatePath } from 'next/cache';
import { dismissTask, replayTask } from '@/lib/services/tasks/dead-letters';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

export async function replayDeadLetter(id: number): Promise<ActionResult> {
  const result = await act('engineer', (actor) => replayTask(id, actor.email), 'Sent to its queue again.');
  revalidatePath('/system');
  return result;
}

export async function dismissDeadLetter(id: number, reason: string): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => dismissTask(id, actor.email, reason),
    'Dismissed; it stays in the audit trail.',
  );
  revalidatePath('/system');
  return result;
}
