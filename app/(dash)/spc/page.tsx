import type { Metadata } from 'next';
import Link from 'next/link';
import { CHARACTERISTIC_SOURCES } from '@/lib/characteristic';
import { waitingCount } from '@/lib/services/spc/limits/views/proposals';
import { fabLists, screenCharts } from '@/lib/services/spc/views/list';
import { listOrder } from '@/lib/services/spc/views/list-order';
import { templateNames } from '@/lib/services/spc/views/templates';
import { param, type SearchParams } from '@/lib/ui/address';
import { KIND_CHOICES } from '@/lib/ui/charts/kinds';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PAGE_KEY, timeRangeField } from '@/lib/ui/components/filter-fields';
import { emptyPage, ListPages, pageNote } from '@/lib/ui/components/list-pages';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { shortDate } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { screenFilter } from './screen-filter';
import { SCREENING_COLUMNS } from './screening-columns';
import { ScreeningTable } from './screening-table';

export const metadata: Metadata = { title: 'SPC' };

const LIMIT = 100;
const SOURCES = Object.entries(CHARACTERISTIC_SOURCES).map(([value, label]) => ({ value, label }));

export default async function SpcPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await pageActor('/spc');
  const p = await searchParams;
  const filter = screenFilter(p, Date.now());
  const [{ rows, total, next, window }, lists, templates, waiting] = await Promise.all([
    screenCharts({ ...filter, limit: LIMIT, after: param(p, PAGE_KEY) }),
    fabLists(),
    templateNames(),
    waitingCount(),
  ]);
  const order = listOrder(filter.order ?? null);
  const by = SCREENING_COLUMNS.find((c) => c.key === order?.key)?.header;
  const newest = rows.reduce<number | null>((m, r) => (r.lastAtMs !== null && r.lastAtMs > (m ?? 0) ? r.lastAtMs : m), null);
  const query = new URLSearchParams(Object.entries(p).flatMap(([k, v]) => (typeof v === 'string' ? [[k, v]] : [])));
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  return (
    <>
      <LiveRefresh topics={['measurement', 'limits', 'alert']} everyMs={15_000} />
      <PageHead
        title="SPC"
        sub={by === undefined ? 'All charts, worst first: open alerts, then rules fired in the window' : `All charts, by ${by}`}
        actions={
          <>
            <Link prefetch={false} href="/spc/templates" className="btn">
              Templates
            </Link>
            <Link prefetch={false} href="/spc/rules" className="btn">
              Rules
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
        note={[
          pageNote(p, rows.length, total, 'charts', by === undefined ? 'worst first' : `by ${by}`, 'list'),
          window.wholeDays ? `points since ${shortDate(window.fromMs)} 00:00 UTC` : null,
        ]
          .filter((t) => t !== null)
          .join(' · ')}
        actions={<ListPages path="/spc" params={p} next={next} />}
      >
        <ScreeningTable
          rows={rows}
          label="Charts"
          total={total}
          exportHref={`/spc/rows?${query}`}
          emptyPage={emptyPage('/spc', p)}
        />
      </Panel>
    </>
  );
}
