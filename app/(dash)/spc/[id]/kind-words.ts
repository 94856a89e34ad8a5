import { variableWords } from '@/lib/characteristic';
import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import { kindOf, plottedUnit, type Study, valueUnit, variablesStudy } from '@/lib/spc';
import type { ChartEvent, ControlChartInput } from '@/lib/ui/charts/control-chart.model';
import { decimalsFor, num, unitLabel } from '@/lib/ui/format';

/** Names of what kinds of charts plot, where that is not the value. */
const STATISTIC: Readonly<Record<string, string>> = {
  cusum: 'C⁺',
  short_run: 'deviation from target',
  standardised: 'standardised deviation',
  p: 'share nonconforming',
  laney_p: 'share nonconforming',
  np: 'number nonconforming',
  c: 'defects',
  u: 'defects per unit',
  laney_u: 'defects per unit',
  g: 'units since the last event',
  t: 'time since the last event',
  t2: 'T²',
  mewma: 'T² of the average',
  pca: 'T²',
};

/** What a chart plots, in the name of its axis. */
export const statisticOf = (kind: string): string => STATISTIC[kind] ?? 'value';

/** Decimals of what is plotted: a sixtieth of the width between limits, or three digits. */
export function plottedDecimals(d: SpcChartView): number {
  const v = d.versions.at(-1);
  const width = (v?.ucl ?? v?.cl ?? 1) - (v?.lcl ?? 0);
  return decimalsFor(Math.abs(width) / 60);
}

/** The parts of the input of a chart that its kind decides: the value on another scale, words of each point, crosses of points that are not judged. */
export function kindInput(d: SpcChartView): Pick<ControlChartInput, 'value' | 'other' | 'low' | 'words' | 'unjudged' | 'within'> {
  const { kind, unit } = d.chart;
  const k = kindOf(kind);
  const p = d.points;
  const unjudged = p.unjudged.some((why) => why !== null) ? { unjudged: p.unjudged } : {};
  const within =
    k.within === undefined
      ? {}
      : { within: { name: k.within, values: p.within, cl: p.withinCl, ucl: p.withinUcl, lcl: p.withinLcl } };
  const isOther = STATISTIC[kind] !== undefined;
  if (!isOther) return { value: k.memory === null ? undefined : p.value, ...unjudged, ...within };
  const digits = plottedDecimals(d);
  return {
    value: p.value,
    other: { unit: k.ofVariables ? 'variables measured' : unitLabel(valueUnit(kind, unit)), statistic: statisticOf(kind) },
    low: kind === 'cusum' ? p.low : undefined,
    words: Array.from(p.at.keys(), (i) => pointWords(d, i, digits)),
    ...unjudged,
    ...within,
  };
}

/** A point in words: what is plotted and what stands behind it. */
export function pointWords(d: SpcChartView, i: number, digits: number): string {
  const { kind, unit } = d.chart;
  const p = d.points;
  if (kindOf(kind).ofVariables) return variablesWords(d, i, digits);
  const plotted = unitLabel(plottedUnit(kind, unit));
  const value = num(p.value[i], decimalsFor(Math.max(Math.abs(p.value[i]!), 1e-9) / 1000));
  if (kindOf(kind).ofCounts !== true) {
    const behind = `value ${value} ${unitLabel(unit)}`;
    if (Number.isNaN(p.plotted[i]!)) return behind;
    if (kind === 'cusum') return `C⁺ ${num(p.plotted[i], 2)}, C⁻ ${num(0 - p.low[i]!, 2)} ${plotted}, ${behind}`;
    return `${num(p.plotted[i], digits)} ${plotted}, ${behind}`;
  }
  const size = p.size[i]!;
  const found = Number.isNaN(size) ? '' : `${p.value[i]} found in ${size} ${unitLabel(unit)}`;
  if (Number.isNaN(p.plotted[i]!)) return found;
  return [`${num(p.plotted[i], digits)} ${plotted}`, ...(found === '' ? [] : [found])].join(', ');
}

/** "T² 23.1, SPE 4.2"; of a gap why it is one. */
function variablesWords({ chart, points: p }: SpcChartView, i: number, digits: number): string {
  if (Number.isNaN(p.plotted[i]!)) return p.unjudged[i] ?? 'not judged';
  const beside = Number.isNaN(p.dispersion[i]!) ? '' : `, ${kindOf(chart.kind).dispersion} ${num(p.dispersion[i], digits)}`;
  return `${statisticOf(chart.kind)} ${num(p.plotted[i], digits)}${beside}`;
}

/** Which sum of a CUSUM signalled at a point, and how many points it has run since it was last 0; null where none did. */
export function runOfSum(p: SpcChartView['points'], i: number): { readonly sum: 'C⁺' | 'C⁻'; readonly points: number } | null {
  if (p.excluded[i] || !(p.rules[i] ?? []).includes(1) || p.memory[i] === null) return null;
  const isUp = p.plotted[i]! > p.ucl[i]!;
  const run = p.memory[i]![isUp ? 'runPlus' : 'runMinus'];
  // sums that start anew after a signal remember nothing of it: their run is counted from the sums before
  const points = typeof run === 'number' && run > 0 ? run : countRun(p, i, isUp);
  return { sum: isUp ? 'C⁺' : 'C⁻', points };
}

