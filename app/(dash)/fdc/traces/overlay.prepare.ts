import type { OverlaidRun, OverlaidSensor, TraceOverlay } from '@/lib/services/runs/views/trace-overlay';
import { orderByDeviation, type TraceDeviation } from '@/lib/traces';
import { inUnit, recorded, toCsv } from '@/lib/ui/csv';
import { waferName } from '@/lib/ui/links';

export type Grouping = 'chamber' | 'tool' | 'product' | 'lot' | 'outcome';

/** Name of the group of a run. */
export function groupOf(run: OverlaidRun, by: Grouping): string {
  if (by === 'outcome') return run.isOut ? 'a rule fired' : 'no rule fired';
  return by === 'chamber' ? `${run.tool} ${run.chamber}` : run[by];
}

/** Groups with a colour of their own, the largest first; others share one. */
export function largestGroups(runs: readonly OverlaidRun[], by: Grouping, most: number): string[] {
  const count = new Map<string, number>();
  for (const r of runs) count.set(groupOf(r, by), (count.get(groupOf(r, by)) ?? 0) + 1);
  const ranked = [...count].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return ranked
    .slice(0, most)
    .map(([g]) => g)
    .sort();
}

/** `zoom=12.5~30` of the address, s of aligned time; null: none, or not a stretch. */
export function zoomOf(text: string | null): readonly [number, number] | null {
  const parts = (text ?? '').split('~');
  const [a, b] = parts.map(Number);
  return parts.length === 2 && parts.every((x) => x !== '') && Number.isFinite(a) && Number.isFinite(b) && a! < b!
    ? [a!, b!]
    : null;
}

/** Least and largest finite of several lists; null where there is none. */
export function extent(...lists: readonly ArrayLike<number>[]): [number, number] | null {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      const x = list[i]!;
      if (x < lo) lo = x;
      if (x > hi) hi = x;
    }
  return lo <= hi ? [lo, hi] : null;
}

/** The run that a packed sample belongs to. */
export function runAt(from: Int32Array, sample: number): number {
  let lo = 0;
  let hi = from.length - 1;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (from[mid]! <= sample) lo = mid;
    else hi = mid;
  }
  return lo;
}

/** The packed sample nearest to a place, px; -1 when none is within reach. */
export function sampleNear(
  s: OverlaidSensor,
  sx: (t: number) => number,
  sy: (v: number) => number,
  x: number,
  y: number,
  reach = 16,
): number {
  let best = -1;
  let least = reach ** 2;
  for (let i = 0; i < s.t.length; i++) {
    const dx = sx(s.t[i]!) - x;
    if (dx > reach || dx < -reach) continue;
    const d = dx * dx + (sy(s.v[i]!) - y) ** 2;
    if (d < least) {
      least = d;
      best = i;
    }
  }
  return best;
}

/** Lines of some runs as one path, px: a gap where a sample is missing. */
export function runsPath(
  s: OverlaidSensor,
  runs: readonly number[],
  sx: (t: number) => number,
  sy: (v: number) => number,
): string {
  const parts: string[] = [];
  for (const k of runs) {
    let pen = 'M';
    for (let i = s.from[k]!; i < s.from[k + 1]!; i++) {
      if (Number.isNaN(s.v[i]!)) {
        pen = 'M';
        continue;
      }
      parts.push(`${pen}${sx(s.t[i]!).toFixed(1)} ${sy(s.v[i]!).toFixed(1)}`);
      pen = 'L';
    }
  }
  return parts.join('');
}

export interface RankedRun {
  readonly run: OverlaidRun;
  readonly sensor: string;
  readonly deviation: TraceDeviation;
}

/** Each run with the sensor that is farthest from its band; the farthest run first. */
export function rankedRuns(data: Pick<TraceOverlay, 'runs' | 'sensors'>): RankedRun[] {
  const rows = data.runs.flatMap((run) => {
    const list = run.deviations.map((deviation, k) => ({ run, sensor: data.sensors[k]!.name, deviation }));
    return orderByDeviation(list).slice(0, 1);
  });
  return orderByDeviation(rows);
}

/** The drawn samples of a sensor, run by run. */
export function overlayCsv(s: OverlaidSensor, runs: readonly OverlaidRun[]): string {
  return toCsv(
    ['run', 'wafer', 'tool', 'chamber', 'aligned t (s)', inUnit(s.name, s.unit)],
    runs.flatMap((r, k) =>
      Array.from(s.t.subarray(s.from[k], s.from[k + 1]), (t, i) => [
        r.id,
        waferName(r.lot, r.slot),
        r.tool,
        r.chamber,
        recorded(t),
        recorded(s.v[s.from[k]! + i]),
      ]),
    ),
  );
}

/** Time before a run whose runs it is shown among. */
const BEFORE_MS = 2 * 86_400_000;

/** `of` of the address: operation and recipe. */
export const ofWords = (r: { readonly operation: string; readonly recipe: string }): string => `${r.operation} / ${r.recipe}`;

/** Back from {@link ofWords}; a text that is none is no operation. */
export function ofAddress(of: string | null): { operation: string | null; recipe: string | null } {
  if (of === null) return { operation: null, recipe: null };
  const cut = of.indexOf(' / ');
  return cut < 0 ? { operation: '', recipe: of } : { operation: of.slice(0, cut), recipe: of.slice(cut + 3) };
}

/** Address of the overlay with a run highlighted among those of its tool and recipe, up to its own start so that it is the newest. */
export function overlayHref(r: { id: string; tool: string; operation: string; recipe: string; startedMs: number }): string {
  const time = (ms: number): string => new Date(ms).toISOString();
  const q = new URLSearchParams({
    of: ofWords(r),
    tool: r.tool,
    from: time(r.startedMs - BEFORE_MS),
    to: time(r.startedMs + 1),
    run: r.id,
  });
  return `/fdc/traces?${q}`;
}
