'use client';
import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

/** A value kept in the address without a request to the server: the selected point, the kind of map, a switch. */
export function useUrlState(key: string): [string | null, (value: string | null) => void] {
  const params = useSearchParams();
  const set = useCallback(
    (value: string | null) => {
      const next = new URLSearchParams(window.location.search);
      if (value === null || value === '') next.delete(key);
      else next.set(key, value);
      const q = next.toString();
      window.history.replaceState(null, '', q ? `?${q}` : window.location.pathname);
    },
    [key],
  );
  return [params.get(key), set];
}
