import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { retryNotification } from '@/lib/services/notify/retry';
import { IN_PERSON, LOG_STATES, logChoices, logCounts, logRows } from '@/lib/services/notify/views/log';
import { integer, type SearchParams } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PAGE_KEY, timeRangeField } from '@/lib/ui/components/filter-fields';
import { emptyPage, ListPages } from '@/lib/ui/components/list-pages';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { count, duration } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../../../session';
import { NotifyNav } from '../notify-nav';
import { stateText } from './columns';
import { logFilter } from './filter';
import { LogTable } from './log-table';

export const metadata: Metadata = { title: 'Deliveries' };

const PAGE_ROWS = 100;
const PATH = '/alerts/notifications/log';

const wordOf = (state: string): string => (state === 'failing' ? 'failing, tried again' : stateText({ state, error: null }));

export default async function DeliveriesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor(PATH);
  const p = await searchParams;
  const now = Date.now();
  const filter = logFilter(p, now);
  const below = integer(p, PAGE_KEY, 0, 1, Number.MAX_SAFE_INTEGER);
  const [found, counts, choices] = await Promise.all([
    logRows(filter, below > 0 ? below : null, PAGE_ROWS + 1),
    logCounts(filter.fromMs, filter.toMs),
    logChoices(),
  ]);
  const rows = found.slice(0, PAGE_ROWS);
  const query = new URLSearchParams(
    Object.entries(p).flatMap(([k, v]) => (typeof v === 'string' && k !== PAGE_KEY ? [[k, v]] : [])),
  );
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  const speed =
    counts.medianMs === null ? '' : `; an attempt takes ${duration(counts.medianMs)} (median), ${duration(counts.p95Ms)} (95 %)`;
  return (
    <>
      <LiveRefresh topics={['alert', 'hold']} everyMs={5_000} />
      <PageHead
        title="Deliveries"
        sub="Each message to each receiver: what was tried, what was answered. A message has one id at every attempt, by which a receiver knows a repeat"
        actions={<NotifyNav here={PATH} />}
      />
      <FilterBar
        fields={[
          timeRangeField('7d'),
          { key: 'state', label: 'State', options: LOG_STATES.map((value) => ({ value, label: wordOf(value) })) },
          { key: 'channel', label: 'Channel', options: options(choices.channels) },
          { key: 'person', label: 'Person', options: options(choices.people) },
          { key: 'rule', label: 'Rule', options: options([IN_PERSON, ...choices.rules]) },
        ]}
      />
      <Panel
        title="Messages"
        flush
        note={`${count(counts.delivered)} delivered, ${count(counts.waiting)} wait, ${count(counts.failing)} failing, ${count(counts.held)} held, ${count(counts.failed)} given up in all${speed}`}
        actions={
          <ListPages
            path={PATH}
            params={p}
            next={found.length > PAGE_ROWS ? String(rows.at(-1)!.id) : null}
            words={['Newest', 'Older']}
          />
        }
      >
        <LogTable
          rows={rows}
          may={mayAs(actor.role, retryNotification.least)}
          exportHref={`${PATH}/rows?${query}`}
          emptyPage={emptyPage(PATH, p)}
        />
      </Panel>
    </>
  );
}
