import type { PoliciesView } from '@/lib/services/alerts/views/policies';
import type { Codes } from './step-editor';

/** Codes in use of any area, each once: what an end may suggest. The dialog of an alert takes those that its area has. */
export function usableCodes(codes: PoliciesView['codes']): Codes[] {
  const seen = new Map<string, Codes>();
  for (const c of codes)
    if (c.retiredMs === null && !seen.has(`${c.kind} ${c.code}`))
      seen.set(`${c.kind} ${c.code}`, { kind: c.kind, code: c.code, label: c.label });
  return [...seen.values()];
}
