import type { Metadata } from 'next';
import { listOverlay } from '@/lib/services/overlay/views/overlay';
import { fabLists } from '@/lib/services/spc/views/list';
import { param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PAGE_KEY, timeRangeField } from '@/lib/ui/components/filter-fields';
import { emptyPage, ListPages, pageNote } from '@/lib/ui/components/list-pages';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { OverlayTable } from './overlay-table';

export const metadata: Metadata = { title: 'Overlay' };

const LIMIT = 300;

export default async function OverlayPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await pageActor('/overlay');
  const p = await searchParams;
  const { fromMs, toMs } = timeWindow(p, Date.now(), '30d');
  const lot = param(p, 'lot');
  const [{ rows, total, next }, lists] = await Promise.all([
    listOverlay({
      fromMs,
      toMs,
      product: param(p, 'product'),
      tool: param(p, 'tool'),
      operation: param(p, 'operation'),
      lot,
      limit: LIMIT,
      after: param(p, PAGE_KEY),
    }),
    fabLists(),
  ]);
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  return (
    <>
      <LiveRefresh topics={['measurement']} everyMs={20_000} />
      <PageHead title="Overlay" sub="Layer under test against reference layer: |mean| + 3 sigma before and after the model" />
      <FilterBar
        fields={[
          timeRangeField('30d'),
          { key: 'operation', label: 'Operation', options: options(lists.operations.map((o) => o.name)) },
          { key: 'product', label: 'Product', options: options(lists.products) },
          { key: 'tool', label: 'Tool', options: options(lists.tools.map((t) => t.name)) },
          ...(lot === null ? [] : [{ key: 'lot', label: 'Lot', options: options([lot]) }]),
        ]}
      />
      <Panel
        title="Measured wafers"
        asOf={rows[0]?.measuredMs ?? null}
        flush
        note={pageNote(p, rows.length, total, 'wafers', 'newest first')}
        actions={<ListPages path="/overlay" params={p} next={next} />}
      >
        <OverlayTable rows={rows} total={total} emptyPage={emptyPage('/overlay', p)} />
      </Panel>
    </>
  );
}
