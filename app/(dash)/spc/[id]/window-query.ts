import { param, type SearchParams } from '@/lib/ui/address';

/** The part of an address that says which window of a chart it shows. */
export function windowQuery(params: SearchParams): string {
  const kept = new URLSearchParams();
  for (const key of ['range', 'from', 'to']) {
    const v = param(params, key);
    if (v !== null) kept.set(key, v);
  }
  return kept.toString();
}
