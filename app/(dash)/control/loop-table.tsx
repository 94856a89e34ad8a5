'use client';
import type { LoopRow } from '@/lib/services/control/views/list';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Sparkline } from '@/lib/ui/components/sparkline';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { gainUnit } from '@/lib/ui/control/gain-unit';
import { marginOf, usedWords } from '@/lib/ui/control/stability-facts';
import { asEntered, num, signed } from '@/lib/ui/format';
import { LOOP_STATUS } from './loop-status';

const improvement = (r: LoopRow): number | null =>
  r.withControl?.ppk != null && r.withoutControl?.ppk != null ? r.withControl.ppk - r.withoutControl.ppk : null;

const COLUMNS: readonly Column<LoopRow>[] = [
  {
    key: 'state',
    header: 'State',
    value: (r) => r.state,
    sort: (r) => `${r.pending > 0 ? 0 : 1} ${r.state}`,
    cell: (r) => (
      <>
        <StatusMark status={LOOP_STATUS[r.state]} text={r.state} />
        {r.pending > 0 ? (
          <span className="block" title="A change waits for a second engineer">
            <StatusMark status="warn" text={r.pending === 1 ? 'proposal waits' : `${r.pending} proposals wait`} />
          </span>
        ) : null}
      </>
    ),
  },
  { key: 'pending', header: 'Proposals waiting', fileOnly: true, value: (r) => r.pending },
  {
    key: 'name',
    header: 'Loop',
    value: (r) => r.name,
    cell: (r) => (
      <span className="name" title={r.name}>
        {r.name}
      </span>
    ),
  },
  {
    key: 'spark',
    header: 'Last 50',
    cell: (r) => <Sparkline label={r.name} values={r.spark} cl={r.config.target} ucl={r.usl} lcl={r.lsl} width={90} />,
    title: 'With specification limits and target',
  },
  {
    key: 'on',
    header: 'Ppk on',
    numeric: true,
    firstDir: 'asc',
    value: (r) => r.withControl?.ppk ?? null,
    cell: (r) => num(r.withControl?.ppk, 2),
    title: 'Cpk with the overall sigma of all wafers of the window, control on',
  },
  {
    key: 'off',
    header: 'Ppk off',
    numeric: true,
    firstDir: 'asc',
    value: (r) => r.withoutControl?.ppk ?? null,
    cell: (r) => num(r.withoutControl?.ppk, 2),
    title: 'The same wafers without control, by the loop’s model: y − gain × (applied − nominal)',
  },
  {
    key: 'gain',
    header: 'By control',
    numeric: true,
    firstDir: 'asc',
    value: improvement,
    cell: (r) => {
      const d = improvement(r);
      return d === null ? '–' : <StatusMark status={d > 0 ? 'ok' : 'warn'} text={signed(d, 2)} />;
    },
    title: 'Ppk on minus Ppk off',
  },
  {
    key: 'cpk',
    header: 'Cpk',
    numeric: true,
    firstDir: 'asc',
    value: (r) => r.withControl?.cpk ?? null,
    cell: (r) => num(r.withControl?.cpk, 2),
    title: 'With the within sigma (moving ranges of each thread), control on',
  },
  {
    key: 'lambda',
    header: 'λ, gain',
    numeric: true,
    fileHeader: 'λ',
    value: (r) => r.config.lambda,
    cell: (r) => `${asEntered(r.config.lambda, 2)}, ${asEntered(r.config.gain, 2)}`,
    title: 'Weight of a new observation; change of the output by one unit of the knob',
  },
  { key: 'modelGain', header: 'Gain', fileOnly: true, value: (r) => r.config.gain },
  {
    key: 'gainUnit',
    header: 'Unit of the gain',
    fileOnly: true,
    value: gainUnit,
  },
  { key: 'threads', header: 'Threads', numeric: true, value: (r) => r.threads },
  {
    key: 'stability',
    header: 'Of bound',
    fileHeader: 'Of the stability bound',
    value: (r) => r.judgement?.used,
    sort: (r) => r.judgement?.usedWorst,
    numeric: true,
    cell: (r) => <OfBound judgement={r.judgement} />,
    title:
      'Share of the stability bound that is used, with the gain that history shows (and the unfavourable end of its interval) and the delay that 90 % of the lots stayed within',
    firstDir: 'desc',
  },
  {
    key: 'worst',
    header: 'Of the stability bound, unfavourable end',
    fileOnly: true,
    value: (r) => r.judgement?.usedWorst,
  },
  {
    key: 'margin',
    header: 'Margin',
    fileOnly: true,
    value: (r) => (r.judgement === null ? 'cannot advise' : marginOf(r.judgement).words),
  },
  {
    key: 'moves',
    header: 'Moves',
    numeric: true,
    value: (r) => r.moves,
    cell: (r) => (r.clipped > 0 ? `${r.moves} (${r.clipped} cut)` : String(r.moves)),
    title: 'Decisions that changed the setpoint; cut by the step or the absolute limit',
  },
  { key: 'clipped', header: 'Cut by a limit', fileOnly: true, value: (r) => r.clipped },
  { key: 'last', header: 'Last observation', fileOnly: true, time: (r) => r.lastMs },
];

/** One row per loop. */
export function LoopTable({ rows, filtered }: { rows: readonly LoopRow[]; filtered: boolean }) {
  return (
    <DataTable
      label="Control loops"
      rows={rows}
      columns={COLUMNS}
      rowKey={(r) => r.id}
      rowHref={(r) => `/control/${r.id}`}
      primary
      empty={
        filtered
          ? 'No loop matches these filters. Clear one of them.'
          : 'No control loop is registered. Loops come with the fab’s registration over the API (PUT /api/v1/fab).'
      }
    />
  );
}

function OfBound({ judgement: j }: Pick<LoopRow, 'judgement'>) {
  if (j === null) return <StatusMark status="out" text="cannot advise" />;
  const { status, words } = marginOf(j);
  return (
    <span title={words}>
      <StatusMark status={status} text={usedWords(j, ' to ')} />
    </span>
  );
}
