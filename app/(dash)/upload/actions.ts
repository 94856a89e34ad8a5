'use server';
import { revalidatePath } from 'next/cache';
import { type CsvMapping, saveMapping } from '@/lib/services/ingest/upload';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

export async function keepMapping(name: string, mapping: CsvMapping, headerLine: number): Promise<ActionResult> {
  const result = await act(
    saveMapping,
    { name, mapping, headerLine },
    `The mapping is saved for everyone, with the names of the columns in line ${headerLine}.`,
  );
  revalidatePath('/upload');
  return result;
}
