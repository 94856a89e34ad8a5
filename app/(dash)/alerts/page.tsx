import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { listAlerts } from '@/lib/services/views/alerts';
import { fabLists } from '@/lib/services/views/spc-list';
import { choice, param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { timeRangeField } from '@/lib/ui/components/filter-fields';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { AlertTable } from './alert-table';

export const metadata: Metadata = { title: 'Alerts' };

const STATES = ['active', 'open', 'acknowledged', 'closed', 'all'] as const;
const SEVERITIES = ['high', 'medium', 'low'] as const;

export default async function AlertsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/alerts');
  const p = await searchParams;
  const now = Date.now();
  const state = choice(p, 'state', STATES, 'active');
  const mine = param(p, 'owner');
  const [{ rows, total, assignees }, lists] = await Promise.all([
    listAlerts({
      state,
      severity: param(p, 'severity'),
      area: param(p, 'area'),
      tool: param(p, 'tool'),
      assignee: mine === 'me' ? actor.email : mine,
      fromMs: timeWindow(p, now, '7d').fromMs,
      limit: 300,
    }),
    fabLists(),
  ]);
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  return (
    <>
      <LiveRefresh topics={['alert']} everyMs={3000} />
      <PageHead title="Alerts" sub="By severity and age. Open a row for its evidence; the key a acknowledges the focused row." />
      <FilterBar
        fields={[
          {
            key: 'state',
            label: 'State',
            fallback: 'active',
            all: null,
            options: [
              { value: 'active', label: 'Open and acknowledged' },
              { value: 'open', label: 'Open' },
              { value: 'acknowledged', label: 'Acknowledged' },
              { value: 'closed', label: 'Closed' },
              { value: 'all', label: 'All' },
            ],
          },
          { key: 'severity', label: 'Severity', options: options(SEVERITIES) },
          { key: 'area', label: 'Area', options: options(lists.areas) },
          { key: 'tool', label: 'Tool', options: options(lists.tools.map((t) => t.name)) },
          {
            key: 'owner',
            label: 'Owner',
            options: [{ value: 'me', label: 'Mine' }, { value: 'nobody', label: 'Nobody' }, ...options(assignees)],
          },
          ...(state === 'closed' || state === 'all' ? [timeRangeField('7d')] : []),
        ]}
      />
      <Panel
        title={state === 'closed' ? 'Closed alerts' : 'Alerts that wait'}
        asOf={now}
        flush
        note={total > rows.length ? `top ${rows.length} of ${total}` : null}
      >
        <AlertTable rows={rows} total={total} canAct={mayAs(actor.role, 'operator')} filtered={[...Object.keys(p)].length > 0} />
      </Panel>
    </>
  );
}
