'use client';
import type { LoopView } from '@/lib/services/views/control-loop';
import type { LoopCapability, LoopStability } from '@/lib/services/views/control-shared';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { ROW_HEAD } from '@/lib/ui/control/row-head';
import { StabilityMeter } from '@/lib/ui/control/stability-meter';
import { decimalsFor, num, signed, unitLabel } from '@/lib/ui/format';

/** Capability with control beside the same disturbance without it. */
export function AchievedPanel({ d }: { d: LoopView }) {
  const { withControl: on, withoutControl: off, loop } = d;
  const y = unitLabel(loop.unit);
  const noSpec = loop.lsl === null && loop.usl === null;
  const gain = on?.ppk != null && off?.ppk != null ? on.ppk - off.ppk : null;
  const dy = decimalsFor((on?.sigmaOverall ?? off?.sigmaOverall ?? 1) / 10);
  const row = (name: string, f: (c: LoopCapability) => string, title?: string) => (
    <tr title={title}>
      <th scope="row" className={ROW_HEAD}>
        {name}
      </th>
      <td className="num">{on ? f(on) : '–'}</td>
      <td className="num">{off ? f(off) : '–'}</td>
    </tr>
  );
  return (
    <Panel
      title="Achieved"
      note={on ? `${on.n} wafers of the window` : null}
      empty={on ? undefined : 'Fewer than two measured wafers in this window: take a longer time range.'}
    >
      <table className="grid-table">
        <caption className="sr-only">Capability with and without control</caption>
        <thead>
          <tr>
            <th scope="col">{y}</th>
            <th scope="col" className="num">
              Control on
            </th>
            <th scope="col" className="num">
              {d.withoutSource === 'twin' ? 'Twin, off' : 'Off, estimated'}
            </th>
          </tr>
        </thead>
        <tbody>
          {noSpec
            ? null
            : row(
                'Ppk',
                (c) => num(c.ppk, 2),
                'Cpk with the overall sigma: drift and steps count, which is what control removes',
              )}
          {noSpec ? null : row('95 % of Ppk', (c) => `${num(c.ppkLow, 2)} to ${num(c.ppkHigh, 2)}`)}
          {noSpec ? null : row('Cpk, within', (c) => num(c.cpk, 2), 'Within sigma from moving ranges of each thread')}
          {row('Mean − target', (c) => signed(c.mean - loop.config.target, dy))}
          {row('Sigma overall', (c) => num(c.sigmaOverall, dy))}
          {row('Sigma within', (c) => num(c.sigmaWithin, dy))}
        </tbody>
      </table>
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

/** How near the loop is to instability, with the delay that was observed. */
export function StabilityPanel({ stability: s, lambda }: { stability: LoopStability | null; lambda: number }) {
  return (
    <Panel
      title="Stability"
      note={s ? `${num(s.used, 2)} of the bound` : null}
      empty={s ? undefined : 'No measured run in this window, so no delay was observed.'}
    >
      {s ? (
        <>
          <StabilityMeter used={s.used} />
          <Facts
            facts={[
              ['Delay, lots of a thread', `${num(s.delayMedian, 0)} (90 %: ${num(s.delay90, 0)})`],
              ['Observations a lot', num(s.wafersALot, 1)],
              ['λ a lot', `${num(s.lambdaLot, 2)} from ${num(lambda, 2)}`],
              ['True gain may be', `${num(s.maxGainRatio, 1)} × the model’s`],
              ['Settles in', s.settleLots === null ? 'never' : `${num(s.settleLots, 1)} lots to 1/e`],
            ]}
          />
          <p className="text-sm text-ink-3 mt-1">Gain ratio taken as 1: the model states no uncertainty of its gain.</p>
        </>
      ) : null}
    </Panel>
  );
}
