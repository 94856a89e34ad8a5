import type { Metadata } from 'next';
import Link from 'next/link';
import { CHARACTERISTIC_SOURCES } from '@/lib/characteristic';
import { waitingCount } from '@/lib/services/spc/limits/views/proposals';
import { fabLists, screenCharts } from '@/lib/services/spc/views/list';
import { templateNames } from '@/lib/services/spc/views/templates';
import { param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { KIND_CHOICES } from '@/lib/ui/charts/kinds';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PAGE_KEY, timeRangeField } from '@/lib/ui/components/filter-fields';
import { emptyPage, ListPages, pageNote } from '@/lib/ui/components/list-pages';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { ScreeningTable } from './screening-table';

export const metadata: Metadata = { title: 'SPC' };

const LIMIT = 300;
const SOURCES = Object.entries(CHARACTERISTIC_SOURCES).map(([value, label]) => ({ value, label }));

export default async function SpcPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await pageActor('/spc');
  const p = await searchParams;
  const now = Date.now();
  const { fromMs, toMs } = timeWindow(p, now, '7d');
  const [{ rows, total, next }, lists, templates, waiting] = await Promise.all([
    screenCharts({
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
      limit: LIMIT,
      after: param(p, PAGE_KEY),
    }),
    fabLists(),
    templateNames(),
    waitingCount(),
  ]);
  const newest = rows.reduce<number | null>((m, r) => (r.lastAtMs !== null && r.lastAtMs > (m ?? 0) ? r.lastAtMs : m), null);
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  return (
    <>
      <LiveRefresh topics={['measurement', 'limits', 'alert']} everyMs={15_000} />
      <PageHead
        title="SPC"
        sub="All charts, worst first: open alerts, then rules fired in the window"
        actions={
          <>
            <Link prefetch={false} href="/spc/templates" className="btn">
              Templates
            </Link>
            <Link prefetch={false} href="/spc/limits" className="btn">
              {waiting === 0 ? 'Limits' : `Limits: ${waiting} waiting`}
            </Link>
            <Link prefetch={false} href="/spc/specifications" className="btn">
              Specifications
            </Link>
          </>
        }
      />
      <FilterBar
        fields={[
          timeRangeField('7d'),
          { key: 'area', label: 'Area', options: options(lists.areas) },
          { key: 'operation', label: 'Operation', options: options(lists.operations.map((o) => o.name)) },
          { key: 'product', label: 'Product', options: options(lists.products) },
          { key: 'parameter', label: 'Parameter', options: options(lists.parameters) },
          { key: 'tool', label: 'Tool', options: options(lists.tools.map((t) => t.name)) },
          { key: 'source', label: 'Source', options: SOURCES },
          { key: 'kind', label: 'Kind', options: KIND_CHOICES },
          { key: 'specified', label: 'Specification', options: [{ value: '1', label: 'Judged by one' }] },
          {
            key: 'state',
            label: 'State',
            options: [
              { value: 'out', label: 'Rule fired' },
              { value: 'retired', label: 'Retired' },
            ],
          },
          { key: 'template', label: 'Template', options: templates.map((t) => ({ value: t.id, label: t.name })) },
        ]}
      />
      <Panel
        title="Charts"
        asOf={newest}
        flush
        note={pageNote(p, rows.length, total, 'charts', 'worst first')}
        actions={<ListPages path="/spc" params={p} next={next} />}
      >
        <ScreeningTable rows={rows} label="Charts" total={total} emptyPage={emptyPage('/spc', p)} />
      </Panel>
    </>
  );
}
