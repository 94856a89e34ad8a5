import type { Metadata } from 'next';
import { listLoops } from '@/lib/services/control/views/list';
import { fabLists } from '@/lib/services/spc/views/list';
import { param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { timeRangeField } from '@/lib/ui/components/filter-fields';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { windowFacts } from '@/lib/ui/facts';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { LoopTable } from './loop-table';

export const metadata: Metadata = { title: 'Control' };

export default async function ControlPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await pageActor('/control');
  const p = await searchParams;
  const { fromMs, toMs } = timeWindow(p, Date.now(), '30d');
  const [rows, lists] = await Promise.all([
    listLoops({
      fromMs,
      toMs,
      area: param(p, 'area'),
      product: param(p, 'product'),
      operation: param(p, 'operation'),
      state: param(p, 'state'),
    }),
    fabLists(),
  ]);
  const newest = rows.reduce<number | null>((m, r) => (r.lastMs !== null && r.lastMs > (m ?? 0) ? r.lastMs : m), null);
  const waiting = rows.filter((r) => r.pending > 0).length;
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  return (
    <>
      <LiveRefresh topics={['advice', 'measurement']} everyMs={15_000} />
      <PageHead
        title="Control"
        sub="Run-to-run loops: what each achieved, beside the same wafers without control, by the model"
      />
      <FilterBar
        fields={[
          timeRangeField('30d'),
          { key: 'area', label: 'Area', options: options(lists.areas) },
          { key: 'operation', label: 'Operation', options: options(lists.operations.map((o) => o.name)) },
          { key: 'product', label: 'Product', options: options(lists.products) },
          { key: 'state', label: 'State', options: options(['closed', 'shadow', 'suspended']) },
        ]}
      />
      <Panel
        title="Loops"
        asOf={newest}
        flush
        note={`${rows.length} loops${waiting > 0 ? `, ${waiting} with a proposal that waits for a second engineer` : ''}`}
      >
        <ExportFacts facts={windowFacts(fromMs, toMs)}>
          <LoopTable rows={rows} filtered={Object.keys(p).length > 0} />
        </ExportFacts>
      </Panel>
    </>
  );
}
