'use server';
import type { ActionResult } from '@/lib/ui/action-result';
import { actOnPassword } from '../(dash)/session';

/** The password that its owner chooses in place of one that somebody else made. */
export async function choosePassword(current: string, next: string): Promise<ActionResult> {
  return actOnPassword(current, next, 'Your password is chosen.');
}
