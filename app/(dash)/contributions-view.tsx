'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { PointContributions } from '@/lib/services/spc/views/contributions';
import { fileName } from '@/lib/ui/csv';
import { downloadText } from '@/lib/ui/export';
import { plural } from '@/lib/ui/format';
import {
  type ContributionBar,
  type ContributionBars,
  contributionBars,
  contributionsCsv,
  leftOutText,
} from './contributions.prepare';

const SHOWN = 8;

/** What each variable of a point contributes, as bars that lead to where its value came from. */
export function Contributions({ data }: { data: PointContributions }) {
  const statistics = contributionBars(data);
  const leftOut = leftOutText(data.leftOut);
  if (statistics.length === 0)
    return (
      <p className="text-sm text-ink-2">{`Nothing of this point is judged${data.unjudged === null ? '' : `: ${data.unjudged}`}.`}</p>
    );
  return (
    <div className="flex flex-col gap-3">
      {statistics.map((s) => (
        <Statistic key={s.key} s={s} />
      ))}
      {leftOut === null ? null : <p className="text-sm text-ink-2">{leftOut}</p>}
      <button
        type="button"
        className="link text-sm self-start no-print h-6"
        onClick={() => downloadText(fileName(`${data.chart.title} contributions`, 'csv'), contributionsCsv(data))}
      >
        Contributions as CSV
      </button>
    </div>
  );
}

function Statistic({ s }: { s: ContributionBars }) {
  const [all, setAll] = useState(false);
  const shown = all ? s.bars : s.bars.slice(0, SHOWN);
  const isSigned = s.bars.some((b) => b.share < 0);
  return (
    <section aria-label={`Contributions to ${s.title}`}>
      <h4 className="text-sm text-ink">
        <b>{s.title}</b> <span className={s.isOut ? 'status-out' : 'text-ink-2'}>{`${s.isOut ? '■ ' : ''}${s.note}`}</span>
      </h4>
      <ul className="flex flex-col gap-1 my-1">
        {shown.map((b) => (
          <Bar key={b.key} b={b} isSigned={isSigned} />
        ))}
      </ul>
      {s.bars.length > SHOWN ? (
        <button type="button" className="link text-sm h-6" onClick={() => setAll((v) => !v)}>
          {all ? 'Fewer variables' : `All ${plural(s.bars.length, 'variable')}`}
        </button>
      ) : null}
      <p className="text-sm text-ink-3">{s.meaning}</p>
    </section>
  );
}

/** A bar from the left edge, or from the middle where parts have signs. */
function Bar({ b, isSigned }: { b: ContributionBar; isSigned: boolean }) {
  const width = `${Math.abs(b.share) * (isSigned ? 50 : 100)}%`;
  const left = isSigned ? `${b.share < 0 ? 50 - Math.abs(b.share) * 50 : 50}%` : '0';
  return (
    <li>
      <Link
        prefetch={false}
        href={b.href}
        title={`${b.words}. Leads to the ${b.leads.replace(/^the /, '')}.`}
        aria-label={`${b.variable}: ${b.part}; ${b.words}; ${b.leads}`}
        className="block rounded px-1 min-h-6 hover:bg-sunken"
      >
        <span className="flex gap-2 text-sm">
          <span className="truncate link">{b.variable}</span>
          <span className="ml-auto tabular-nums">{b.part}</span>
        </span>
        <span className="block relative h-2 bg-sunken rounded-sm" aria-hidden="true">
          <span className="absolute inset-y-0 rounded-sm bg-(--series)" style={{ left, width }} />
          {isSigned ? <span className="absolute inset-y-0 left-1/2 w-px bg-(--hairline-strong)" /> : null}
        </span>
      </Link>
      {b.chartHref === null ? null : (
        <Link prefetch={false} href={b.chartHref} className="link text-xs px-1 inline-flex items-center h-6">
          its own chart
        </Link>
      )}
    </li>
  );
}
