'use server';
import { revalidatePath } from 'next/cache';
import { saveMapping } from '@/lib/services/ingest/upload';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

export async function keepMapping(name: string, mapping: unknown, headerLine: number): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => saveMapping(name, mapping, headerLine, actor.email),
    `The mapping is saved for everyone, with the names of the columns in line ${headerLine}.`,
  );
  revalidatePath('/upload');
  return result;
}
