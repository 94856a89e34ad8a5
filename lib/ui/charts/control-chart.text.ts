import { inUnit, toCsv } from '../csv';
import { capital, num, shortTime } from '../format';
import type { ControlChartInput, DrawnPoint } from './control-chart.model';
import { limitDecimals, limitText, specWords } from './control-limits.prepare';
import { beyondDispersion, isJudged, measuredOf, phaseAt, rulesAt, valueWords } from './drawn-point';
import { untilEnd } from './in-force';
import { dispersionOf } from './limit-sets';
import { pointState } from './rules';

const stateOf = (p: DrawnPoint): string => pointState({ ...p, rules: rulesAt(p) }).text;

/** One point as it is read aloud. */
export const spokenPoint = (c: ControlChartInput, p: DrawnPoint, decimals: number): string =>
  `${c.names[p.i]}, ${valueWords(c, p.i, decimals)}, ${shortTime(c.at[p.i])}, ${stateOf(p)}${c.superseded?.[p.i] == null ? '' : `, re-measured: before it was ${num(c.superseded[p.i], decimals)} ${c.unit}`}`;

/** Names of the plotted statistics, where they are not the value. */
function plottedHeader(c: ControlChartInput): string[] {
  if (c.value === undefined) return [];
  if (c.low !== undefined) return [`C⁺, ${c.unit}`, `C⁻, ${c.unit}`];
  return [`${c.other === undefined ? 'EWMA' : capital(c.other.statistic)}, ${c.unit}`];
}

export const POINT_HEADER = (c: ControlChartInput): string[] => [
  'No.',
  'Time',
  'Point',
  ...plottedHeader(c),
  `Value, ${c.other?.unit ?? c.unit}`,
  'u of the value',
  `Dispersion, ${c.unit}`,
  ...(c.within === undefined ? [] : [`${capital(c.within.name)}, ${c.unit}`]),
  'State',
];

/** One row of the table of the drawn points. */
export const pointRow = (c: ControlChartInput, p: DrawnPoint, decimals: number) => ({
  key: c.ids[p.i] ?? String(p.i),
  cells: [
    p.i + 1,
    shortTime(c.at[p.i]),
    c.names[p.i] ?? '',
    ...(c.value === undefined ? [] : [num(p.y, decimals)]),
    ...(c.low === undefined ? [] : [num(p.low, decimals)]),
    c.other === undefined ? num(measuredOf(p), decimals) : String(c.value?.[p.i] ?? '–'),
    num(p.u, decimals),
    num(p.dispersion, decimals),
    ...(c.within === undefined ? [] : [num(p.within, decimals)]),
    stateOf(p),
  ],
});

/**
 * All points (not only the drawn ones): index, plotted value, the limits that judged it, flags (1 or 0) for judged, out of control, beyond the
 * dispersion limits and excluded, and the signals in words.
 * @param before - points of the file before these.
 */
export function controlChartCsv(c: ControlChartInput, before = 0): string {
  const own = c.pointLimits;
  const flag = (v: boolean): number => (v ? 1 : 0);
  return toCsv(
    [
      'index',
      'process_time',
      'point',
      inUnit('plotted', c.unit),
      ...(c.low === undefined ? [] : [inUnit('plotted_low', c.unit)]),
      inUnit('value', c.other?.unit ?? c.unit),
      inUnit('u of the value', c.unit),
      ...(c.n === undefined ? [] : ['n']),
      inUnit('cl', c.unit),
      inUnit('ucl', c.unit),
      inUnit('lcl', c.unit),
      inUnit('dispersion', c.unit),
      inUnit('dispersion_cl', c.unit),
      inUnit('dispersion_ucl', c.unit),
      inUnit('dispersion_lcl', c.unit),
      ...(c.within === undefined ? [] : ['within', 'within_cl', 'within_ucl', 'within_lcl'].map((h) => inUnit(h, c.unit))),
      'limits_version',
      'judged',
      'out_of_control',
      'dispersion_beyond_limit',
      'excluded',
      'signals',
      'reason_of_exclusion',
      ...(c.unjudged === undefined ? [] : ['not_judged_because']),
      'id',
    ],
    Array.from(c.at, (t, i) => {
      const phase = phaseAt(c, t);
      const rules = c.rules[i] ?? [];
      const beyond = beyondDispersion(c, i);
      const excluded = c.excluded[i] ?? null;
      return [
        before + i + 1,
        new Date(t).toISOString(),
        c.names[i],
        c.plotted[i],
        ...(c.low === undefined ? [] : [c.low[i]]),
        c.value?.[i] ?? c.plotted[i],
        c.u?.[i],
        ...(c.n === undefined ? [] : [c.n[i]]),
        own?.cl === undefined || Number.isNaN(own.cl[i]!) ? phase?.cl : own.cl[i],
        own ? own.ucl[i] : phase?.ucl,
        own ? own.lcl[i] : phase?.lcl,
        c.dispersion?.[i],
        own ? own.dispCl[i] : phase?.dispCl,
        own ? own.dispUcl[i] : phase?.dispUcl,
        own ? own.dispLcl[i] : phase?.dispLcl,
        ...(c.within === undefined ? [] : [c.within.values[i], c.within.cl[i], c.within.ucl[i], c.within.lcl[i]]),
        phase?.version,
        flag(isJudged(c, i)),
        flag(rules.length > 0 && excluded === null),
        flag(beyond),
        flag(excluded !== null),
        excluded === null && (rules.length > 0 || beyond)
          ? pointState({ rules, excluded: null, isJudged: true, beyondDispersion: beyond }).text
          : '',
        excluded,
        ...(c.unjudged === undefined ? [] : [c.unjudged[i]]),
        c.ids[i],
      ];
    }),
  );
}

/** Notes for a picture of the chart: limits in force at the end of the window, or each set of limits where there are several, and more. */
export function controlChartNotes(all: ControlChartInput, summary: string, sets: readonly string[] = []): string[] {
  const c = untilEnd(all);
  const phase = c.phases.at(-1);
  const spec = c.specs.at(-1);
  const said = (isEntered: boolean, l: Readonly<Record<'lcl' | 'cl' | 'ucl', number | null>>): string =>
    (['lcl', 'cl', 'ucl'] as const)
      .flatMap((k) => (l[k] === null ? [] : [`${k.toUpperCase()} ${limitText(l[k], isEntered, limitDecimals(l))} ${c.unit}`]))
      .join(', ');
  const control = phase ? said(phase.isEntered, phase) : '';
  const dispersion = phase ? said(phase.isDispEntered, dispersionOf(phase)) : '';
  const specified = spec ? specWords(spec, c.unit) : '';
  const about = `${c.title}: `;
  return [
    summary.startsWith(about) ? summary.slice(about.length) : summary,
    ...sets.map((set) => `limits ${set}`),
    ...(control === '' || sets.length > 0 ? [] : [`limits v${phase!.version}: ${control}`]),
    ...(c.dispersion && dispersion !== '' && sets.length === 0
      ? [`${c.dispersionName ?? 'dispersion'}, below: ${dispersion}`]
      : []),
    ...(specified === '' ? [] : [`specification: ${specified}`]),
  ];
}
