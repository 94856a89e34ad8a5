'use client';
import Link from 'next/link';
import { useMemo } from 'react';
import { StatusMark, severityStatus } from '../components/status-mark';
import { absoluteTime, duration, shortTime } from '../format';
import { type LaneInput, prepareLanes } from './lanes.prepare';

export interface LaneRow extends LaneInput {
  readonly what: string;
  readonly detail: string;
  readonly href: string | null;
  readonly severity: string | null;
}

const BAR: Readonly<Record<LaneRow['kind'], string>> = {
  alert: 'bg-accent h-2.5',
  event: 'border-l-2 border-ink h-4',
  hold: 'h-2.5 border border-out bg-out-wash',
};

/** Spans and moments below each other on one time axis: a table whose middle column is drawn. */
export function LaneChart({ label, lanes }: { label: string; lanes: readonly LaneRow[] }) {
  const model = useMemo(() => prepareLanes(lanes), [lanes]);
  return (
    <table className="w-full text-sm table-fixed">
      <caption className="sr-only">{label}</caption>
      <colgroup>
        <col style={{ width: '46%' }} />
        <col />
        <col style={{ width: 150 }} />
      </colgroup>
      <thead className="sr-only">
        <tr>
          <th scope="col">What</th>
          <th scope="col">From first to last</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {lanes.map((l, i) => {
          const lane = model.lanes[i]!;
          return (
            <tr key={`${l.kind}${l.what}${l.fromMs}`} className="border-t border-hairline">
              <th scope="row" className="text-left font-normal truncate pr-2 py-1.5" title={`${l.what}: ${l.detail}`}>
                {l.severity === null ? null : (
                  <>
                    <StatusMark status={severityStatus(l.severity)} text={l.severity} hideText />{' '}
                  </>
                )}
                {l.href === null ? (
                  l.what
                ) : (
                  <Link prefetch={false} className="hover:underline" href={l.href}>
                    {l.what}
                  </Link>
                )}
              </th>
              <td className="relative">
                <span
                  aria-hidden="true"
                  className={`absolute top-1/2 -translate-y-1/2 ${BAR[l.kind]} ${lane.lasts ? 'border-r-0' : ''}`}
                  style={{ left: `${lane.leftPct}%`, width: `${lane.moment ? 0 : lane.widthPct}%` }}
                />
              </td>
              <td className="text-right text-ink-2 whitespace-nowrap" title={`${absoluteTime(l.fromMs)}. ${l.detail}`}>
                {shortTime(l.fromMs)}
                {lane.lasts ? ', lasts' : l.toMs === null || l.toMs === l.fromMs ? '' : `, ${duration(l.toMs - l.fromMs)}`}
              </td>
            </tr>
          );
        })}
        <tr className="border-t border-hairline-strong">
          <td />
          <td className="relative h-5">
            {model.ticks.map((t) => (
              <span
                key={t.leftPct}
                className="absolute text-xs text-ink-3 -translate-x-1/2 whitespace-nowrap"
                style={{ left: `${t.leftPct}%` }}
              >
                {t.label}
              </span>
            ))}
          </td>
          <td />
        </tr>
      </tbody>
    </table>
  );
}
