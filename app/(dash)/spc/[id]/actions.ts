'use server';
import { revalidatePath } from 'next/cache';
import { changeChart, excludePoint, includePoint } from '@/lib/services/spc/change-chart';
import { type TriedChange, tryChange } from '@/lib/services/spc/limits/try-change';
import type { ChartChange } from '@/lib/services/spc/next-version';
import type { Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { type Acted, act, actFor } from '../../session';

/** Runs one verb that changes a chart. */
async function on<I extends { chart: string }>(verb: Verb<I, unknown>, input: I, done: string): Promise<ActionResult> {
  const result = await act(verb, input, done);
  revalidatePath(`/spc/${input.chart}`);
  return result;
}

/** A new version of the chart's limits or rules; `seen` is the version that the user saw. */
export async function saveChart(chart: string, seen: number, change: ChartChange, reason: string): Promise<ActionResult> {
  const { result } = await actFor(changeChart, { chart, seen, change, reason }, (o) =>
    o.kind === 'waits' ? 'The change waits for another engineer (SPC, Limits).' : `Version ${o.version} is in force from now on.`,
  );
  revalidatePath(`/spc/${chart}`);
  return result;
}

/** Cancels the planned version; `seen` is the newest version that the user saw. */
export async function cancelPlan(chart: string, seen: number, reason: string): Promise<ActionResult> {
  return on(
    changeChart,
    { chart, seen, change: { cancelScheduled: true }, reason },
    'The planned version is cancelled; what is in force goes on.',
  );
}

/** Excludes a point from limits and rules, or includes it again; both with a reason. */
export async function setExcluded(chart: string, record: string, isExcluded: boolean, reason: string): Promise<ActionResult> {
  return on(
    isExcluded ? excludePoint : includePoint,
    { chart, record, reason },
    isExcluded ? 'The point is excluded; it stays visible.' : 'The point counts again.',
  );
}

/** What a change would have done on the newest points; nothing is saved. */
export async function tryOnHistory(chart: string, change: ChartChange): Promise<Acted<TriedChange>> {
  return actFor(tryChange, { chart, change }, '');
}
