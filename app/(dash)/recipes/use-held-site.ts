'use client';
import { useState } from 'react';
import type { RecipeView } from '@/lib/services/recipes/views/recipes';
import { newestOnly } from '@/lib/ui/newest-only';
import type { HeldSite } from '@/lib/ui/recipes/draft-curves';
import type { PickedSite } from '@/lib/ui/recipes/measured-picker';
import { fetchMeasured } from './actions';

/** The measured site that a draft is compared with. The answer to an older request is dropped. */
export function useHeldSite(d: RecipeView): PickedSite {
  const [held, setHeld] = useState<HeldSite | null>(null);
  const [isLoading, setLoading] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [newest] = useState(newestOnly);
  const choose = async (spectrumId: string | null, site: number): Promise<void> => {
    setError(null);
    const from = d.recent.find((r) => r.spectrumId === spectrumId);
    setLoading(from !== undefined);
    try {
      const read = await newest(async () => (from === undefined ? 'none' : await fetchMeasured(from.spectrumId, site)));
      if (read === null) return;
      setHeld(from === undefined || read === 'none' ? null : heldOf(d, from, site, read));
    } catch {
      setError('The measured values could not be fetched. Try again.');
    }
    setLoading(false);
  };
  return { held, isLoading, error, choose: (id, site) => void choose(id, site) };
}

function heldOf(
  d: RecipeView,
  from: RecipeView['recent'][number],
  site: number,
  { values, sigma, isStated }: Awaited<ReturnType<typeof fetchMeasured>>,
): HeldSite {
  const { spectrumId, channels } = from;
  return { spectrumId, site, axis: d.axes[from.axis]!, channels, values, sigma: isStated ? sigma : null };
}
