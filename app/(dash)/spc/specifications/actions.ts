'use server';
import { revalidatePath } from 'next/cache';
import { changeSpecification, type SpecificationKey } from '@/lib/services/spc/specification';
import type { SpecificationValues } from '@/lib/spc';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../../session';

/** A new version of a specification; `seen` is the version that the user saw. */
export async function saveSpecification(
  of: SpecificationKey,
  seen: number,
  values: SpecificationValues & { readonly confirmed: boolean },
  reason: string,
): Promise<ActionResult> {
  const result = await act(changeSpecification, { of, seen, reason, ...values }, `Version ${seen + 1} is in force from now on.`);
  revalidatePath('/spc', 'layout');
  return result;
}
