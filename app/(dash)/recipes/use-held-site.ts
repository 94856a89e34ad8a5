'use client';
import { useRef, useState } from 'react';
import type { RecipeView } from '@/lib/services/views/recipes';
import type { HeldSite } from '@/lib/ui/recipes/draft-curves';
import type { PickedSite } from '@/lib/ui/recipes/measured-picker';
import { fetchMeasured } from './actions';

/** The measured site that a draft is held against. The answer to an older question is dropped. */
export function useHeldSite(d: RecipeView): PickedSite {
  const [held, setHeld] = useState<HeldSite | null>(null);
  const [isLoading, setLoading] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const asked = useRef(0);
  const choose = async (spectrumId: string | null, site: number): Promise<void> => {
    const mine = ++asked.current;
    setError(null);
    const from = d.recent.find((r) => r.spectrumId === spectrumId);
    if (!from) {
      setHeld(null);
      setLoading(false);
      return;
    }
    setLoading(true);
    try {
      const s = await fetchMeasured(from.spectrumId, site);
      if (mine !== asked.current) return;
      const { values, sigma, isStated } = s;
      const axis = d.axes[from.axis]!;
      setHeld({ spectrumId: from.spectrumId, site, axis, channels: from.channels, values, sigma: isStated ? sigma : null });
    } catch {
      if (mine === asked.current) setError('The measured values could not be fetched. Try again.');
    }
    if (mine === asked.current) setLoading(false);
  };
  return { held, isLoading, error, choose: (id, site) => void choose(id, site) };
}
