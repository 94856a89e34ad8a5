import type { ScreenFilter } from '@/lib/services/spc/views/list';
import { param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { readSort } from '@/lib/ui/components/table-sort';

/** The filters and the order of the list of charts and of its file, from the address. */
export function screenFilter(p: SearchParams, nowMs: number): Omit<ScreenFilter, 'limit' | 'after'> {
  const { fromMs, toMs } = timeWindow(p, nowMs, '7d');
  return {
    fromMs,
    toMs,
    area: param(p, 'area'),
    operation: param(p, 'operation'),
    product: param(p, 'product'),
    parameter: param(p, 'parameter'),
    onlySpecified: param(p, 'specified') === '1',
    tool: param(p, 'tool'),
    source: param(p, 'source'),
    kind: param(p, 'kind'),
    onlyOut: param(p, 'state') === 'out',
    onlyRetired: param(p, 'state') === 'retired',
    template: param(p, 'template'),
    order: readSort(param(p, 'sort')),
  };
}
