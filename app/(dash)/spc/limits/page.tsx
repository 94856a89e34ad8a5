import type { Metadata } from 'next';
import Link from 'next/link';
import { mayAs } from '@/lib/services/actor';
import { approveLimits } from '@/lib/services/spc/limits/decide';
import { changeLimitPolicy, limitPolicy } from '@/lib/services/spc/limits/policy';
import { listProposals, PROPOSAL_STATES, unconfirmedLimits } from '@/lib/services/spc/limits/views/proposals';
import { fabLists } from '@/lib/services/spc/views/list';
import { choice, param, type SearchParams } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PAGE_KEY } from '@/lib/ui/components/filter-fields';
import { emptyPage, ListPages } from '@/lib/ui/components/list-pages';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { plural } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../../session';
import { FirstLimits } from './first-limits';
import { PolicyPanel } from './policy-panel';
import { ProposalTable } from './proposal-table';

export const metadata: Metadata = { title: 'Limits' };

const LIMIT = 100;
const CONFIRMED_AT_ONCE = 200;
const STATE_WORDS: Readonly<Record<string, string>> = {
  approved: 'Approved',
  rejected: 'Rejected',
  withdrawn: 'Taken back',
  empty: 'Gave no limits',
};

export default async function LimitsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/spc/limits');
  const p = await searchParams;
  const state = choice(p, 'state', PROPOSAL_STATES, 'open');
  const area = param(p, 'area');
  const [proposals, first, policy, lists] = await Promise.all([
    listProposals({ state, area, chart: param(p, 'chart'), limit: LIMIT, after: param(p, PAGE_KEY) }),
    unconfirmedLimits(CONFIRMED_AT_ONCE, area),
    limitPolicy(),
    fabLists(),
  ]);
  const may = mayAs(actor.role, approveLimits.least);
  return (
    <>
      <LiveRefresh topics={['limits']} everyMs={15_000} />
      <PageHead
        title="Limits"
        sub="What is proposed, compared on history and decided; nothing is recomputed silently"
        actions={
          <Link prefetch={false} href="/spc" className="btn">
            Charts
          </Link>
        }
      />
      <FilterBar
        fields={[
          { key: 'state', label: 'State', options: Object.entries(STATE_WORDS).map(([value, label]) => ({ value, label })) },
          { key: 'area', label: 'Area', options: lists.areas.map((value) => ({ value, label: value })) },
        ]}
      />
      <div className="flex flex-col gap-3">
        <Panel
          title={state === 'open' ? 'Waiting' : (STATE_WORDS[state] ?? 'Proposals')}
          note={plural(proposals.total, 'proposal')}
          flush
          actions={<ListPages path="/spc/limits" params={p} next={proposals.next} />}
        >
          <ProposalTable rows={proposals.rows} isOpen={state === 'open'} emptyPage={emptyPage('/spc/limits', p)} />
        </Panel>
        <Panel
          title="First limits to look at"
          note={`${plural(first.total, 'chart')} whose first limits hold since their baselines${first.total > first.rows.length ? `; the newest ${first.rows.length} are shown` : ''}`}
          flush
        >
          <FirstLimits rows={first.rows} may={may} />
        </Panel>
        <PolicyPanel policy={policy} may={mayAs(actor.role, changeLimitPolicy.least)} />
      </div>
    </>
  );
}
