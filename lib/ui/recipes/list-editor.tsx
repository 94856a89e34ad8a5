'use client';
import type { ReactNode } from 'react';
import { moved, valueAt } from './draft';
import { useDraft } from './draft-context';
import { GroupIssue } from './fields';

export interface ListEditorProps {
  path: string;
  title: string;
  /** "film": the name of one entry. */
  one: string;
  /** The meaning of the order: "top to bottom". */
  order?: string;
  least?: number;
  make: () => unknown;
  children: (path: string, index: number) => ReactNode;
}

/** A list of the recipe: add, remove, move; each entry shows its own fields. */
export function ListEditor({ path, title, one, order, least = 0, make, children }: ListEditorProps) {
  const { draft, set, mayEdit } = useDraft();
  const list = (valueAt(draft, path) as readonly { name?: string }[] | undefined) ?? [];
  const nameOf = (i: number): string => `${one} ${list[i]?.name || i + 1}`;
  return (
    <fieldset className="min-w-0">
      <legend className="flex w-full items-baseline gap-2 py-1 font-semibold">
        {title}
        {order ? <span className="text-sm font-normal text-ink-2">{order}</span> : null}
        <button
          type="button"
          className="link ml-auto text-sm font-normal"
          disabled={!mayEdit}
          onClick={() => set(path, [...list, make()])}
        >
          {`Add ${one}`}
        </button>
      </legend>
      <GroupIssue path={path} />
      <ol>
        {list.map((_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an entry is its index; its fields follow the draft
          <li key={i} className="border-t border-hairline py-2 flex gap-2">
            <div className="min-w-0 flex-1">{children(`${path}.${i}`, i)}</div>
            <span className="flex flex-col items-center justify-start text-ink-3 leading-4">
              <Small label={`Move ${nameOf(i)} up`} off={!mayEdit || i === 0} onClick={() => set(path, moved(list, i, i - 1))}>
                ↑
              </Small>
              <Small
                label={`Move ${nameOf(i)} down`}
                off={!mayEdit || i === list.length - 1}
                onClick={() => set(path, moved(list, i, i + 1))}
              >
                ↓
              </Small>
              <Small
                label={`Remove ${nameOf(i)}`}
                off={!mayEdit || list.length <= least}
                onClick={() =>
                  set(
                    path,
                    list.filter((__, k) => k !== i),
                  )
                }
              >
                ✕
              </Small>
            </span>
          </li>
        ))}
      </ol>
    </fieldset>
  );
}

function Small({ label, off, onClick, children }: { label: string; off: boolean; onClick: () => void; children: string }) {
  return (
    <button
      type="button"
      className="px-1 min-w-6 min-h-6 hover:text-ink disabled:opacity-40"
      aria-label={label}
      title={label}
      disabled={off}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
