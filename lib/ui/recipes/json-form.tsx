'use client';
import { useId, useRef, useState } from 'react';
import { fileName } from '../csv';
import { downloadText } from '../export';
import type { Draft } from './draft';
import { useDraft } from './draft-context';
import { KIND_WORDS } from './templates';

const textOf = (draft: Draft): string => JSON.stringify(draft, null, 2);

function hasShape(v: Draft | null): boolean {
  const roles =
    Array.isArray(v?.parameters) &&
    v.parameters.every((p) => p?.role?.kind && (p.role.kind !== 'tied' || Array.isArray(p.role.terms)));
  return (
    roles && Array.isArray(v?.channels) && v.channels.every((c) => c?.sigma) && Object.hasOwn(KIND_WORDS, String(v?.sample?.kind))
  );
}

/** The draft as text: for changes that are quicker typed than clicked, and for files. */
export function JsonForm({ name }: { name: string }) {
  const { draft, replace, issues, mayEdit } = useDraft();
  const [typed, setTyped] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const id = useId();
  const take = (text: string): void => {
    setTyped(text);
    try {
      const value = JSON.parse(text) as Draft;
      // The form needs the structure; the values of the fields are judged like all others.
      if (!hasShape(value))
        setError('This is not a recipe: sample, parameters and channels are missing. The form keeps the last one.');
      else {
        setError(null);
        replace(value);
      }
    } catch (e) {
      setError(`${(e as Error).message}. The form keeps the last text that was valid.`);
    }
  };
  return (
    <div>
      <div className="flex items-center gap-2 mb-1">
        <label htmlFor={id} className="font-semibold">
          Recipe as JSON
        </label>
        <span className="ml-auto flex gap-2">
          <button type="button" className="btn h-6! px-2! text-sm!" disabled={!mayEdit} onClick={() => file.current?.click()}>
            Import a file…
          </button>
          <button
            type="button"
            className="btn h-6! px-2! text-sm!"
            onClick={() => downloadText(fileName(`recipe ${name}`, 'json'), textOf(draft), 'application/json')}
          >
            Export
          </button>
        </span>
      </div>
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        className="hidden"
        aria-label="Recipe file"
        onChange={async (e) => {
          const f = e.target.files?.[0];
          e.target.value = '';
          if (f) take(await f.text());
        }}
      />
      <textarea
        id={id}
        className="field w-full font-mono text-sm"
        rows={28}
        spellCheck={false}
        value={typed ?? textOf(draft)}
        readOnly={!mayEdit}
        aria-invalid={error !== null || issues.length > 0}
        onChange={(e) => take(e.target.value)}
        onBlur={() => {
          if (error === null) setTyped(null);
        }}
      />
      {error ? (
        <p role="alert" className="text-sm status-out">
          <span aria-hidden="true">■ </span>
          {error}
        </p>
      ) : null}
      {error === null && issues.length > 0 ? (
        <ul className="text-sm status-out">
          {issues.slice(0, 20).map((i) => (
            <li key={`${i.path} ${i.message}`}>
              <span aria-hidden="true">■ </span>
              <code>{i.path || 'recipe'}</code>
              {`: ${i.message}`}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
