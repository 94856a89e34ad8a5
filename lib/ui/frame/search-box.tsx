'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useId, useRef, useState } from 'react';
import { useKeys } from '../hooks/use-keys';

export interface SearchHit {
  kind: string;
  title: string;
  detail: string;
  href: string;
}

/** Global search: a combobox; "/" focuses it, arrows choose, Enter opens, Escape leaves. */
export function SearchBox({ search }: { search: (q: string) => Promise<SearchHit[]> }) {
  const router = useRouter();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [q, setQ] = useState('');
  const [hits, setHits] = useState<SearchHit[] | null>(null);
  const [active, setActive] = useState(0);
  const [failed, setFailed] = useState(false);
  const asked = useRef(0);
  useKeys({ '/': () => input.current?.focus() });
  useEffect(() => {
    const text = q.trim();
    const turn = ++asked.current;
    if (text.length < 2) {
      setHits(null);
      return;
    }
    const timer = setTimeout(() => {
      search(text).then(
        (found) => {
          if (asked.current !== turn) return;
          setHits(found);
          setActive(0);
          setFailed(false);
        },
        () => {
          if (asked.current === turn) setFailed(true);
        },
      );
    }, 150);
    return () => clearTimeout(timer);
  }, [q, search]);
  const close = (): void => {
    setQ('');
    setHits(null);
    input.current?.blur();
  };
  const open = (hit: SearchHit | undefined): void => {
    if (!hit) return;
    close();
    router.push(hit.href);
  };
  const isOpen = q.trim().length >= 2 && (hits !== null || failed);
  return (
    <div className="relative w-full max-w-[420px]">
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label="Search lots, wafers, tools, charts, loops, alerts"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && hits?.length ? `${id}-${active}` : undefined}
        className="field w-full"
        placeholder="Lot, wafer, tool, chart…   ( / )"
        value={q}
        onChange={(e) => setQ(e.target.value)}
        onBlur={() => setTimeout(() => setHits(null), 150)}
        onKeyDown={(e) => {
          if (e.key === 'Escape') close();
          else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
            e.preventDefault();
            const n = hits?.length ?? 0;
            if (n > 0) setActive((a) => (a + (e.key === 'ArrowDown' ? 1 : n - 1)) % n);
          } else if (e.key === 'Enter') open(hits?.[active]);
        }}
      />
      {isOpen ? (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label="Search results"
          className="absolute left-0 right-0 top-full mt-1 z-40 bg-surface border border-hairline-strong rounded max-h-96 overflow-auto py-1"
        >
          {failed ? <div className="px-3 py-2 text-ink-2">The search could not be asked. Try again in a moment.</div> : null}
          {hits?.length === 0 ? (
            <div className="px-3 py-2 text-ink-2">
              Nothing is called “{q.trim()}”. Lots look like A1043, wafers like A1043.07, tools like ETCH-03.
            </div>
          ) : null}
          {hits?.map((h, i) => (
            <div
              key={h.href + h.title}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === active}
              className={`flex gap-2 px-3 py-1 cursor-pointer ${i === active ? 'bg-accent-wash' : ''}`}
              onMouseEnter={() => setActive(i)}
              onMouseDown={(e) => {
                e.preventDefault();
                open(h);
              }}
            >
              <span className="tag self-center">{h.kind}</span>
              <span className="truncate">{h.title}</span>
              <span className="ml-auto text-ink-3 text-sm truncate">{h.detail}</span>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
