import { useEffect, useState } from 'react';
import { unpackedJson } from '@/lib/ui/typed-json';

export interface ChartPart<T> {
  /** The newest that arrived; of the address before while another is on its way. */
  readonly value: T | null;
  /** The address that `value` is of. */
  readonly of: string | null;
  readonly isPending: boolean;
  readonly failed: boolean;
}

/**
 * A part of a chart's page, fetched when its address changes: a new request ends the one before it, and what is shown stays until the new part is there.
 * @param href - null: nothing is wanted.
 */
export function useChartPart<T>(href: string | null): ChartPart<T> {
  const [got, setGot] = useState<{ readonly of: string; readonly value: T } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    if (href === null) return;
    const asked = new AbortController();
    setFailed(null);
    void (async () => {
      try {
        const answer = await fetch(href, { signal: asked.signal });
        if (!answer.ok) throw new Error(`answer ${answer.status}`);
        const value = unpackedJson<T>(await answer.text());
        if (!asked.signal.aborted) setGot({ of: href, value });
      } catch {
        if (!asked.signal.aborted) setFailed(href); // an ended request is no failure
      }
    })();
    return () => asked.abort();
  }, [href]);
  const isFailed = href !== null && failed === href;
  return {
    value: got?.value ?? null,
    of: got?.of ?? null,
    isPending: href !== null && got?.of !== href && !isFailed,
    failed: isFailed,
  };
}
