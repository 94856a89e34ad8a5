import type { RecipeDraft } from '@/lib/services/recipes/views/drafts';

/** What a draft consists of, and how often it was saved. */
export type Kept = Pick<RecipeDraft, 'id' | 'revision' | 'baseVersion' | 'content' | 'name' | 'operation' | 'product'>;

/** The newest save of each draft that this browser tab made: a page that “Back” shows again is older than what was typed on it since. */
const saves = new Map<string, Kept>();

/** Only of the browser: it is called when the server has answered a save. */
export const rememberSave = (kept: Kept): void => void saves.set(kept.id, kept);

export const forgetSaves = (id: string): void => void saves.delete(id);

/** The draft as the page has it, or as it was saved from here since. */
export function newestOf(draft: RecipeDraft | null): RecipeDraft | null {
  const kept = draft === null ? undefined : saves.get(draft.id);
  return draft !== null && kept !== undefined && kept.revision > draft.revision ? { ...draft, ...kept } : draft;
}
