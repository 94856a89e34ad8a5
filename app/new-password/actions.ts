'use server';
import type { ActionResult } from '@/lib/ui/action-result';
import { actOnPassword } from '../(dash)/session';

/** The password that a user chooses in place of one that an administrator set. */
export async function choosePassword(current: string, next: string): Promise<ActionResult> {
  return actOnPassword(current, next, 'Your password is chosen.');
}
