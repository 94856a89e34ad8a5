'use server';
import { revalidatePath } from 'next/cache';
import { applyRuleSet } from '@/lib/services/spc/rules/apply';
import type { RuleSetDraft } from '@/lib/services/spc/rules/content';
import { previewRuleSet, type SetPreview } from '@/lib/services/spc/rules/preview';
import { restoreRuleSet, retireRuleSet, saveRuleSet } from '@/lib/services/spc/rules/save';
import type { ActionResult } from '@/lib/ui/action-result';
import { act, actFor } from '../../session';
import type { Previewed } from '../templates/actions';

/** What a set as it is typed costs. @param shift - sigmas of a plotted point. */
export async function previewSet(set: string | null, content: RuleSetDraft, shift: number): Promise<Previewed<SetPreview>> {
  const { result, value } = await actFor(previewRuleSet, { set, content, shift }, '');
  return result.ok ? { value, error: null, field: null } : { value: null, error: result.error, field: result.field ?? null };
}

/** Saves a set; the answer has its id. */
export async function saveSet(
  set: string | null,
  seen: number,
  name: string,
  content: RuleSetDraft,
  reason: string,
): Promise<{ result: ActionResult; id: string | null }> {
  const { result, value } = await actFor(
    saveRuleSet,
    { set, seen, name, content, reason },
    (s) => `Version ${s.version} is saved; charts that use the set keep their version until it is applied.`,
  );
  revalidatePath('/', 'layout');
  return { result, id: value?.id ?? null };
}

/** Brings the charts and templates of earlier versions to the newest one. @param charts - how many the person saw. */
export async function applySet(set: string, seen: number, charts: number, reason: string): Promise<ActionResult> {
  const { result } = await actFor(
    applyRuleSet,
    { set, seen, charts, reason },
    (a) => `Version ${a.version} judges ${a.charts} charts from now on; ${a.templates} templates make charts by it.`,
  );
  revalidatePath('/spc', 'layout');
  return result;
}

/** Retires a set, or takes it back. */
export async function setSetRetired(set: string, seen: number, retired: boolean, reason: string): Promise<ActionResult> {
  const result = await act(
    retired ? retireRuleSet : restoreRuleSet,
    { set, seen, reason },
    retired ? 'The set is retired; charts that use it keep judging by it.' : 'The set may be chosen again.',
  );
  revalidatePath('/', 'layout');
  return result;
}
