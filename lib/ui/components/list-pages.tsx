import Link from 'next/link';
import type { ReactNode } from 'react';
import type { SearchParams } from '../address';
import { PAGE_KEY } from './filter-fields';

const addressOf = (path: string, entries: readonly (readonly [string, string])[]): string => {
  const q = new URLSearchParams(entries.map(([k, v]) => [k, v])).toString();
  return q === '' ? path : `${path}?${q}`;
};

/** Filters and order of a list, without its page. */
const kept = (params: SearchParams): (readonly [string, string])[] =>
  Object.entries(params).flatMap(([k, v]) => (typeof v === 'string' && k !== PAGE_KEY ? [[k, v] as const] : []));

const isLater = (params: SearchParams): boolean => typeof params[PAGE_KEY] === 'string';

/** The address of a list's first page, with its filters and its order. */
export const firstPage = (path: string, params: SearchParams): string => addressOf(path, kept(params));

/** The addresses of a list's first and next page; null on the first and on the last page. */
export const pageHrefs = (
  path: string,
  params: SearchParams,
  next: string | null,
): { first: string | null; next: string | null } => ({
  first: isLater(params) ? firstPage(path, params) : null,
  next: next === null ? null : addressOf(path, [...kept(params), [PAGE_KEY, next]]),
});

/** Shown for a later page without rows: its rows are gone, and only the first page says whether anything matches. Null on the first page. */
export const emptyPage = (path: string, params: SearchParams): ReactNode =>
  isLater(params) ? (
    <>
      This page is empty: what stood here has changed or gone meanwhile.{' '}
      <Link prefetch={false} className="link" href={firstPage(path, params)}>
        First page
      </Link>
    </>
  ) : null;

/**
 * "300 charts", or which part of the total a page shows and what its headings sort.
 * @param sorts - whether a heading orders the rows of the page alone, or the whole list.
 */
export function pageNote(
  params: SearchParams,
  n: number,
  total: number,
  things: string,
  order: string,
  sorts: 'page' | 'list' = 'page',
): string {
  if (n === total) return `${total} ${things}`;
  const which = isLater(params) ? `further ${n}` : `first ${n}`;
  return `${which} of ${total} ${things}, ${order}; a heading orders ${sorts === 'page' ? 'the rows of this page' : 'all of them'}`;
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
