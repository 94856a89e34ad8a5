import Link from 'next/link';
import type { SearchParams } from '../address';
import { PAGE_KEY } from './filter-fields';

/** The addresses of a list's first and next page, with its filters and its order; null where one is there already. */
export function pageHrefs(
  path: string,
  params: SearchParams,
  next: string | null,
): { first: string | null; next: string | null } {
  const kept = Object.entries(params).flatMap(([k, v]) => (typeof v === 'string' && k !== PAGE_KEY ? [[k, v]] : []));
  const at = (entries: readonly (readonly string[])[]): string => {
    const q = new URLSearchParams(entries as [string, string][]).toString();
    return q === '' ? path : `${path}?${q}`;
  };
  return {
    first: typeof params[PAGE_KEY] === 'string' ? at(kept) : null,
    next: next === null ? null : at([...kept, [PAGE_KEY, next]]),
  };
}

/** "300 charts", or which part of how many a page shows and what its headings order. */
export function pageNote(params: SearchParams, n: number, total: number, things: string, order: string): string {
  if (n === total) return `${total} ${things}`;
  const which = typeof params[PAGE_KEY] === 'string' ? `further ${n}` : `first ${n}`;
  return `${which} of ${total} ${things}, ${order}; a heading orders the rows of this page`;
}

/** Links to the other pages of a long list, at the head of its panel. */
export function ListPages({
  path,
  params,
  next,
  words = ['First', 'Next'],
}: {
  path: string;
  params: SearchParams;
  next: string | null;
  words?: readonly [string, string];
}) {
  const hrefs = pageHrefs(path, params, next);
  return (
    <>
      {hrefs.first === null ? null : (
        <Link prefetch={false} className="btn h-7! text-sm!" href={hrefs.first}>
          {words[0]}
        </Link>
      )}
      {hrefs.next === null ? null : (
        <Link prefetch={false} className="btn h-7! text-sm!" href={hrefs.next}>
          {words[1]}
        </Link>
      )}
    </>
  );
}
