import type { Metadata } from 'next';
import { fabLists } from '@/lib/services/spc/views/list';
import { waferGallery } from '@/lib/services/wafers/views/list';
import { integer, param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { timeRangeField } from '@/lib/ui/components/filter-fields';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { type FactValue, windowFacts } from '@/lib/ui/facts';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { GalleryView } from './gallery-view';

export const metadata: Metadata = { title: 'Wafers' };

const LIMIT = 60;

/** The filters in words, so that a picture says what it leaves out. */
const galleryFacts = (p: SearchParams, time: readonly FactValue[]): FactValue[] => [
  ...(['product', 'tool', 'lot', 'slot'] as const).map((key): FactValue => [key, param(p, key)]),
  ...time,
];

export default async function WafersPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await pageActor('/wafers');
  const p = await searchParams;
  const now = Date.now();
  const { fromMs, toMs } = timeWindow(p, now, '30d');
  const lot = param(p, 'lot');
  const slot = integer(p, 'slot', 0, 1, 25);
  const [operation, parameter] = (param(p, 'what') ?? '').split('~');
  const [view, lists] = await Promise.all([
    waferGallery({
      fromMs,
      toMs,
      operation: operation || null,
      parameter: parameter || null,
      product: param(p, 'product'),
      tool: param(p, 'tool'),
      lot,
      slot: lot !== null && slot > 0 ? slot : null,
      limit: LIMIT,
    }),
    fabLists(),
  ]);
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  const only = view.groups.length === 1 ? view.groups[0] : undefined;
  const shown = only ? `${only.operation}~${only.parameter}` : operation ? `${operation}~${parameter ?? ''}` : '';
  const pairs = view.pairs.map((q) => ({
    value: `${q.operation}~${q.parameter}`,
    label: `${q.operation} ${q.parameter} (${q.n})`,
  }));
  return (
    <>
      <LiveRefresh topics={['measurement']} everyMs={20_000} />
      <PageHead
        title={lot === null ? 'Wafers' : `Wafers of ${lot}${slot > 0 ? `, slot ${slot}` : ''}`}
        sub={
          lot === null
            ? 'Measured wafers, newest lot first, all on one colour range'
            : 'Every measured step of the lot, newest first; each quantity on its own colour range'
        }
      />
      <FilterBar
        fields={[
          ...(lot === null ? [timeRangeField('30d')] : []),
          {
            key: 'what',
            label: 'Measured',
            options:
              pairs.some((q) => q.value === shown) || shown === ''
                ? pairs
                : [{ value: shown, label: shown.replace('~', ' ') }, ...pairs],
            ...(lot === null ? { fallback: shown, all: null } : {}),
          },
          { key: 'product', label: 'Product', options: options(lists.products) },
          { key: 'tool', label: 'Tool', options: options(lists.tools.map((t) => t.name)) },
          ...(lot === null ? [] : [{ key: 'lot', label: 'Lot', options: options([lot]) }]),
          ...(slot > 0 && lot !== null ? [{ key: 'slot', label: 'Slot', options: options([String(slot)]) }] : []),
        ]}
      />
      {view.groups.length === 0 ? (
        <Panel
          title="Measured wafers"
          empty="No measured wafer matches. Take a longer time range or clear a filter; wafers appear as their measurements are ingested."
        />
      ) : (
        <ExportFacts facts={galleryFacts(p, lot === null ? windowFacts(fromMs, toMs) : [])}>
          <div className="flex flex-col gap-3">
            {view.groups.map((g) => (
              <GalleryView key={`${g.operation} ${g.parameter}`} data={g} isLot={lot !== null} />
            ))}
          </div>
        </ExportFacts>
      )}
    </>
  );
}
