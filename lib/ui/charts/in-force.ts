import type { ControlChartInput } from './control-chart.prepare';

/** What begins at a moment and holds until the next of its kind begins. */
interface Beginning {
  readonly fromMs: number;
}

/** The last point or the end of the window that was asked for, whichever is later, ms UTC. */
const endOf = (c: Pick<ControlChartInput, 'at' | 'toMs'>): number =>
  Math.max(c.at.at(-1) ?? Number.NEGATIVE_INFINITY, c.toMs ?? Number.NEGATIVE_INFINITY);

const begun = <T extends Beginning>(list: readonly T[], end: number): T[] => list.filter((s) => s.fromMs <= end);

/** A chart with the versions of its limits and of its specification that had begun by the end of what is drawn: a picture knows no later ones. */
export function untilEnd(c: ControlChartInput): ControlChartInput {
  const end = endOf(c);
  if (end === Number.NEGATIVE_INFINITY) return c;
  const phases = begun(c.phases, end).map((p) => (p.toMs !== null && p.toMs > end ? { ...p, toMs: null } : p));
  return { ...c, phases, specs: begun(c.specs, end) };
}

/** The version in force at a moment: the last of an ascending list that had begun. */
export const inForceAt = <T extends { readonly effectiveMs: number }>(versions: readonly T[], ms: number): T | undefined =>
  versions.findLast((v) => v.effectiveMs <= ms);
