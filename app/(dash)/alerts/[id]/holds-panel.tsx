'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { AlertView } from '@/lib/services/evidence/alert';
import type { HoldLine } from '@/lib/services/holds/views/held';
import { needsRole } from '@/lib/ui/components/gate';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { Ago } from '@/lib/ui/hooks/now';
import { holdName } from '../../held-notice';
import { type HoldSubjectInput, PlaceDialog, ReleaseDialog } from '../../hold-dialogs';

/** What may be held from an alert: its lots, its chamber, its tool. */
export function holdSubjects({ alert, life }: AlertView): HoldSubjectInput[] {
  const lots = [...new Set([...(alert.lot === null ? [] : [alert.lot]), ...life.lots.map((l) => l.lot)])];
  return [
    ...lots.map((lot): HoldSubjectInput => ({ scope: 'lot', lot })),
    ...(alert.tool === null || alert.kind === 'spectra' ? [] : [{ scope: 'tool' as const, tool: alert.tool }]),
    ...(alert.tool === null || alert.chamber === null
      ? []
      : [{ scope: 'chamber' as const, tool: alert.tool, chamber: alert.chamber }]),
  ];
}

/** Holds that were placed from the alert, and others that its lot, tool or chamber meet. */
export function HoldsPanel({ data, canAct, mayRelease }: { data: AlertView; canAct: boolean; mayRelease: boolean }) {
  const { alert, life } = data;
  const [placing, place] = useState(false);
  const [releasing, release] = useState<HoldLine | null>(null);
  const own = new Set(life.holds.map((h) => h.id));
  const holds = [...life.holds, ...life.heldNow.filter((h) => !own.has(h.id))];
  const subjects = holdSubjects(data);
  // A panel that is empty shows why instead of its children: the dialogs stand beside it.
  return (
    <>
      <Panel
        title="Holds"
        actions={
          canAct && subjects.length > 0 ? (
            <button type="button" className="btn h-7! text-sm!" onClick={() => place(true)}>
              Hold…
            </button>
          ) : null
        }
        empty={holds.length === 0 ? 'Nothing is on hold: lot, tool and chamber go on.' : undefined}
      >
        <ul className="flex flex-col gap-2 text-sm">
          {holds.map((h) => (
            <li key={h.id}>
              <div className="flex items-baseline gap-2">
                <Link prefetch={false} href={`/holds?hold=${h.id}`} className="hover:underline min-w-0">
                  <StatusMark
                    status={h.releasedMs === null ? 'out' : 'idle'}
                    text={`${holdName(h)}${h.releasedMs === null ? '' : ', released'}`}
                  />
                </Link>
                {h.releasedMs === null && canAct ? (
                  h.scope === 'lot' || mayRelease ? (
                    <button
                      type="button"
                      className="link ml-auto"
                      aria-label={`Release ${holdName(h)}`}
                      onClick={() => release(h)}
                    >
                      Release…
                    </button>
                  ) : (
                    <span className="ml-auto text-ink-3">{needsRole('engineer')}</span>
                  )
                ) : null}
              </div>
              <p className="text-ink-2">
                {`${h.source === 'policy' ? 'by policy' : h.placedBy}, `}
                <Ago at={h.placedMs} />
                {h.source === 'policy' ? null : `: ${h.reason}`}
              </p>
              {h.releasedMs === null ? null : <p className="text-ink-2">{`${h.releasedBy}: ${h.releaseReason}`}</p>}
            </li>
          ))}
        </ul>
      </Panel>
      {placing ? <PlaceDialog open onClose={() => place(false)} subjects={subjects} alert={alert.id} /> : null}
      {releasing === null ? null : (
        <ReleaseDialog hold={{ ...releasing, name: holdName(releasing) }} onClose={() => release(null)} />
      )}
    </>
  );
}
