'use client';
import type { Judged } from '@/lib/services/control/judge-change';
import type { LoopView } from '@/lib/services/control/views/loop';
import type { LoopCapability } from '@/lib/services/control/views/loop-head';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { type ComparisonRow, ComparisonTable } from '@/lib/ui/control/comparison-table';
import { stabilityFacts, usedWords } from '@/lib/ui/control/stability-facts';
import { StabilityMeter } from '@/lib/ui/control/stability-meter';
import { decimalsFor, num, signed, unitLabel } from '@/lib/ui/format';

/** Capability with control beside the same wafers without it, by the loop's model. */
export function AchievedPanel({ d }: { d: LoopView }) {
  const { withControl: on, withoutControl: off, loop } = d;
  const y = unitLabel(loop.unit);
  const noSpec = loop.lsl === null && loop.usl === null;
  const gain = on?.ppk != null && off?.ppk != null ? on.ppk - off.ppk : null;
  const dy = decimalsFor((on?.sigmaOverall ?? off?.sigmaOverall ?? 1) / 10);
  const row = (name: string, f: (c: LoopCapability) => string, title?: string): ComparisonRow => ({
    name,
    cells: [on, off].map((c) => (c ? f(c) : '–')),
    title,
  });
  const byWhat = 'Cpk with the overall sigma: drift and steps count, which is what control removes';
  const rows = [
    ...(noSpec
      ? []
      : [
          row('Ppk', (c) => num(c.ppk, 2), byWhat),
          row('95 % of Ppk', (c) => `${num(c.ppkLow, 2)} to ${num(c.ppkHigh, 2)}`),
          row('Cpk, within', (c) => num(c.cpk, 2), 'Within sigma from moving ranges of each thread'),
        ]),
    row('Mean − target', (c) => signed(c.mean - loop.config.target, dy)),
    row('Sigma overall', (c) => num(c.sigmaOverall, dy)),
    row('Sigma within', (c) => num(c.sigmaWithin, dy)),
  ];
  return (
    <Panel
      title="Achieved"
      note={on ? `${on.n} wafers of the window` : null}
      empty={on ? undefined : 'Fewer than two measured wafers in this window: take a longer time range.'}
    >
      <ComparisonTable
        caption="Capability with and without control"
        corner={y}
        columns={[
          { label: 'Control on' },
          { label: 'Off, model', title: 'The same wafers without control, by the model: y − gain × (applied − nominal)' },
        ]}
        rows={rows}
      />
      {gain !== null ? (
        <p className="text-sm mt-2">
          <StatusMark
            status={gain > 0 ? 'ok' : 'warn'}
            text={`Ppk ${signed(gain, 2)} by control (${num(off!.ppk, 2)} → ${num(on!.ppk, 2)})`}
          />
        </p>
      ) : null}
      {noSpec ? (
        <p className="text-sm text-ink-2 mt-2">No specification limits are registered, so there is no capability.</p>
      ) : null}
    </Panel>
  );
}

/** How near the configuration in force is to instability, by the gain estimated from history and the observed delay. */
export function StabilityPanel({ judgement: j, timing, lambda }: Pick<Judged, 'judgement' | 'timing'> & { lambda: number }) {
  return (
    <Panel title="Stability" note={`${usedWords(j, ', up to ')} of the bound`}>
      <StabilityMeter used={j.used} worst={j.usedWorst} />
      {j.reasons.length > 0 ? (
        <ul className="list-disc pl-4 my-1 text-sm text-ink-2" aria-label="What a second engineer would look at">
          {j.reasons.map((r) => (
            <li key={r}>{r}</li>
          ))}
        </ul>
      ) : null}
      <Facts facts={stabilityFacts(j, timing, lambda)} />
      <p className="text-sm text-ink-3 mt-1">
        {j.gainSource === 'history'
          ? 'Gain from what the threads observed, with its 95 % interval; the delay is the one that 90 % of the lots stayed within.'
          : `Gain taken as it was registered or last approved by a second person: ${j.gainReason}.`}
      </p>
    </Panel>
  );
}