function countRun(p: SpcChartView['points'], i: number, isUp: boolean): number {
  let n = 1;
  for (let k = i - 1; k >= 0 && n < i + 1; k--) {
    if (p.excluded[k] || Number.isNaN(p.plotted[k]!)) continue;
    if ((isUp ? p.plotted[k]! : -p.low[k]!) <= 0 || (p.rules[k] ?? []).length > 0) break;
    n++;
  }
  return n;
}

/** Index of the point with which a run of so many counted points began; the first of the window where it began before that. */
export function beginOfRun(p: SpcChartView['points'], end: number, points: number): number {
  let left = points - 1;
  let at = end;
  for (let k = end - 1; k >= 0 && left > 0; k--) {
    if (p.excluded[k] || Number.isNaN(p.plotted[k]!)) continue;
    at = k;
    left--;
  }
  return at;
}

/** Where the changes began that a CUSUM signals, one mark for each run of signals. */
export function estimatedChanges(d: SpcChartView): ChartEvent[] {
  if (d.chart.kind !== 'cusum') return [];
  const p = d.points;
  const begins = new Map<number, string>();
  for (const i of p.at.keys()) {
    const run = runOfSum(p, i);
    if (run === null) continue;
    const at = beginOfRun(p, i, run.points);
    if (!begins.has(at)) begins.set(at, `${run.sum} has run since here: estimated begin of the change`);
  }
  return [...begins].map(([i, label]) => ({ atMs: p.at[i]!, kind: 'estimated_change', label }));
}

/** What the study of the version in force found beyond its limits, as lines of a panel: components of a three-way chart, centre and sigma of sums. */
export function studyFacts(d: SpcChartView, version: SpcChartView['versions'][number] | undefined): [string, string][] {
  const s = version?.study;
  if (s == null) return [];
  if (kindOf(d.chart.kind).ofVariables) return jointFacts(d, s);
  const unit = unitLabel(d.chart.unit);
  const n = (name: string, digits = 2): string => num(s[name] as number, decimalsFor(Math.abs(s[name] as number) / 10 ** digits));
  switch (d.chart.kind) {
    case 'three_way':
      return [
        ...(s['withinWafer'] === undefined ? [] : [['σ within wafers', `${n('withinWafer')} ${unit}`] as [string, string]]),
        ['σ between wafers', `${n('betweenWafers')} ${unit}`],
        ['σ between lots', `${n('betweenLots')} ${unit}`],
      ];
    case 'cusum':
      return [
        ['Target of the sums', `${num(designed(version, 'target') ?? (s['center'] as number), 4)} ${unit}`],
        ['σ of a point', `${num(version!.sigmaWithin, decimalsFor((version!.sigmaWithin ?? 1) / 100))} ${unit}`],
      ];
    case 'standardised':
      return Object.entries(s['sigmas'] as Readonly<Record<string, number>>).map(([product, v]) => [
        `σ of ${product}`,
        `${num(v, decimalsFor(v / 100))} ${unit}`,
      ]);
    case 'short_run':
      return [['Mean deviation of the baseline', `${n('mean')} ${unit}`]];
    case 'g':
    case 't':
      return [
        [
          'Mean between events',
          `${num(designed(version, 'mean') ?? (s['mean'] as number), 1)} ${d.chart.kind === 't' ? 'h' : 'units'}`,
        ],
      ];
    case 'laney_p':
    case 'laney_u':
      return [
        ['Rate of the baseline', n('rate')],
        ['Laney’s σ of z', n('sigmaZ')],
      ];
    default:
      return s['rate'] === undefined ? [] : [['Rate of the baseline', n('rate')]];
  }
}

/** What a baseline of several variables found: how many are judged, which are not and why, and the components. */
function jointFacts(d: SpcChartView, s: Study): [string, string][] {
  const v = variablesStudy(s)!;
  const names = (list: readonly number[]): string => list.map((j) => variableWords(d.chart.variables![j]!)).join(', ');
  const loadings = s['loadings'] as readonly (readonly number[])[] | undefined;
  return [
    ['Points of the baseline', String(v.n)],
    ['Variables judged', `${v.kept.length} of ${v.mean.length}`],
    ...(v.constant.length === 0 ? [] : [['Did not vary', names(v.constant)] as [string, string]]),
    ...(v.dependent.length === 0 ? [] : [['Follow from others', names(v.dependent)] as [string, string]]),
    ...(loadings === undefined
      ? []
      : [
          ['Components kept', `${loadings[0]!.length}, with ${num((s['explained'] as number) * 100, 1)} % of the variance`] as [
            string,
            string,
          ],
          ['SPE limit by', s['boxed'] === 1 ? 'Box' : 'Jackson and Mudholkar'] as [string, string],
        ]),
    ...(s['phase1Ucl'] === undefined
      ? []
      : [['Limit within the baseline', num(s['phase1Ucl'] as number, 2)] as [string, string]]),
  ];
}

const designed = (v: SpcChartView['versions'][number] | undefined, name: string): number | null => {
  const set = v?.design?.[name];
  return typeof set === 'number' ? set : null;
};
