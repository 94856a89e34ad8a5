'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { RequestLine } from '@/lib/services/alerts/views/life';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { decimalsFor, num, unitLabel } from '@/lib/ui/format';
import { Ago, useNow } from '@/lib/ui/hooks/now';
import { takeBack } from './actions';

export const waferOf = (r: { lot: string; slot: number }): string =>
  r.slot === 0 ? `${r.lot}, any wafer` : `${r.lot}.${String(r.slot).padStart(2, '0')}`;

/** How a request stands: open, late, or what came. */
export function RequestState({ row: r }: { row: RequestLine }) {
  const now = useNow();
  if (r.state === 'withdrawn') return <StatusMark status="idle" text="withdrawn" />;
  if (r.state === 'open')
    return (
      <span suppressHydrationWarning>
        <StatusMark status={r.dueMs < now ? 'out' : 'warn'} text={r.dueMs < now ? 'late' : 'open'} />
      </span>
    );
  return (
    <Link prefetch={false} href={`/wafers/${r.measurementId}`} className="hover:underline">
      <StatusMark
        status="ok"
        text={`${num(r.mean, decimalsFor(Math.abs(r.mean ?? 0) / 1000))} ${unitLabel(r.unit)}${r.revises === null ? '' : ', took its place'}`}
      />
    </Link>
  );
}

/** Asks why a request is taken back; null: closed. */
export function TakeBackDialog({ request: r, onClose }: { request: RequestLine | null; onClose: () => void }) {
  return r === null ? null : (
    <ReasonDialog
      open
      onClose={onClose}
      title={`Take back the request of ${waferOf(r)}`}
      confirm="Take back"
      onSubmit={(reason) => takeBack(r.id, reason)}
    />
  );
}

/** Requests of an alert or a lot, one beneath the other. */
export function RequestList({ rows, canAct }: { rows: readonly RequestLine[]; canAct: boolean }) {
  const [taking, take] = useState<RequestLine | null>(null);
  return (
    <>
      <ul className="flex flex-col gap-2 text-sm">
        {rows.map((r) => (
          <li key={r.id}>
            <div className="flex items-baseline gap-2">
              <b>{waferOf(r)}</b>
              <RequestState row={r} />
              {r.state === 'open' && canAct ? (
                <button type="button" className="link ml-auto" aria-label={`Take back ${waferOf(r)}`} onClick={() => take(r)}>
                  Take back…
                </button>
              ) : null}
            </div>
            <p className="text-ink-2">
              {`${r.parameter} at ${r.operation}; ${r.askedBy}: ${r.reason}. Due `}
              <Ago at={r.dueMs} />
            </p>
          </li>
        ))}
      </ul>
      <TakeBackDialog request={taking} onClose={() => take(null)} />
    </>
  );
}
