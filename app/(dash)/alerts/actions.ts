'use server';
import { revalidatePath } from 'next/cache';
import { type AlertAction, actOnAlert } from '@/lib/services/alerts/actions';
import { asSent } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

async function on(alert: string, seen: number | null, action: AlertAction, done: string): Promise<ActionResult> {
  const result = await act(actOnAlert, { alert, seen, action }, done);
  revalidatePath('/alerts', 'layout');
  return result;
}

export const acknowledgeAlert = async (id: string, seen: number | null, comment: string): Promise<ActionResult> =>
  on(id, seen, { do: 'acknowledge', ...(comment ? { comment } : {}) }, 'Acknowledged.');

export const commentOnAlert = async (id: string, seen: number, comment: string): Promise<ActionResult> =>
  on(id, seen, { do: 'comment', comment }, 'Comment added.');

export const assignAlert = async (id: string, seen: number, assignee: string | null): Promise<ActionResult> =>
  on(id, seen, { do: 'assign', assignee }, assignee === null ? 'Assigned to nobody.' : `Assigned to ${assignee}.`);

export const closeAlert = async (
  id: string,
  seen: number,
  input: { cause: string; action: string; disposition: string },
): Promise<ActionResult> => on(id, seen, asSent({ do: 'close', ...input }), 'Alert closed.');

export const reopenAlert = async (id: string, seen: number, comment: string): Promise<ActionResult> =>
  on(id, seen, { do: 'reopen', comment }, 'Alert reopened.');
