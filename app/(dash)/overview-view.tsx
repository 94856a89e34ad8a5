'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { Overview, OverviewAlert, OverviewTool } from '@/lib/services/pages/overview';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { feedHref } from '@/lib/ui/feed';
import { clock, count, duration, plural, relativeTime } from '@/lib/ui/format';
import { groupBy } from '@/lib/ui/group';
import { LiveRefresh, useLiveEvent } from '@/lib/ui/hooks/live';
import { Ago, useNow } from '@/lib/ui/hooks/now';
import { waferName } from '@/lib/ui/links';
import { ScreeningTable } from './spc/screening-table';

/** What needs attention now. */
export function OverviewView({ data }: { data: Overview }) {
  return (
    <>
      <LiveRefresh topics={['alert', 'measurement', 'run', 'advice', 'limits']} everyMs={10_000} />
      <h1 className="sr-only">Overview</h1>
      <Headline data={data} />
      <div className="grid grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)] gap-3 mt-3">
        <Panel
          title="Needs you"
          asOf={data.atMs}
          note={data.needsYou.length > 0 ? needNote(data) : null}
          flush
          empty={
            data.needsYou.length === 0
              ? 'No open alert. When a rule fires on an alerting chart it appears here within seconds.'
              : undefined
          }
        >
          <NeedsYou alerts={data.needsYou} />
        </Panel>
        <Panel
          title="Tools"
          asOf={data.atMs}
          note="one cell per chamber, last 8 h"
          empty={
            data.tools.length === 0
              ? 'No tool is registered yet. Register the fab over the API, or start the simulator.'
              : undefined
          }
        >
          <ToolGrid tools={data.tools} />
        </Panel>
        <Panel
          title="Worst charts"
          asOf={data.newestDataMs}
          note={
            <Link prefetch={false} href="/spc" className="link">
              {`${data.worst.length} of ${data.chartTotal}, last 7 days`}
            </Link>
          }
          flush
          empty={
            data.worst.length === 0 ? 'No chart has points in the last 7 days. Charts fill as measurements arrive.' : undefined
          }
        >
          <ScreeningTable rows={data.worst} label="Worst charts" compact />
        </Panel>
        <Panel title="Live" asOf={data.newestDataMs} flush>
          <LiveFeed initial={data.feed} />
        </Panel>
      </div>
    </>
  );
}

const needNote = (d: Overview): string => {
  const all = d.alerts.open + d.alerts.acknowledged;
  return d.needsYou.length < all ? `${d.needsYou.length} of ${all}` : '';
};

function Headline({ data: d }: { data: Overview }) {
  const now = useNow();
  const high = d.alerts.bySeverity.filter((s) => severityStatus(s.severity) === 'out').reduce((s, x) => s + x.n, 0);
  const loops = d.loops.closed + d.loops.shadow + d.loops.suspended;
  return (
    <div className="flex flex-wrap items-baseline gap-x-8 gap-y-1 text-ink-2" data-testid="headline">
      <span>
        <Link prefetch={false} href="/alerts" className="hover:underline">
          Open alerts <b className="text-ink text-lg">{d.alerts.open}</b>
        </Link>
        {high > 0 ? (
          <span className="ml-3">
            <StatusMark status="out" text={`${high} high`} />
          </span>
        ) : null}
        {d.alerts.overdue > 0 ? (
          <Link prefetch={false} href="/alerts?only=overdue" className="ml-3 hover:underline">
            <StatusMark status="out" text={`${d.alerts.overdue} overdue`} />
          </Link>
        ) : null}
        {d.alerts.oldestMs !== null ? (
          <span className="ml-3" suppressHydrationWarning>{`oldest raised ${relativeTime(d.alerts.oldestMs, now)}`}</span>
        ) : null}
        {d.alerts.byArea.length > 1 ? (
          <span className="ml-3 text-ink-3">{d.alerts.byArea.map((a) => `${a.area} ${a.n}`).join(' · ')}</span>
        ) : null}
      </span>
      <span>
        <Link prefetch={false} href="/holds" className="hover:underline">
          On hold <b className="text-ink text-lg">{d.holds}</b>
        </Link>
      </span>
      <span>
        <Link prefetch={false} href="/control" className="hover:underline">
          Loops <b className="text-ink text-lg">{loops}</b>
        </Link>
        <span className="ml-3">{`${d.loops.closed} closed`}</span>
        <span className="ml-3">{`${d.loops.shadow} shadow`}</span>
        {d.loops.suspended > 0 ? (
          <span className="ml-3">
            <StatusMark status="warn" text={`${d.loops.suspended} suspended`} />
          </span>
        ) : null}
      </span>
      <span>
        <Link prefetch={false} href="/system" className="hover:underline">
          Lag <b className="text-ink text-lg">{duration(d.flow.lagS * 1000)}</b>
        </Link>
        <span className="ml-3">{`queue ${count(d.flow.pending)}`}</span>
        {d.flow.trouble !== null ? (
          <Link href="/system" className="ml-3 hover:underline">
            <StatusMark status="out" text={d.flow.trouble} />
          </Link>
        ) : null}
        {d.flow.dead > 0 ? (
          <span className="ml-3">
            <StatusMark status="out" text={plural(d.flow.dead, 'dead letter')} />
          </span>
        ) : null}
      </span>
      <span>{`Last hour ${plural(d.flow.runsLastHour, 'run')}, ${plural(d.flow.wafersLastHour, 'measurement')}`}</span>
    </div>
  );
}

