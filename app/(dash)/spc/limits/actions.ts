'use server';
import { revalidatePath } from 'next/cache';
import { approveLimits, confirmFirstLimits, rejectLimits } from '@/lib/services/spc/limits/decide';
import { changeLimitPolicy, type LimitPolicy } from '@/lib/services/spc/limits/policy';
import { proposeLimits, type StoredOptions } from '@/lib/services/spc/limits/propose';
import type { ActionResult } from '@/lib/ui/action-result';
import { act, actFor } from '../../session';

/** What a decision changes is on every page of the charts. */
function shown(result: ActionResult): ActionResult {
  revalidatePath('/spc', 'layout');
  return result;
}

/** Asks for a study of a chart's history. */
export async function askForLimits(chart: string, options: StoredOptions, reason: string): Promise<ActionResult> {
  return shown(
    await act(
      proposeLimits,
      { charts: [chart], options, reason },
      'The study is being computed; its proposal comes to SPC, Limits.',
    ),
  );
}

/** Puts a proposal in force. */
export async function approve(proposal: string, reason: string): Promise<ActionResult> {
  const { result } = await actFor(approveLimits, { proposal, reason }, (v) => `Version ${v.version} is in force from now on.`);
  return shown(result);
}

/** Ends a proposal without a change. */
export async function reject(proposal: string, reason: string): Promise<ActionResult> {
  const { result } = await actFor(rejectLimits, { proposal, reason }, (state) => `The proposal is ${state}; nothing changes.`);
  return shown(result);
}

/** Confirms the first limits of charts. */
export async function confirmFirst(charts: readonly string[], reason: string): Promise<ActionResult> {
  const { result } = await actFor(confirmFirstLimits, { charts: [...charts], reason }, (n) =>
    n === 1 ? 'The first limits of one chart are confirmed.' : `The first limits of ${n} charts are confirmed.`,
  );
  return shown(result);
}

/** Changes how limits come into force. */
export async function savePolicy(
  seen: number,
  policy: Pick<LimitPolicy, 'secondPerson' | 'firstLimits'>,
  reason: string,
): Promise<ActionResult> {
  return shown(await act(changeLimitPolicy, { seen, ...policy, reason }, 'From now on limits come into force like this.'));
}
