import type { Metadata } from 'next';
import Link from 'next/link';
import { mayAs } from '@/lib/services/actor';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { ALERT_STATES, isSettled } from '@/lib/services/alerts/states';
import { listAlerts, type WaitingCounts, waitingCounts } from '@/lib/services/alerts/views/list';
import { commonCodes } from '@/lib/services/alerts/views/policies';
import { fabLists } from '@/lib/services/spc/views/list';
import { choice, param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { ALL_TIMES, PAGE_KEY, timeRangeField } from '@/lib/ui/components/filter-fields';
import { emptyPage, firstPage, ListPages, pageNote } from '@/lib/ui/components/list-pages';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { AlertTable } from './alert-table';

export const metadata: Metadata = { title: 'Alerts' };

const STATES = ['active', ...ALERT_STATES, 'all'] as const;
const LIMIT = 300;
const TITLES: Readonly<Record<(typeof STATES)[number], string>> = {
  active: 'Alerts that wait',
  open: 'Open alerts',
  acknowledged: 'Acknowledged alerts',
  in_work: 'Alerts in work',
  waiting: 'Alerts that wait for something',
  closed: 'Closed alerts',
  verified: 'Verified alerts',
  all: 'Alerts that wait, and closed ones',
};
/** One row an incident, or one an alert. */
const GROUPS = ['incident', 'alert'] as const;
const RANGE = timeRangeField('7d');
/** Alerts are kept forever, so the list can go back to the first one. */
const CLOSED_WITHIN = { ...RANGE, label: 'Closed', options: [...RANGE.options, { value: ALL_TIMES, label: 'At any time' }] };
const SEVERITIES = ['high', 'medium', 'low'] as const;

export default async function AlertsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/alerts');
  const p = await searchParams;
  const now = Date.now();
  const state = choice(p, 'state', STATES, 'active');
  const mine = param(p, 'owner');
  const only = param(p, 'only');
  const grouped = choice(p, 'group', GROUPS, 'incident') === 'incident';
  const hasClosed = isSettled(state) || state === 'all';
  const [{ rows, total, older, next, assignees }, lists, counts, codes] = await Promise.all([
    listAlerts({
      state,
      severity: param(p, 'severity'),
      area: param(p, 'area'),
      tool: param(p, 'tool'),
      assignee: mine === 'me' ? actor.email : mine,
      overdueAtMs: only === 'overdue' ? now : null,
      onlySnoozed: only === 'snoozed',
      fromMs: param(p, 'range') === ALL_TIMES ? 0 : timeWindow(p, now, '7d').fromMs,
      byIncident: grouped,
      limit: LIMIT,
      after: param(p, PAGE_KEY),
    }),
    fabLists(),
    waitingCounts(actor.email, now),
    commonCodes(),
  ]);
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  return (
    <>
      <LiveRefresh topics={['alert']} everyMs={3000} />
      <PageHead
        title="Alerts"
        sub="By severity and age, alerts of one event in one row. Open a row for its evidence; the key a acknowledges the focused row, x chooses it."
        actions={
          <>
            <Link prefetch={false} className="btn" href="/alerts/checklists">
              Checklists
            </Link>
            <Link prefetch={false} className="btn" href="/alerts/hygiene">
              Hygiene
            </Link>
            <Link prefetch={false} className="btn" href="/alerts/notifications">
              Notifications
            </Link>
            <Link prefetch={false} className="btn" href="/alerts/policies">
              Policies and codes
            </Link>
          </>
        }
      />
      <FilterBar
        fields={[
          {
            key: 'state',
            label: 'State',
            fallback: 'active',
            all: null,
            options: [
              { value: 'active', label: 'All that wait' },
              { value: 'open', label: 'Open' },
              { value: 'acknowledged', label: 'Acknowledged' },
              { value: 'in_work', label: 'In work' },
              { value: 'waiting', label: 'Waiting' },
              { value: 'closed', label: 'Closed' },
              { value: 'verified', label: 'Verified' },
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
          {
            key: 'group',
            label: 'Rows',
            fallback: 'incident',
            all: null,
            options: [
              { value: 'incident', label: 'Incidents' },
              { value: 'alert', label: 'Alerts' },
            ],
          },
          ...(hasClosed ? [CLOSED_WITHIN] : []),
        ]}
      />
      <QuickFilters params={p} counts={counts} />
      <Panel
        title={TITLES[state]}
        asOf={now}
        flush
        note={pageNote(
          p,
          rows.length,
          total,
          grouped ? 'incidents' : 'alerts',
          state === 'closed' ? 'newest first' : 'worst first, closed ones last',
        )}
        actions={
          <>
            {hasClosed && older > 0 ? <EarlierAlerts params={p} older={older} /> : null}
            <ListPages path="/alerts" params={p} next={next} />
          </>
        }
      >
        <AlertTable
          rows={rows}
          total={total}
          grouped={grouped}
          canAct={mayAs(actor.role, actOnAlert.least)}
          filtered={Object.keys(p).length > 0}
          older={older}
          emptyPage={emptyPage('/alerts', p)}
          people={assignees}
          codes={codes}
          email={actor.email}
        />
      </Panel>
    </>
  );
}

/** Mine, nobody's, overdue, snoozed: of all that wait, with their numbers. */
function QuickFilters({ params, counts }: { params: SearchParams; counts: WaitingCounts }) {
  const { state: _state, owner, only, ...rest } = params;
  const views = [
    { label: 'All that wait', n: counts.waiting, patch: {}, is: owner === undefined && only === undefined },
    { label: 'Mine', n: counts.mine, patch: { owner: 'me' }, is: owner === 'me' },
    { label: 'Nobody’s', n: counts.nobody, patch: { owner: 'nobody' }, is: owner === 'nobody' },
    { label: 'Overdue', n: counts.overdue, patch: { only: 'overdue' }, is: only === 'overdue' },
    { label: 'Snoozed', n: counts.snoozed, patch: { only: 'snoozed' }, is: only === 'snoozed' },
  ];
  return (
    <nav aria-label="Views of the list" className="flex gap-1 mb-3 no-print">
      {views.map((v) => (
        <Link
          key={v.label}
          prefetch={false}
          href={firstPage('/alerts', { ...rest, ...v.patch })}
          aria-current={v.is ? 'page' : undefined}
          className={`btn h-7! text-sm! ${v.is ? 'border-accent!' : ''}`}
        >
          {v.label} <b className="tabular-nums">{v.n}</b>
        </Link>
      ))}
    </nav>
  );
}

/** Link from a list of recent days to the alerts closed before them. */
function EarlierAlerts({ params, older }: { params: SearchParams; older: number }) {
  return (
    <Link prefetch={false} className="btn h-7! text-sm!" href={firstPage('/alerts', { ...params, range: ALL_TIMES })}>
      {`Show ${older} closed earlier`}
    </Link>
  );
}
