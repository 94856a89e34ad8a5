import { useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { ChartWindow } from './read-chart';
import { useChartPart } from './use-chart-part';
import { windowQuery } from './window-query';

export interface ShownWindow extends ChartWindow {
  readonly isPending: boolean;
  readonly failed: boolean;
  /** Shows a stretch; null: the time range of the page again. It becomes part of the address, and Back undoes it. */
  zoom(range: { readonly fromMs: number; readonly toMs: number } | null): void;
}

/**
 * The window of the address: what the page came with, or a finer one that is fetched while the marks before it stay.
 * @param page - as the server rendered it for `query`.
 */
export function useChartWindow(id: string, page: ChartWindow, query: string): ShownWindow {
  const params = useSearchParams();
  const wanted = windowQuery(Object.fromEntries(params));
  const href = wanted === query ? null : `/spc/${id}/window?${wanted}`;
  const part = useChartPart<ChartWindow>(href);
  const [last, setLast] = useState(page);
  const own = href === null ? page : part.of === href ? part.value : null;
  useEffect(() => {
    if (own !== null) setLast(own);
  }, [own]);
  return {
    ...(own ?? last),
    isPending: part.isPending,
    failed: part.failed,
    zoom: (range) => {
      const next = new URLSearchParams(window.location.search);
      for (const [key, ms] of [
        ['from', range?.fromMs],
        ['to', range?.toMs],
      ] as const)
        if (ms === undefined) next.delete(key);
        else next.set(key, new Date(ms).toISOString());
      const q = next.toString();
      window.history.pushState(null, '', q === '' ? window.location.pathname : `?${q}`);
    },
  };
}
