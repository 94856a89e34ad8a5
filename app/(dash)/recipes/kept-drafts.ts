import type { RecipeDraft } from '@/lib/services/recipes/views/drafts';

/** The content of a draft and its revision. */
export type Kept = Pick<RecipeDraft, 'id' | 'revision' | 'baseVersion' | 'content' | 'name' | 'operation' | 'product'>;

/** The newest save of each draft in this browser tab: a page restored by “Back” is older than later edits. */
const saves = new Map<string, Kept>();

/** Browser only: called when the server has answered a save. */
export const rememberSave = (kept: Kept): void => void saves.set(kept.id, kept);

export const forgetSaves = (id: string): void => void saves.delete(id);

/** The draft of the page, or its later save from this tab. */
export function newestOf(draft: RecipeDraft | null): RecipeDraft | null {
  const kept = draft === null ? undefined : saves.get(draft.id);
  return draft !== null && kept !== undefined && kept.revision > draft.revision ? { ...draft, ...kept } : draft;
}
