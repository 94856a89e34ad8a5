import type { AuditRow } from '@/lib/services/system/views/audit';

const PAGES: Readonly<Record<string, string>> = {
  loop: '/control',
  chart: '/spc',
  alert: '/alerts',
  'metrology recipe': '/recipes',
};

/** The page of what an entry is about; null where it has none. A point of a chart is `chart/record`: its chart, with the point selected. */
export function auditHref({ entity, entityId }: Pick<AuditRow, 'entity' | 'entityId'>): string | null {
  if (entity === 'chart_point') {
    const [chart, record] = entityId.split('/');
    return `/spc/${chart}?point=${record ?? ''}`;
  }
  if (entity === 'specification') return specificationPage(entityId);
  const page = PAGES[entity];
  return page === undefined ? null : `${page}/${entityId}`;
}

function specificationPage(entityId: string): string | null {
  const [product, operation, parameter] = entityId.split(' · ');
  if (product === undefined || operation === undefined || parameter === undefined) return null;
  return `/spc/specifications?${new URLSearchParams({ product, operation, parameter })}`;
}
