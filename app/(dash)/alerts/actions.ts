'use server';
import { revalidatePath } from 'next/cache';
import { actOnAlert } from '@/lib/services/alerts/actions';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

async function on(id: string, version: number | null, input: object, done: string): Promise<ActionResult> {
  const result = await act('operator', (actor) => actOnAlert(id, version, input, actor), done);
  revalidatePath('/alerts', 'layout');
  return result;
}

export const acknowledgeAlert = async (id: string, version: number | null, comment: string): Promise<ActionResult> =>
  on(id, version, { do: 'acknowledge', ...(comment ? { comment } : {}) }, 'Acknowledged.');

export const commentOnAlert = async (id: string, version: number, comment: string): Promise<ActionResult> =>
  on(id, version, { do: 'comment', comment }, 'Comment added.');

export const assignAlert = async (id: string, version: number, assignee: string | null): Promise<ActionResult> =>
  on(id, version, { do: 'assign', assignee }, assignee === null ? 'Assigned to nobody.' : `Assigned to ${assignee}.`);

export const closeAlert = async (
  id: string,
  version: number,
  input: { cause: string; action: string; disposition: string },
): Promise<ActionResult> => on(id, version, { do: 'close', ...input }, 'Alert closed.');

export const reopenAlert = async (id: string, version: number, comment: string): Promise<ActionResult> =>
  on(id, version, { do: 'reopen', comment }, 'Alert reopened.');
