'use client';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useTransition } from 'react';
import { type FilterField, PAGE_KEY } from './filter-fields';
import { useToast } from './toast';

/** Reads and writes address parameters; every change is a new address that can be shared and undone by “Back”. */
export function useAddress(): {
  get: (key: string) => string | null;
  params: URLSearchParams;
  set: (patch: Readonly<Record<string, string | null>>, replace?: boolean) => void;
  /** The address that `set` would navigate to, for a link. */
  href: (patch: Readonly<Record<string, string | null>>) => string;
  isPending: boolean;
} {
  const router = useRouter();
  const path = usePathname();
  const params = useSearchParams();
  const [isPending, start] = useTransition();
  const hrefOf = (patch: Readonly<Record<string, string | null>>): string => {
    const next = new URLSearchParams(params);
    for (const [k, v] of Object.entries(patch)) {
      if (v === null || v === '') next.delete(k);
      else next.set(k, v);
    }
    const q = next.toString();
    return q ? `${path}?${q}` : path;
  };
  return {
    get: (key) => params.get(key),
    params,
    href: hrefOf,
    set: (patch, replace = false) => {
      const href = hrefOf(patch);
      start(() => (replace ? router.replace(href, { scroll: false }) : router.push(href, { scroll: false })));
    },
    isPending,
  };
}

const BUTTON = 'btn btn-quiet text-sm! h-7! px-2!';

/** The choices of a filter, and a value of the address that is none of them: what filters is always seen. */
function shownOptions(f: FilterField, value: string | null): FilterField['options'] {
  if (value === null || value === '' || f.options.some((o) => o.value === value)) return f.options;
  return [...f.options, { value, label: `${value} (unknown)` }];
}

/** Selects in a row; their state is the address. */
export function FilterBar({ fields, children }: { fields: readonly FilterField[]; children?: React.ReactNode }) {
  const address = useAddress();
  const toast = useToast();
  const used = fields.filter((f) => address.get(f.key) !== null);
  const share = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(window.location.href);
      toast('The address of this view is in the clipboard.', 'done');
    } catch {
      toast('The browser did not allow copying: copy it from the address bar.', 'error');
    }
  };
  return (
    <form
      className="flex flex-wrap items-center gap-2 mb-3 no-print"
      aria-label="Filters"
      onSubmit={(e) => e.preventDefault()}
      aria-busy={address.isPending}
    >
      {fields.map((f) => (
        <label key={f.key} className="flex items-center gap-1 text-sm text-ink-2">
          {f.label}
          <select
            aria-label={f.label}
            className={`field h-7! text-sm! max-w-44 ${address.get(f.key) !== null ? 'border-accent!' : ''}`}
            value={address.get(f.key) ?? f.fallback ?? ''}
            onChange={(e) =>
              address.set({ [f.key]: e.target.value === (f.fallback ?? '') ? null : e.target.value, [PAGE_KEY]: null })
            }
          >
            {f.all === null ? null : <option value="">{f.all ?? 'All'}</option>}
            {shownOptions(f, address.get(f.key)).map((o) => (
              <option key={o.value} value={o.value}>
                {o.label}
              </option>
            ))}
          </select>
        </label>
      ))}
      {children}
      {used.length > 0 ? (
        <button
          type="button"
          className={BUTTON}
          onClick={() => address.set({ ...Object.fromEntries(used.map((f) => [f.key, null])), [PAGE_KEY]: null })}
        >
          Clear
        </button>
      ) : null}
      <button type="button" className={BUTTON} onClick={() => void share()}>
        Share
      </button>
    </form>
  );
}
