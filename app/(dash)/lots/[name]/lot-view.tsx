'use client';
import Link from 'next/link';
import { useState } from 'react';
import { stateWords } from '@/lib/services/alerts/states';
import type { LotView } from '@/lib/services/lots/views/lot';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { absoluteTime, plural } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { Ago } from '@/lib/ui/hooks/now';
import { RequestList } from '../../alerts/request-list';
import { decisionWord, markOf } from '../../alerts/state-words';
import { HeldNotice, holdName } from '../../held-notice';
import { PlaceDialog, ReleaseDialog } from '../../hold-dialogs';
import { MeasurementsPanel, PointsPanel, StepsPanel } from './lot-tables';

/** One lot: its way through the route, what was measured and charted, its alerts, what was decided, and what holds it. */
export function LotPageView({ data: d, canAct }: { data: LotView; canAct: boolean }) {
  const { lot } = d;
  const [dialog, setDialog] = useState<'hold' | 'release' | null>(null);
  const active = d.holds.find((h) => h.releasedMs === null);
  return (
    <>
      <LiveRefresh topics={['hold', 'alert', 'measurement', 'run']} everyMs={10_000} />
      <PageHead
        title={`Lot ${lot.name}`}
        sub={`${lot.product} · route ${lot.route} · ${plural(lot.wafers, 'wafer')} · started ${absoluteTime(lot.startedMs)}`}
        actions={
          <>
            <Link prefetch={false} className="btn" href={`/wafers?lot=${encodeURIComponent(lot.name)}`}>
              Wafer maps
            </Link>
            {!canAct ? null : active === undefined ? (
              <button type="button" className="btn" onClick={() => setDialog('hold')}>
                Hold…
              </button>
            ) : (
              <button type="button" className="btn btn-primary" onClick={() => setDialog('release')}>
                Release…
              </button>
            )}
          </>
        }
      />
      <HeldNotice holds={active === undefined ? [] : [active]} />
      <div className="grid grid-cols-[minmax(0,1fr)_320px] gap-3 items-start">
        <div className="flex flex-col gap-3 min-w-0">
          <StepsPanel d={d} />
          <div className="grid grid-cols-1 min-[1700px]:grid-cols-2 gap-3 items-start">
            <PointsPanel d={d} />
            <MeasurementsPanel d={d} />
          </div>
        </div>
        <div className="flex flex-col gap-3">
          <Alerts rows={d.alerts} />
          <Dispositions rows={d.dispositions} />
          <Holds rows={d.holds} />
          <Panel
            title="Re-measurement"
            empty={d.requests.length === 0 ? 'Nothing of this lot was asked to be measured again.' : undefined}
          >
            <RequestList rows={d.requests} canAct={canAct} />
          </Panel>
        </div>
      </div>
      {dialog === 'hold' ? (
        <PlaceDialog open onClose={() => setDialog(null)} subjects={[{ scope: 'lot', lot: lot.name }]} alert={null} />
      ) : null}
      {dialog === 'release' && active !== undefined ? (
        <ReleaseDialog hold={{ ...active, name: holdName(active) }} onClose={() => setDialog(null)} />
      ) : null}
    </>
  );
}

function Alerts({ rows }: { rows: LotView['alerts'] }) {
  return (
    <Panel title="Alerts" empty={rows.length === 0 ? 'No alert names this lot.' : undefined}>
      <ul className="text-sm">
        {rows.map((r) => (
          <li key={r.id}>
            <Link prefetch={false} href={`/alerts/${r.id}`} className="flex gap-2 py-1 hover:underline">
              <StatusMark status={markOf(r.state, severityStatus(r.severity))} text={r.severity} hideText />
              <span className="min-w-0">
                {r.title}
                <span className="text-ink-3">{`, ${stateWords(r.state)}`}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Dispositions({ rows }: { rows: LotView['dispositions'] }) {
  return (
    <Panel title="Dispositions" empty={rows.length === 0 ? 'Nothing was decided about this lot.' : undefined}>
      <ul className="text-sm flex flex-col gap-2">
        {rows.map((r) => (
          <li key={`${r.alertId}-${r.slot}-${r.atMs}-${r.decision}`} className={r.replaced ? 'text-ink-3' : undefined}>
            <b>{`${r.slot === 0 ? 'The lot' : `Wafer ${r.slot}`}: ${decisionWord(r.decision)}`}</b>
            {r.replaced ? ' (replaced)' : ''}
            <p className="text-ink-2">
              {`${r.author}: ${r.reason}, `}
              <Ago at={r.atMs} />
            </p>
            <Link prefetch={false} className="link" href={`/alerts/${r.alertId}`}>
              {r.title}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Holds({ rows }: { rows: LotView['holds'] }) {
  return (
    <Panel title="Holds" empty={rows.length === 0 ? 'It was never on hold.' : undefined}>
      <ul className="text-sm flex flex-col gap-2">
        {rows.map((h) => (
          <li key={h.id}>
            <Link prefetch={false} href={`/holds?hold=${h.id}`} className="hover:underline">
              <StatusMark status={h.releasedMs === null ? 'out' : 'idle'} text={h.releasedMs === null ? 'on hold' : 'released'} />
            </Link>
            <p className="text-ink-2">
              {`${h.placedBy}: ${h.reason}, `}
              <Ago at={h.placedMs} />
            </p>
            {h.releasedMs === null ? null : <p className="text-ink-2">{`${h.releasedBy}: ${h.releaseReason}`}</p>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
