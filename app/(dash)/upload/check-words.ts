import type { CsvPreview } from '@/lib/services/ingest/upload';
import { plural } from '@/lib/ui/format';

type Checked = Pick<CsvPreview, 'kept' | 'repeated' | 'refused' | 'faultTotal'>;

/** What an upload of the file would do, by the checks of ingestion. */
export function checkWords(p: Checked): string {
  const there = p.repeated > 0 ? `, ${plural(p.repeated, 'wafer')} stored already` : '';
  return `${plural(p.kept, 'wafer')} can be kept${there}, ${plural(p.refused, 'wafer')} refused, ${plural(p.faultTotal, 'kind')} of fault`;
}

/** Whether the checked file can be uploaded, the label of the button, and why not. @param p - null while it is being checked. */
export function uploadState(p: Checked | null, mode: string): { isPossible: boolean; words: string; why: string | null } {
  if (p === null) return { isPossible: false, words: 'Checking…', why: null };
  const words = `Upload ${plural(p.kept, 'wafer')}`;
  if (p.kept + p.repeated === 0) return { isPossible: false, words, why: 'No wafer can be kept: see what is wrong above.' };
  if (mode === 'atomic' && p.faultTotal > 0)
    return {
      isPossible: false,
      words,
      why: `All or nothing: ${plural(p.refused, 'wafer')} would be refused, so none would be kept.`,
    };
  return { isPossible: true, words, why: null };
}
