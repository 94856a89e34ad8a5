import type { Metadata } from 'next';
import { fabLists } from '@/lib/services/spc/views/list';
import { listVmModels } from '@/lib/services/vm/views/list';
import { param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { timeRangeField } from '@/lib/ui/components/filter-fields';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { windowFacts } from '@/lib/ui/facts';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { VmTable } from './vm-table';

export const metadata: Metadata = { title: 'Virtual metrology' };

export default async function VmPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await pageActor('/vm');
  const p = await searchParams;
  const now = Date.now();
  const { fromMs } = timeWindow(p, now, '30d');
  const [rows, lists] = await Promise.all([
    listVmModels({ fromMs, nowMs: now, operation: param(p, 'operation'), product: param(p, 'product') }),
    fabLists(),
  ]);
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  return (
    <>
      <LiveRefresh topics={['model', 'run']} everyMs={20_000} />
      <PageHead title="Virtual metrology" sub="Models that predict the measurement of every wafer from its traces" />
      <FilterBar
        fields={[
          timeRangeField('30d'),
          { key: 'operation', label: 'Operation', options: options(lists.operations.map((o) => o.name)) },
          { key: 'product', label: 'Product', options: options(lists.products) },
        ]}
      />
      <Panel
        title="Models"
        asOf={now}
        flush
        note={`${rows.length} models; coverage, error and share outside of the chosen time; the state is of the last 7 and 30 days`}
      >
        <ExportFacts facts={windowFacts(fromMs, now)}>
          <VmTable rows={rows} />
        </ExportFacts>
      </Panel>
    </>
  );
}