function NeedsYou({ alerts }: { alerts: readonly OverviewAlert[] }) {
  return (
    <ul>
      {alerts.map((a) => (
        <li key={a.id}>
          <Link
            prefetch={false}
            href={`/alerts/${a.id}`}
            className="flex items-baseline gap-3 px-3 py-1.5 border-t border-hairline hover:bg-sunken"
          >
            <StatusMark status={severityStatus(a.severity)} text={a.severity} />
            <span className="truncate min-w-0 flex-1">{a.title}</span>
            {a.lot ? (
              <span className="text-sm text-ink-2 whitespace-nowrap hidden min-[1500px]:inline">{waferName(a.lot, a.slot)}</span>
            ) : null}
            {a.count > 1 ? <span className="text-sm text-ink-3 whitespace-nowrap">{`${a.count}×`}</span> : null}
            <span className="text-sm text-ink-2 w-20 text-right whitespace-nowrap">
              <Ago at={a.lastMs} />
            </span>
            {a.dueMs === null ? null : <OverDue at={a.dueMs} />}
            <span className={`text-sm w-16 truncate ${a.assignee ? 'text-ink-2' : 'text-ink-3'}`}>
              {a.assignee ?? (a.state === 'open' ? 'unowned' : a.state)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** How long an alert is overdue; nothing before. */
function OverDue({ at }: { at: number }) {
  const now = useNow();
  return at > now ? null : (
    <span className="text-sm whitespace-nowrap" suppressHydrationWarning>
      <StatusMark status="out" text={`${duration(now - at)} over`} />
    </span>
  );
}

function ToolGrid({ tools }: { tools: readonly OverviewTool[] }) {
  return (
    <div className="flex flex-col gap-2">
      {[...groupBy(tools, (t) => t.area)].map(([area, list]) => (
        <div key={area} className="grid grid-cols-[88px_minmax(0,1fr)] gap-2 items-baseline">
          <h3>{area}</h3>
          <ul className="grid grid-cols-2 2xl:grid-cols-3 gap-x-3 gap-y-1">
            {list.map((t) => (
              <ToolRow key={t.name} tool={t} />
            ))}
          </ul>
        </div>
      ))}
      <p className="text-sm text-ink-3">
        ■ open alert on the chamber · ▲ a rule fired in the last 8 h · ● none fired · ○ no points
      </p>
    </div>
  );
}

const CELL = { ok: '●', warn: '▲', out: '■', idle: '○' } as const;

function ToolRow({ tool }: { tool: OverviewTool }) {
  return (
    <li className="flex items-baseline gap-2 text-sm min-w-0">
      <Link prefetch={false} href={`/spc?tool=${encodeURIComponent(tool.name)}`} className="truncate hover:underline leading-6">
        {tool.name}
      </Link>
      <span className="ml-auto flex gap-1">
        {tool.chambers.map((c) => {
          const state = c.openAlerts > 0 ? 'out' : c.out > 0 ? 'warn' : c.points > 0 ? 'ok' : 'idle';
          const words =
            c.openAlerts > 0
              ? plural(c.openAlerts, 'open alert')
              : c.points > 0
                ? `${c.out} of ${plural(c.points, 'point')} out`
                : 'no points';
          return (
            <span key={c.name} className={`status-${state}`} title={`${tool.name} ${c.name}: ${words}`}>
              <span aria-hidden="true">{CELL[state]}</span>
              <span className="sr-only">{`${c.name}: ${words}`}</span>
            </span>
          );
        })}
      </span>
    </li>
  );
}

const KEPT = 40;

function LiveFeed({ initial }: { initial: Overview['feed'] }) {
  const [fresh, setFresh] = useState<Overview['feed']>([]);
  useLiveEvent([], (e) => {
    const id = Number(e.data['id']);
    const atMs = Date.parse(String(e.data['at']));
    const detail = (typeof e.data['detail'] === 'object' && e.data['detail'] !== null ? e.data['detail'] : {}) as Record<
      string,
      unknown
    >;
    setFresh((l) =>
      [{ id, atMs, kind: e.topic, text: String(e.data['text'] ?? ''), detail }, ...l.filter((x) => x.id !== id)].slice(0, KEPT),
    );
  });
  const newest = fresh[0]?.id ?? -1;
  const seen = new Set(fresh.map((f) => f.id));
  const lines = [...fresh, ...initial.filter((l) => !seen.has(l.id))].sort((a, b) => b.id - a.id).slice(0, KEPT);
  if (lines.length === 0)
    return (
      <p className="px-3 py-6 text-center text-ink-2">
        Nothing has arrived yet. Lots, measurements, moves and alerts appear here as they happen.
      </p>
    );
  return (
    <ol className="max-h-[420px] overflow-auto" aria-label="Live events, newest first">
      {lines.map((l) => {
        const href = feedHref(l.detail);
        const body = (
          <>
            <time className="text-ink-3 whitespace-nowrap" dateTime={new Date(l.atMs).toISOString()}>
              {clock(l.atMs, true)}
            </time>
            <span className="truncate min-w-0">
              {l.kind === 'alert' ? (
                <span className="status-out" aria-hidden="true">
                  ■{' '}
                </span>
              ) : null}
              {l.text}
            </span>
          </>
        );
        const cls = `flex gap-3 px-3 py-1 border-t border-hairline text-sm ${l.id === newest ? 'bg-accent-wash' : ''}`;
        return (
          <li key={l.id}>
            {href ? (
              <Link prefetch={false} href={href} className={`${cls} hover:bg-sunken`}>
                {body}
              </Link>
            ) : (
              <div className={cls}>{body}</div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
