'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useId, useRef, useState } from 'react';
import { useKeys } from '../hooks/use-keys';

export interface SearchHit {
  kind: string;
  title: string;
  detail: string;
  href: string;
  /** Not a hit: searches for more of this kind. */
  more?: string;
}

type Search = (q: string, kind: string | null) => Promise<SearchHit[]>;

/** Fewest letters to search for, and the delay after each letter, ms. */
const LEAST = 2;
const PAUSE_MS = 150;

/** Global search: a combobox; "/" focuses it, arrows choose, Enter opens, Escape leaves. */
export function SearchBox({ search }: { search: Search }) {
  const router = useRouter();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [q, setQ] = useState('');
  /** The kind that the search is limited to. */
  const [kind, setKind] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const { hits, failed, clear } = useHits(q, kind, search, setActive);
  useKeys({ '/': () => input.current?.focus() });
  const close = (): void => {
    setQ('');
    setKind(null);
    clear();
    input.current?.blur();
  };
  const open = (hit: SearchHit | undefined): void => {
    if (!hit) return;
    if (hit.more !== undefined) {
      setKind(hit.more);
      return;
    }
    close();
    router.push(hit.href);
  };
  const isOpen = q.trim().length >= LEAST && (hits !== null || failed);
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
        onChange={(e) => {
          setQ(e.target.value);
          setKind(null);
        }}
        onBlur={() => setTimeout(clear, PAUSE_MS)}
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
          {failed ? <div className="px-3 py-2 text-ink-2">The search did not answer. Try again in a moment.</div> : null}
          {hits?.length === 0 ? (
            <div className="px-3 py-2 text-ink-2">
              Nothing is called “{q.trim()}”. Lots look like A1043, wafers like A1043.07, tools like ETCH-03.
            </div>
          ) : null}
          {hits?.map((h, i) => (
            <Hit
              key={`${h.kind} ${h.href} ${h.title}`}
              id={`${id}-${i}`}
              hit={h}
              isActive={i === active}
              onPoint={() => setActive(i)}
              onOpen={() => open(h)}
            />
          ))}
        </div>
      ) : null}
    </div>
  );
}

interface HitProps {
  id: string;
  hit: SearchHit;
  isActive: boolean;
  onPoint: () => void;
  onOpen: () => void;
}

function Hit({ id, hit: h, isActive, onPoint, onOpen }: HitProps) {
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      className={`flex gap-2 px-3 py-1 cursor-pointer ${isActive ? 'bg-accent-wash' : ''}`}
      onMouseEnter={onPoint}
      onMouseDown={(e) => {
        e.preventDefault();
        onOpen();
      }}
    >
      <span className="tag self-center">{h.kind}</span>
      <span className="truncate">{h.title}</span>
      <span className="ml-auto text-ink-3 text-sm truncate">{h.detail}</span>
    </div>
  );
}

/** The hits of a text, shortly after it was typed; the answer to an older text is dropped. */
function useHits(
  q: string,
  kind: string | null,
  search: Search,
  choose: (index: number) => void,
): { hits: SearchHit[] | null; failed: boolean; clear: () => void } {
  const [hits, setHits] = useState<SearchHit[] | null>(null);
  const [failed, setFailed] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another `choose` must not repeat the search
  useEffect(() => {
    const text = q.trim();
    if (text.length < LEAST) {
      setHits(null);
      return;
    }
    let gone = false;
    const ask = async (): Promise<void> => {
      try {
        const found = await search(text, kind);
        if (gone) return;
        setHits(found);
        choose(0);
        setFailed(false);
      } catch {
        if (!gone) setFailed(true);
      }
    };
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [q, kind, search]);
  return { hits, failed, clear: () => setHits(null) };
}
