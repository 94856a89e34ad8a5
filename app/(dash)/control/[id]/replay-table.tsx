'use client';
import type { LoopHead } from '@/lib/services/control/views/loop-head';
import type { LoopReplay, ReplaySide } from '@/lib/services/control/views/replay';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { ComparisonTable } from '@/lib/ui/control/comparison-table';
import { absoluteTime, decimalsFor, num, plural, unitLabel } from '@/lib/ui/format';

/** The record, the version in force and the draft over the same period, and what the comparison assumes. */
export function ReplayTable({ replay: r, loop, hasDraft }: { replay: LoopReplay; loop: LoopHead; hasDraft: boolean }) {
  const dy = decimalsFor(r.present.rms / 10);
  const rows: { name: string; of: (s: ReplaySide) => string; title?: string }[] = [
    { name: 'Ppk', of: (s) => num(s.capability?.ppk, 2) },
    { name: `rms from target, ${unitLabel(loop.unit)}`, of: (s) => num(s.rms, dy) },
    { name: 'Outside specification', of: (s) => String(s.outsideSpecification) },
    { name: 'Decisions', of: (s) => String(s.decisions), title: 'Each lot that asked for its setpoint on a thread of the loop' },
    {
      name: 'Moves',
      of: (s) => String(s.moves),
      title:
        'Decisions that changed the setpoint from the one in use; the others left it, by the deadband or because nothing called for more',
    },
    { name: 'Cut by a limit', of: (s) => String(s.clipped) },
  ];
  const whole = r.audit.same === r.audit.decisions;
  return (
    <div className="mt-3">
      <ComparisonTable
        caption={`${plural(r.n, 'observation')} of ${plural(r.threads, 'thread')}, ${absoluteTime(r.fromMs)} to ${absoluteTime(r.toMs)}${r.ownHistory ? '' : '; the version in force has too few of its own, so versions before it are in the record'}.`}
        captionShown
        corner="Replay"
        columns={[{ label: 'As recorded' }, { label: `Version ${loop.version}` }, ...(hasDraft ? [{ label: 'Draft' }] : [])]}
        rows={rows.map((x) => ({
          name: x.name,
          cells: [r.recorded, r.present, ...(hasDraft ? [r.proposed] : [])].map(x.of),
          title: x.title,
        }))}
        draft={hasDraft}
      />
      <p className="text-sm mt-2">
        <StatusMark
          status={whole ? 'ok' : 'out'}
          text={
            whole
              ? `All ${plural(r.audit.decisions, 'recorded decision')} reproduced to the last bit; ${r.audit.moves} of them moved the setpoint`
              : `${r.audit.decisions - r.audit.same} of ${plural(r.audit.decisions, 'recorded decision')} could not be reproduced: the record and this code differ`
          }
        />
      </p>
      <p className="text-sm text-ink-2 mt-1">
        {`Assumed: outputs follow a changed setpoint by ${num(r.gain, 3)} (${r.gainSource === 'history' ? 'the gain by history' : 'the model gain; history does not show it'}); the same disturbances, lots and order; measurements arrive when they did; manual setpoints and runs without advice stay as they were; the configuration takes over at the first decision, from the estimates the threads had.`}
      </p>
    </div>
  );
}
