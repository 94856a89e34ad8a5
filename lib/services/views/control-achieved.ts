import { moments, sorted, sortedQuantile } from '@/lib/numerics';
import { rangeMoments } from '@/lib/spc';
import { type LoopCapability, type LoopHead, type LoopStability, loopCapability } from './control-shared';
import { loopStability } from './control-stability';

/** What the figures need of an observation. */
interface Step {
  readonly thread_id: string;
  readonly at: Date;
  readonly lot: string;
  readonly measured_at: Date | null;
}

/** Capability of one series; moving ranges are taken inside each thread. */
export function study(steps: readonly Step[], value: (s: Step, i: number) => number, loop: LoopHead): LoopCapability | null {
  const y: number[] = [];
  const last = new Map<string, number>();
  const ranges: number[] = [];
  steps.forEach((s, i) => {
    const v = value(s, i);
    if (Number.isNaN(v)) return;
    const before = last.get(s.thread_id);
    if (before !== undefined) ranges.push(Math.abs(v - before));
    last.set(s.thread_id, v);
    y.push(v);
  });
  const m = moments(Float64Array.from(y));
  const sigmaWithin = ranges.length === 0 ? null : moments(Float64Array.from(ranges)).mean / rangeMoments(2).d2;
  return loopCapability(
    { n: m.n, mean: m.n > 0 ? m.mean : null, sigmaOverall: m.n > 1 ? Math.sqrt(m.variance) : null, sigmaWithin },
    loop.lsl,
    loop.usl,
  );
}

/** Lots between a run and the arrival of its first measurement, by the advices the thread gave meanwhile. */
export function stabilityOf(
  loop: LoopHead,
  steps: readonly Step[],
  advice: { readonly at: Float64Array; readonly thread: readonly number[] },
  threads: readonly { readonly id: string }[],
): LoopStability | null {
  const advised = threads.map((_, t) => Array.from(advice.at).filter((_, i) => advice.thread[i] === t));
  const lots = new Map<string, { thread: string; at: number; measured: number; wafers: number }>();
  for (const s of steps) {
    if (s.measured_at === null) continue;
    const key = `${s.thread_id} ${s.lot}`;
    const known = lots.get(key);
    const measured = s.measured_at.getTime();
    if (known === undefined) lots.set(key, { thread: s.thread_id, at: s.at.getTime(), measured, wafers: 1 });
    else {
      known.measured = Math.min(known.measured, measured);
      known.wafers++;
    }
  }
  if (lots.size === 0) return null;
  const delays: number[] = [];
  let wafers = 0;
  for (const l of lots.values()) {
    const times = advised[threads.findIndex((t) => t.id === l.thread)] ?? [];
    delays.push(times.filter((at) => at > l.at && at <= l.measured).length);
    wafers += l.wafers;
  }
  const order = sorted(Float64Array.from(delays));
  return loopStability(loop.config.lambda, sortedQuantile(order, 0.5), sortedQuantile(order, 0.9), wafers / lots.size);
}
