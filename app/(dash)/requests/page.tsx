import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { withdrawRequest } from '@/lib/services/alerts/requests';
import { requestList } from '@/lib/services/alerts/views/requests';
import { choice, type SearchParams } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { plural } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { RequestTable } from './request-table';

export const metadata: Metadata = { title: 'Re-measure' };

const STATES = ['open', 'fulfilled', 'withdrawn', 'all'] as const;
const TITLES = { open: 'To be measured', fulfilled: 'Measured', withdrawn: 'Taken back', all: 'All requests' } as const;
const LIMIT = 500;

export default async function RequestsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/requests');
  const state = choice(await searchParams, 'state', STATES, 'open');
  const { rows, total } = await requestList(state, LIMIT);
  return (
    <>
      <LiveRefresh topics={['request', 'alert']} everyMs={5_000} />
      <PageHead
        title="Re-measure"
        sub="Wafers that somebody wants measured again. The first measurement of the wafer and parameter that arrives fulfils a request; stations read this list over the API"
      />
      <FilterBar
        fields={[
          {
            key: 'state',
            label: 'State',
            fallback: 'open',
            all: null,
            options: STATES.map((value) => ({ value, label: TITLES[value] })),
          },
        ]}
      />
      <Panel
        title={TITLES[state]}
        note={total > rows.length ? `first ${rows.length} of ${total}` : plural(total, 'request')}
        flush
      >
        <RequestTable rows={rows} total={total} isOpen={state === 'open'} canAct={mayAs(actor.role, withdrawRequest.least)} />
      </Panel>
    </>
  );
}
