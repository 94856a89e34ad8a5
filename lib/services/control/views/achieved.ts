import { moments } from '@/lib/numerics';
import { rangeMoments } from '@/lib/spc';
import { type LoopCapability, type LoopHead, loopCapability } from './loop-head';

/** What the statistics need of an observation. */
interface Step {
  readonly thread_id: string;
}

/** Capability of one series; moving ranges are taken inside each thread. */
export function study<S extends Step>(steps: readonly S[], value: (s: S) => number, loop: LoopHead): LoopCapability | null {
  const y: number[] = [];
  const last = new Map<string, number>();
  const ranges: number[] = [];
  for (const s of steps) {
    const v = value(s);
    if (Number.isNaN(v)) continue;
    const before = last.get(s.thread_id);
    if (before !== undefined) ranges.push(Math.abs(v - before));
    last.set(s.thread_id, v);
    y.push(v);
  }
  const m = moments(Float64Array.from(y));
  const sigmaWithin = ranges.length === 0 ? null : moments(Float64Array.from(ranges)).mean / rangeMoments(2).d2;
  return loopCapability(
    { n: m.n, mean: m.n > 0 ? m.mean : null, sigmaOverall: m.n > 1 ? Math.sqrt(m.variance) : null, sigmaWithin },
    loop.lsl,
    loop.usl,
  );
}
