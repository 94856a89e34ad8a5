import { ComparisonTable } from '@/lib/ui/control/comparison-table';
import type { RecipeChange } from '@/lib/ui/recipes/recipe-diff';

/** The fields in which a draft differs from the version it is based on. */
export function Differences({ version, changes }: { version: number; changes: readonly RecipeChange[] }) {
  if (changes.length === 0) return null;
  return (
    <div className="max-h-64 overflow-auto">
      <ComparisonTable
        caption="What the draft changes"
        corner="Field"
        columns={[{ label: `Version ${version}` }, { label: 'Draft' }]}
        rows={changes.map((c) => ({ name: c.label, cells: [c.from, c.to] }))}
        draft
      />
    </div>
  );
}
