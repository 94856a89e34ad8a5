import { expect, test } from 'vitest';
import type { RecipeDraft } from '@/lib/services/recipes/views/drafts';
import { TEMPLATES } from '@/lib/ui/recipes/templates';
import { forgetSaves, newestOf, rememberSave } from './kept-drafts';

const draft: RecipeDraft = {
  id: 'd1',
  recipeId: 'r1',
  name: 'HFO2-SE',
  operation: 'DEP',
  product: null,
  baseVersion: 1,
  content: TEMPLATES[0]!.content,
  revision: 3,
  author: 'ana',
  state: 'draft',
  reason: null,
  updatedMs: 0,
  decidedBy: null,
  decisionReason: null,
  trial: null,
};

test('a page that is shown again has the draft as it was last saved from here, and never an older one', () => {
  const { id, name, operation, product, baseVersion } = draft;
  const content = TEMPLATES[1]!.content;
  rememberSave({ id, name, operation, product, baseVersion, content, revision: 5 });
  expect(newestOf(draft)).toEqual({ ...draft, content, revision: 5 });
  expect(newestOf({ ...draft, revision: 6 })?.content).toBe(draft.content);
  expect(newestOf({ ...draft, id: 'd2' })?.revision).toBe(3);
  expect(newestOf(null)).toBeNull();
  forgetSaves('d1');
  expect(newestOf(draft)).toBe(draft);
});
