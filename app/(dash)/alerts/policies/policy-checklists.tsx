'use client';
import Link from 'next/link';
import { ChoiceField } from '@/lib/ui/components/text-field';

/** The checklists of a policy in their order: the first that fits an alert is its own. */
export function PolicyChecklists({
  all,
  chosen,
  needed,
  onChange,
}: {
  /** In force. */
  all: readonly { id: string; name: string }[];
  chosen: readonly string[];
  needed: boolean;
  onChange: (chosen: readonly string[], needed: boolean) => void;
}) {
  const nameOf = (id: string): string => all.find((c) => c.id === id)?.name ?? 'retired checklist';
  const without = (id: string): string[] => chosen.filter((c) => c !== id);
  return (
    <fieldset className="mt-3">
      <legend className="font-semibold text-sm text-ink-2 mb-1">Checklists, the first that fits an alert is its own</legend>
      <ol className="text-sm">
        {chosen.map((id, i) => (
          <li key={id} className="flex items-center gap-2">
            <span>{`${i + 1}. ${nameOf(id)}`}</span>
            <button
              type="button"
              className="btn btn-quiet h-6! text-sm!"
              aria-label={`Ask ${nameOf(id)} first`}
              disabled={i === 0}
              onClick={() => onChange([id, ...without(id)], needed)}
            >
              first
            </button>
            <button
              type="button"
              className="btn btn-quiet h-6! text-sm!"
              aria-label={`Leave ${nameOf(id)} out`}
              onClick={() => onChange(without(id), needed)}
            >
              ✕
            </button>
          </li>
        ))}
      </ol>
      {all.length === 0 ? (
        <p className="text-sm text-ink-2">
          No checklist is in force.{' '}
          <Link prefetch={false} className="link" href="/alerts/checklists">
            Make one
          </Link>
        </p>
      ) : (
        <div className="w-64">
          <ChoiceField
            label="Add a checklist"
            value=""
            onText={(id) => (id === '' ? undefined : onChange([...chosen, id], needed))}
            options={[
              { value: '', label: 'Choose…' },
              ...all.filter((c) => !chosen.includes(c.id)).map((c) => ({ value: c.id, label: c.name })),
            ]}
          />
        </div>
      )}
      <label className="mt-1 flex items-center gap-2 text-sm">
        <input type="checkbox" checked={needed} onChange={(e) => onChange(chosen, e.target.checked)} />
        An alert is closed only after its checklist is finished.
      </label>
    </fieldset>
  );
}
