'use server';
import { revalidatePath } from 'next/cache';
import { changeChart, excludePoint, includePoint } from '@/lib/services/spc/change-chart';
import type { ChartChange } from '@/lib/services/spc/next-version';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../../session';

/** A new version of the chart's limits or rules; `seen` is the version the person looked at. */
export async function saveChart(id: string, seen: number, change: ChartChange, reason: string): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => changeChart(id, seen, change, reason, actor.email, Date.now()),
    `Version ${seen + 1} is in force from now on.`,
  );
  if (result.ok) revalidatePath(`/spc/${id}`);
  return result;
}

/** Ends the version that is planned and has not begun; `seen` is the newest version the person looked at. */
export async function cancelPlan(id: string, seen: number, reason: string): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => changeChart(id, seen, { cancelScheduled: true }, reason, actor.email, Date.now()),
    'The planned version is cancelled; what is in force goes on.',
  );
  if (result.ok) revalidatePath(`/spc/${id}`);
  return result;
}

/** Leaves a point out of limits and rules, or takes it back in; both with a reason. */
export async function setExcluded(id: string, recordId: string, isExcluded: boolean, reason: string): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => (isExcluded ? excludePoint : includePoint)(id, recordId, reason, actor.email),
    isExcluded ? 'The point is excluded; it stays visible.' : 'The point counts again.',
  );
  if (result.ok) revalidatePath(`/spc/${id}`);
  return result;
}
