'use client';
import Link from 'next/link';
import { useMemo } from 'react';
import type { BadActor } from '@/lib/services/hygiene/bad-actors';
import type { Fix } from '@/lib/services/hygiene/fixes';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { count, num, plural } from '@/lib/ui/format';

const FIX_VERB: Readonly<Record<Fix['kind'], string>> = {
  study: 'Study the limits…',
  autocorrelation: 'Study with overall sigma…',
  rules: 'Take the rule out…',
  retire: 'Retire the chart…',
};

const weekly = (v: number): string => num(v, v < 10 ? 2 : 1);

/** "2.41 → 0.93 false alarms a week". */
export const fixPrice = (f: Fix): string =>
  f.before === null
    ? ''
    : f.after === null
      ? `Its rules cost ${weekly(f.before)} false alarms a week`
      : `${weekly(f.before)} → ${weekly(f.after)} false alarms a week`;

/** Whether there were more alarms than chance gives, in words. */
export function verdict(a: Pick<BadActor, 'chance'>): { status: 'ok' | 'warn' | 'idle'; text: string } {
  if (a.chance === null) return { status: 'idle', text: 'no price' };
  if (a.chance < 0.01) return { status: 'warn', text: 'more than chance' };
  return { status: 'ok', text: 'as chance gives' };
}

const COLUMNS: readonly Column<BadActor>[] = [
  {
    key: 'title',
    header: 'Cause',
    value: (a) => a.title,
    cell: (a) => <Cause a={a} />,
  },
  {
    key: 'fix',
    header: 'What could be done',
    value: (a) => a.fixes.map((f) => `${f.text} (${fixPrice(f)})`).join('; '),
    cell: (a) => <Fixes fixes={a.fixes} />,
  },
  { key: 'area', header: 'Area', fileOnly: true, value: (a) => a.area },
  {
    key: 'alarms',
    header: 'Alarms',
    numeric: true,
    value: (a) => a.alarms,
    cell: (a) => count(a.alarms),
    title: 'Raised or reopened in the window',
  },
  {
    key: 'share',
    header: 'Share',
    unit: '%',
    numeric: true,
    value: (a) => 100 * a.share,
    cell: (a) => <Share a={a} />,
    title: 'Of all alarms of the window',
  },
  {
    key: 'cumulated',
    header: 'Cumulated',
    unit: '%',
    numeric: true,
    value: (a) => 100 * a.cumulated,
    cell: (a) => num(100 * a.cumulated, 0),
    title: 'With all causes above it, by number of alarms (Pareto)',
  },
  {
    key: 'expected',
    header: 'By chance',
    numeric: true,
    value: (a) => a.expected,
    cell: (a) => (a.expected === null ? '–' : num(a.expected, a.expected < 10 ? 1 : 0)),
    title:
      'False alarms that the rules in force give a process in control over the points of the window: the exact price of the rules times the points',
  },
  {
    key: 'verdict',
    header: 'Against chance',
    value: (a) => verdict(a).text,
    cell: (a) => (
      <span title={a.chance === null ? undefined : `p = ${num(a.chance, 4)}, over ${count(a.points)} points`}>
        <StatusMark {...verdict(a)} />
      </span>
    ),
    title:
      'More than chance: fewer than 1 in 100 processes in control would give so many (Poisson). Alarms while an alert is open are not counted, so chance may give more than is seen',
  },
  {
    key: 'chance',
    fileOnly: true,
    header: 'p',
    fileHeader: 'Probability by chance',
    numeric: true,
    value: (a) => a.chance,
    cell: (a) => (a.chance === null ? '–' : a.chance < 0.001 ? '< 0.001' : num(a.chance, 3)),
    title: 'Probability of so many alarms or more by chance alone',
  },
  { key: 'chatter', header: 'Most in 24 h', numeric: true, value: (a) => a.worstDay, title: 'Chatter: three or more' },
  {
    key: 'none',
    header: 'Nothing done',
    numeric: true,
    value: (a) => a.noAction,
    title: 'Closed with the action "nothing changed", or as a false alarm',
  },
  {
    key: 'itself',
    fileOnly: true,
    header: 'By itself',
    numeric: true,
    value: (a) => a.byItself,
    title: 'Closed without a person: its condition ended',
  },
  {
    key: 'points',
    fileOnly: true,
    header: 'Points',
    numeric: true,
    value: (a) => a.points,
    cell: (a) => (a.points === null ? '–' : count(a.points)),
  },
];

function Cause({ a }: { a: BadActor }) {
  return (
    <span className="block whitespace-normal min-w-[18ch]">
      {a.chartId === null ? (
        a.title
      ) : (
        <Link prefetch={false} className="link" href={`/spc/${a.chartId}`}>
          {a.title}
        </Link>
      )}
      <span className="block text-sm text-ink-3">{a.area}</span>
    </span>
  );
}

function Share({ a }: { a: BadActor }) {
  return (
    <span className="inline-flex items-center gap-1 justify-end">
      <span
        aria-hidden="true"
        className="inline-block h-2 bg-accent"
        style={{ width: `${Math.max(1, Math.round(40 * a.share))}px` }}
      />
      {num(100 * a.share, 1)}
    </span>
  );
}

function Fixes({ fixes }: { fixes: readonly Fix[] }) {
  if (fixes.length === 0) return <span className="text-ink-3">–</span>;
  return (
    <ul className="whitespace-normal min-w-[30ch] max-w-[60ch] py-1">
      {fixes.map((f) => (
        <li key={f.kind} className="mb-1">
          {`${f.text}. `}
          <span className="text-ink-2">{fixPrice(f) === '' ? '' : `${fixPrice(f)}. `}</span>
          <Link prefetch={false} className="btn h-6! text-sm! mt-0.5 w-fit" href={f.href}>
            {FIX_VERB[f.kind]}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Causes by their share of all alarms, with what chance alone would give and what could be done. */
export function ActorsTable({ actors, causes, alarms }: { actors: readonly BadActor[]; causes: number; alarms: number }) {
  const note = useMemo(() => {
    const half = actors.findIndex((a) => a.cumulated >= 0.5);
    return half < 0 ? '' : ` · half of all alarms come from ${half + 1} of ${causes} ${causes === 1 ? 'cause' : 'causes'}`;
  }, [actors, causes]);
  return (
    <Panel
      title="Bad actors"
      note={`${actors.length < causes ? `first ${actors.length} of ${causes} causes` : `${plural(alarms, 'alarm')} by cause`}${note}`}
      flush
    >
      <DataTable
        label="Bad actors"
        rows={actors}
        columns={COLUMNS}
        rowKey={(a) => a.cause}
        initialSort={{ key: 'alarms', dir: 'desc' }}
        primary
        total={causes}
        empty="No alarm in this time. Take a longer one, or another area."
      />
    </Panel>
  );
}
