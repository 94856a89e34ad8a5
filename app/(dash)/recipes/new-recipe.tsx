'use client';
import { useRouter } from 'next/navigation';
import { useId, useState } from 'react';
import { Dialog } from '@/lib/ui/components/dialog';
import { TEMPLATES } from '@/lib/ui/recipes/templates';

/** Chooses the starting point of a new recipe; it is edited before its first save. */
export function NewRecipe({ may, recipes }: { may: boolean; recipes: readonly { id: string; name: string }[] }) {
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState(TEMPLATES[0]!.key);
  const router = useRouter();
  const id = useId();
  return (
    <>
      {may ? null : <span className="text-sm text-ink-2">New recipes need the engineer role</span>}
      <button type="button" className="btn btn-primary" disabled={!may} onClick={() => setOpen(true)}>
        New recipe…
      </button>
      <Dialog open={open} onClose={() => setOpen(false)} title="New recipe">
        <form
          onSubmit={(e) => {
            e.preventDefault();
            router.push(`/recipes/new?from=${encodeURIComponent(from)}`);
          }}
        >
          <label className="label" htmlFor={id}>
            Start from
          </label>
          <select id={id} className="field w-full" value={from} onChange={(e) => setFrom(e.target.value)}>
            <optgroup label="Templates">
              {TEMPLATES.map((t) => (
                <option key={t.key} value={t.key}>
                  {t.label}
                </option>
              ))}
            </optgroup>
            {recipes.length > 0 ? (
              <optgroup label="A copy of">
                {recipes.map((r) => (
                  <option key={r.id} value={r.id}>
                    {r.name}
                  </option>
                ))}
              </optgroup>
            ) : null}
          </select>
          <p className="text-sm text-ink-2 mt-2">It opens in the editor as a draft; nothing is used until it is put in use.</p>
          <div className="flex justify-end gap-2 mt-3">
            <button type="button" className="btn" onClick={() => setOpen(false)}>
              Cancel
            </button>
            <button type="submit" className="btn btn-primary">
              Open in the editor
            </button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
