import type { Metadata } from 'next';
import { listSpectra, spectraLists } from '@/lib/services/spectra/views/list';
import { param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { timeRangeField } from '@/lib/ui/components/filter-fields';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { windowFacts } from '@/lib/ui/facts';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { SpectraTable } from './spectra-table';

export const metadata: Metadata = { title: 'Spectra' };

const LIMIT = 300;

export default async function SpectraPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await pageActor('/spectra');
  const p = await searchParams;
  const now = Date.now();
  const { fromMs, toMs } = timeWindow(p, now, '7d');
  const lot = param(p, 'lot');
  const recipe = param(p, 'recipe');
  const station = param(p, 'station');
  const [{ rows, total, refused }, lists] = await Promise.all([
    listSpectra({ fromMs, toMs, recipe, station, product: param(p, 'product'), lot, limit: LIMIT }),
    spectraLists(now),
  ]);
  const options = (list: readonly string[], also: string | null = null) =>
    [...list, ...(also === null || list.includes(also) ? [] : [also])].map((value) => ({ value, label: value }));
  const shown = total > rows.length ? `newest ${rows.length} of ${total}` : `${total} wafers`;
  return (
    <>
      <LiveRefresh topics={['spectrum']} everyMs={20_000} />
      <PageHead
        title={lot === null ? 'Spectra' : `Spectra of ${lot}`}
        sub="Wafers measured by a model: what their spectra were fitted to, and which of them were refused"
      />
      <FilterBar
        fields={[
          ...(lot === null ? [timeRangeField('7d')] : []),
          {
            key: 'recipe',
            label: 'Recipe',
            options: options(
              lists.recipes.map((r) => r.name),
              recipe,
            ),
          },
          { key: 'station', label: 'Station', options: options(lists.stations, station) },
          { key: 'product', label: 'Product', options: options(lists.products) },
          ...(lot === null ? [] : [{ key: 'lot', label: 'Lot', options: options([lot]) }]),
        ]}
      />
      <Panel
        title="Wafers with spectra"
        asOf={rows[0]?.measuredMs ?? null}
        flush
        note={refused > 0 ? `${shown}; ${refused} with refused sites` : shown}
      >
        <ExportFacts facts={lot === null ? windowFacts(fromMs, toMs) : []}>
          <SpectraTable rows={rows} total={total} hasRecipes={lists.recipes.length > 0} />
        </ExportFacts>
      </Panel>
    </>
  );
}
