'use client';
import type { LoopRow } from '@/lib/services/views/control';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Sparkline } from '@/lib/ui/components/sparkline';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { stabilityStatus } from '@/lib/ui/control/stability-meter';
import { num, signed } from '@/lib/ui/format';
import { LOOP_STATUS } from './loop-status';

const improvement = (r: LoopRow): number | null =>
  r.withControl?.ppk != null && r.withoutControl?.ppk != null ? r.withControl.ppk - r.withoutControl.ppk : null;

const COLUMNS: readonly Column<LoopRow>[] = [
  {
    key: 'state',
    header: 'State',
    value: (r) => r.state,
    cell: (r) => <StatusMark status={LOOP_STATUS[r.state]} text={r.state} />,
  },
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
    title: 'Ppk on less Ppk off',
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
    value: (r) => r.config.lambda,
    cell: (r) => `${num(r.config.lambda, 2)}, ${num(r.config.gain, 2)}`,
    title: 'Weight of a new observation; change of the output by one unit of the knob',
  },
  { key: 'threads', header: 'Threads', numeric: true, value: (r) => r.threads },
  {
    key: 'stability',
    header: 'Of bound',
    value: (r) => r.judgement?.usedWorst,
    numeric: true,
    cell: (r) => <OfBound judgement={r.judgement} />,
    title:
      'Share of the stability bound that is used, with the gain that history tells (and the unfavourable end of its interval) and the delay that 90 % of the lots kept',
    firstDir: 'desc',
  },
  {
    key: 'moves',
    header: 'Moves',
    numeric: true,
    value: (r) => r.moves,
    cell: (r) => (r.clipped > 0 ? `${r.moves} (${r.clipped} cut)` : String(r.moves)),
    title: 'Advices that changed the setpoint; cut by the step or the absolute limit',
  },
];

/** One row a loop. */
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
  const range = j.ratioHigh === null ? '' : ` to ${num(j.usedWorst, 2)}`;
  return <StatusMark status={stabilityStatus(j.usedWorst)} text={`${num(j.used, 2)}${range}`} />;
}
