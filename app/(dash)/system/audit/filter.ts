import type { AuditFilter } from '@/lib/services/system/views/audit';
import { param, type SearchParams, timeWindow } from '@/lib/ui/address';

/** The filter of the audit page and of its export. */
export function auditFilter(p: SearchParams, now: number): AuditFilter {
  const { fromMs, toMs } = timeWindow(p, now, '7d');
  // The window ends now, including entries of this very millisecond.
  return {
    actor: param(p, 'actor'),
    entity: param(p, 'entity'),
    action: param(p, 'action'),
    id: param(p, 'id'),
    fromMs,
    toMs: toMs + 1,
  };
}
