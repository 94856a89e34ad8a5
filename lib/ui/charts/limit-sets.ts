import { shortTime } from '../format';
import type { ChartPhase, ControlChartInput } from './control-chart.model';
import { limitDecimals, limitText, type Span } from './control-limits.prepare';
import { isAverage } from './drawn-point';

type Limits = Readonly<Record<'lcl' | 'cl' | 'ucl', number | null>>;

const ORDER = ['lcl', 'cl', 'ucl'] as const;

function limitWords(l: Limits, isEntered: boolean): string {
  const d = limitDecimals(l);
  return ORDER.flatMap((k) => (l[k] === null ? [] : [`${k.toUpperCase()} ${limitText(l[k], isEntered, d)}`])).join(', ');
}

/** The dispersion limits of a phase in the shape of location limits. */
export const dispersionOf = (p: ChartPhase): Limits => ({ lcl: p.dispLcl, cl: p.dispCl, ucl: p.dispUcl });

const isSame = (a: ChartPhase, b: ChartPhase): boolean =>
  a.isEntered === b.isEntered &&
  a.isDispEntered === b.isDispEntered &&
  (['lcl', 'cl', 'ucl', 'dispLcl', 'dispCl', 'dispUcl'] as const).every((k) => a[k] === b[k]);

/** For which points the numbers of a phase hold: entered ones for all, those of a study by the kind of chart. */
function validity(p: ChartPhase, c: Pick<ControlChartInput, 'value' | 'other'>): string {
  if (p.isEntered) return ', as entered';
  if (p.size != null) return ` for n = ${p.size}, other sizes by their own`;
  return isAverage(c) ? ', settled' : '';
}

/**
 * Each set of limits in words, where a chart draws more than one: its versions, since when, its numbers. Consecutive versions with the same limits (a
 * change of rules) are one set.
 */
export function limitSets(
  spans: readonly Span[],
  c: Pick<ControlChartInput, 'value' | 'other' | 'dispersion' | 'dispersionName'>,
): string[] {
  const sets: ChartPhase[][] = [];
  for (const { phase } of spans) {
    const last = sets.at(-1);
    if (last !== undefined && isSame(last.at(-1)!, phase)) last.push(phase);
    else sets.push([phase]);
  }
  if (sets.length < 2) return [];
  return sets.map((set) => {
    const p = set[0]!;
    const name = set.map((q) => `v${q.version}`).join(', ');
    const since = p.fromMs > 0 ? ` since ${shortTime(p.fromMs)}` : '';
    const location = limitWords(p, p.isEntered);
    const spread = c.dispersion === undefined ? '' : limitWords(dispersionOf(p), p.isDispEntered);
    const of = spread === '' ? '' : `; ${c.dispersionName ?? 'dispersion'} ${spread}`;
    return `${name}${since}: ${location === '' ? 'no limits yet' : `${location}${validity(p, c)}`}${of}`;
  });
}
