'use server';
import { revalidatePath } from 'next/cache';
import { dismissTask, replayTask } from '@/lib/services/tasks/dead-letters';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

export async function replayDeadLetter(task: number): Promise<ActionResult> {
  const result = await act(replayTask, { task }, 'Sent to its queue again.');
  revalidatePath('/system');
  return result;
}

export async function dismissDeadLetter(task: number, reason: string): Promise<ActionResult> {
  const result = await act(dismissTask, { task, reason }, 'Dismissed; it stays in the audit trail.');
  revalidatePath('/system');
  return result;
}
