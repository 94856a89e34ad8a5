'use client';
import type { RecipeView } from '@/lib/services/recipes/views/recipes';
import { Panel } from '@/lib/ui/components/panel';

/** Which wafers a recipe is for; fixed once it exists. */
export interface Identity {
  name: string;
  operation: string;
  product: string | null;
}

export interface NewIdentityProps {
  lists: RecipeView['lists'];
  value: Identity;
  onChange: (next: Identity) => void;
}

/** Name, operation and product of a recipe that does not exist yet. */
export function NewIdentity({ lists, value, onChange }: NewIdentityProps) {
  return (
    <Panel title="What it measures" note="fixed once the recipe is saved" className="mb-3">
      <div className="grid grid-cols-3 gap-3 max-w-[900px]">
        <label className="block">
          <span className="label mb-0.5!">Name, as stations send it</span>
          <input
            className="field w-full"
            value={value.name}
            maxLength={120}
            onChange={(e) => onChange({ ...value, name: e.target.value })}
          />
        </label>
        <label className="block">
          <span className="label mb-0.5!">Operation</span>
          <select
            className="field w-full"
            value={value.operation}
            onChange={(e) => onChange({ ...value, operation: e.target.value })}
          >
            {lists.operations.map((o) => (
              <option key={o} value={o}>
                {o}
              </option>
            ))}
          </select>
        </label>
        <label className="block">
          <span className="label mb-0.5!">Product</span>
          <select
            className="field w-full"
            value={value.product ?? ''}
            onChange={(e) => onChange({ ...value, product: e.target.value === '' ? null : e.target.value })}
          >
            <option value="">all products</option>
            {lists.products.map((p) => (
              <option key={p} value={p}>
                {p}
              </option>
            ))}
          </select>
        </label>
      </div>
    </Panel>
  );
}
