'use client';
import { useEffect, useRef, useState } from 'react';
import type { SiteSpectra } from '@/lib/services/spectra/views/curves';
import type { SpectrumView } from '@/lib/services/spectra/views/spectrum';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { fetchSiteSpectra } from '../actions';

export interface ChosenSite {
  index: number;
  choose: (index: number) => void;
  /** Null while loading. */
  curves: SiteSpectra | null;
  error: string | null;
}

/** The selected site: `site` in the address counts from 1, as the maps do. Its curves are fetched once. */
export function useChosenSite(d: SpectrumView): ChosenSite {
  const [text, setText] = useUrlState('site');
  const asked = Number(text) - 1;
  const index = text !== null && Number.isInteger(asked) && asked >= 0 && asked < d.sites.length ? asked : d.site.index;
  const [, redraw] = useState(0);
  const [error, setError] = useState<string | null>(null);
  const known = useRef(new Map<number, SiteSpectra>());
  known.current.set(d.site.index, d.site);
  const curves = known.current.get(index) ?? null;
  const { id } = d.head;
  useEffect(() => {
    if (known.current.has(index)) return;
    let isWanted = true;
    setError(null);
    fetchSiteSpectra(id, index).then(
      (s) => {
        known.current.set(index, s);
        if (isWanted) redraw((n) => n + 1);
      },
      () => {
        if (isWanted) setError('The curves of this site could not be read. Choose it again, or reload the page.');
      },
    );
    return () => {
      isWanted = false;
    };
  }, [id, index]);
  return { index, choose: (i) => (i >= 0 ? setText(String(i + 1)) : undefined), curves, error };
}
