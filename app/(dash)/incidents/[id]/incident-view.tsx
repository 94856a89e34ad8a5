'use client';
import Link from 'next/link';
import { useState } from 'react';
import { isSettled } from '@/lib/services/alerts/states';
import type { IncidentView } from '@/lib/services/alerts/views/incident';
import { LaneChart } from '@/lib/ui/charts/lane-chart';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { plural } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { Ago } from '@/lib/ui/hooks/now';
import { waferName } from '@/lib/ui/links';
import { AlertTable } from '../../alerts/alert-table';
import type { BulkBarProps } from '../../alerts/bulk-bar';
import { JoinDialog, OwnerDialog, SplitDialog } from './incident-dialogs';

export interface IncidentPageProps extends Pick<BulkBarProps, 'codes' | 'email'> {
  data: IncidentView;
  canAct: boolean;
}

/** A list that scrolls is reached by keys. */
const SCROLLED = { tabIndex: 0, 'aria-label': 'History of the incident' } as const;

const KINDS: Readonly<Record<string, string>> = {
  gathered: 'gathered',
  joined: 'joined',
  left: 'split off',
  owned: 'owner',
};

/** One event and its alerts: when each began and ended beside events and holds, what they share, who works on it. */
export function IncidentPageView({ data, codes, email, canAct }: IncidentPageProps) {
  const [dialog, setDialog] = useState<'join' | 'split' | 'owner' | null>(null);
  const waits = data.alerts.filter((a) => !isSettled(a.state)).length;
  const hide = (): void => setDialog(null);
  return (
    <>
      <LiveRefresh topics={['alert', 'hold']} everyMs={5000} />
      <PageHead
        title={
          <>
            <StatusMark status={waits > 0 ? 'out' : 'idle'} text={waits > 0 ? 'Incident' : 'Incident, settled'} />{' '}
            <span className="ml-2">{data.title}</span>
          </>
        }
        sub={
          <>
            {`${plural(data.alerts.length, 'alert')}, ${waits} of them wait · ${data.area} · opened `}
            <Ago at={data.openedMs} />
            {` · ${data.owner ?? 'unowned'}`}
          </>
        }
        actions={
          canAct ? (
            <>
              <button type="button" className="btn" onClick={() => setDialog('owner')}>
                Owner…
              </button>
              <button type="button" className="btn" onClick={() => setDialog('join')}>
                Join alerts…
              </button>
              <button type="button" className="btn" disabled={data.alerts.length < 2} onClick={() => setDialog('split')}>
                Split…
              </button>
            </>
          ) : (
            <span className="text-ink-2 text-sm">You may look; joining and splitting need the operator role.</span>
          )
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)_300px] gap-3 items-start">
        <div className="flex flex-col gap-3 min-w-0">
          <Panel
            title="Timeline"
            note="signals and events by process time, holds by the clock"
            empty={data.marks.length === 0 ? 'All its alerts were moved to other incidents.' : undefined}
          >
            <LaneChart label="Timeline of the incident" lanes={data.marks} />
          </Panel>
        </div>
        <div className="flex flex-col gap-3">
          <Panel title="What they share">
            <Facts facts={sharedFacts(data)} />
            <CommonWafers data={data} />
          </Panel>
          <Panel
            title="History"
            empty={data.history.length === 0 ? 'Nothing was gathered, joined or split: it is one alert.' : undefined}
          >
            <ol className="flex flex-col gap-2 text-sm max-h-64 overflow-auto" {...SCROLLED}>
              {data.history.map((h) => (
                <li key={h.id}>
                  <div className="flex gap-2">
                    <b>{KINDS[h.kind] ?? h.kind}</b>
                    <span className="text-ink-2 truncate min-w-0">{h.actor}</span>
                    <span className="ml-auto text-ink-3 whitespace-nowrap">
                      <Ago at={h.atMs} />
                    </span>
                  </div>
                  <p className="text-ink-2">
                    {h.alertId === null ? (
                      h.text
                    ) : (
                      <Link prefetch={false} className="hover:underline" href={`/alerts/${h.alertId}`}>
                        {h.text}
                      </Link>
                    )}
                  </p>
                </li>
              ))}
            </ol>
          </Panel>
        </div>
      </div>
      <div className="mt-3">
        <Panel title="Alerts" flush note="act on several at once: choose them with x">
          <AlertTable
            rows={data.alerts.map((a) => ({ ...a, ofIncident: 1 }))}
            total={data.alerts.length}
            grouped={false}
            canAct={canAct}
            filtered={false}
            older={0}
            emptyPage="All its alerts were moved to other incidents."
            people={data.people}
            codes={codes}
            email={email}
          />
        </Panel>
      </div>
      {dialog === 'join' ? <JoinDialog data={data} onClose={hide} /> : null}
      {dialog === 'split' ? <SplitDialog data={data} onClose={hide} /> : null}
      {dialog === 'owner' ? <OwnerDialog data={data} email={email} onClose={hide} /> : null}
    </>
  );
}

/** A value that all alerts have, or how many have the commonest one. */
function sharedFacts({ alerts }: IncidentView): [string, string][] {
  const of = (what: string, value: (a: IncidentView['alerts'][number]) => string | null): [string, string] | null => {
    const counts = new Map<string, number>();
    for (const a of alerts) {
      const v = value(a);
      if (v !== null) counts.set(v, (counts.get(v) ?? 0) + 1);
    }
    const [most] = [...counts].sort((x, y) => y[1] - x[1] || x[0].localeCompare(y[0]));
    return most === undefined
      ? null
      : [what, most[1] === alerts.length ? most[0] : `${most[0]} (${most[1]} of ${alerts.length})`];
  };
  return [
    of('Tool', (a) => a.tool),
    of('Chamber', (a) => (a.chamber === null ? null : `${a.tool} ${a.chamber}`)),
    of('Operation', (a) => a.operation),
    of('Product', (a) => a.product),
  ].filter((f) => f !== null);
}

/** Wafers and lots with signals, those of most alerts first. */
function CommonWafers({ data }: { data: IncidentView }) {
  type Row = IncidentView['wafers'][number];
  const columns: Column<Row>[] = [
    { key: 'wafer', header: 'Wafer', value: (w) => waferName(w.lot, w.slot === 0 ? null : w.slot) },
    {
      key: 'alerts',
      header: 'Alerts',
      numeric: true,
      value: (w) => w.alerts,
      cell: (w) => `${w.alerts} of ${data.alerts.length}`,
    },
  ];
  return (
    <DataTable
      label="Wafers with signals"
      rows={data.wafers}
      columns={columns}
      rowKey={(w) => `${w.lot}.${w.slot}`}
      rowHref={(w) => `/lots/${encodeURIComponent(w.lot)}`}
      empty="No wafer is tied to its alerts."
      maxHeight={320}
    />
  );
}
