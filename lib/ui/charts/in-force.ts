import { begunBy } from '@/lib/spc';
import type { ControlChartInput } from './control-chart.model';

/** The last point or the end of the requested window, whichever is later, ms UTC. */
const endOf = (c: Pick<ControlChartInput, 'at' | 'toMs'>): number =>
  Math.max(c.at.at(-1) ?? Number.NEGATIVE_INFINITY, c.toMs ?? Number.NEGATIVE_INFINITY);

/** A chart with only those versions of limits and specification that had begun by the end of the window. */
export function untilEnd(c: ControlChartInput): ControlChartInput {
  const end = endOf(c);
  if (end === Number.NEGATIVE_INFINITY) return c;
  const phases = begunBy(c.phases, 'fromMs', end).map((p) => (p.toMs !== null && p.toMs > end ? { ...p, toMs: null } : p));
  return { ...c, phases, specs: begunBy(c.specs, 'fromMs', end) };
}
