import { inForceAt, isDispersionRule } from '@/lib/spc';
import { decimalsFor, decimalsForRange, num, plural, shortTime, withU } from '../format';
import { domainOf, fractionalIndex, phaseSpans, xTicks } from './control-chart.domain';
import type { ChartPhase, ControlChartInput, ControlChartModel, ControlChartOptions, DrawnPoint } from './control-chart.model';
import { isJudgedBy, limitSegments, limitSteps, specSegments, zoneBands } from './control-limits.prepare';
import { decimate } from './decimate';
import { eventGlyph } from './equipment-events';
import { untilEnd } from './in-force';
import { limitSets } from './limit-sets';
import { ruleName } from './rules';
import { niceTicks, paddedRange, tickDecimals } from './ticks';

/**
 * A control chart ready to draw: decimated points (every flagged one kept), limits and zones per phase, ticks, and one sentence
 * that says what is seen.
 */
export function prepareControlChart(all: ControlChartInput, o: ControlChartOptions): ControlChartModel {
  const c = untilEnd(all);
  const n = c.at.length;
  const keep = Array.from(
    { length: n },
    (_, i) => (c.rules[i]?.length ?? 0) > 0 || Boolean(c.excluded[i]) || beyondDispersion(c, i) || c.superseded?.[i] != null,
  );
  const shown = decimate(c.plotted, keep, Math.floor(((o.maxPoints ?? 900) - 2) / 3));
  const x = o.xMode === 'time' ? (i: number) => c.at[i]! : (i: number) => i;
  const nan = (v: number | undefined): number | null => (v === undefined || Number.isNaN(v) ? null : v);
  const points = Array.from(shown, (i): DrawnPoint => {
    const excluded = c.excluded[i] ?? null;
    const y = nan(c.plotted[i]);
    return {
      i,
      x: x(i),
      y,
      line: excluded ? null : y,
      raw: nan(c.value?.[i]),
      dispersion: nan(c.dispersion?.[i]),
      u: nan(c.u?.[i]),
      rules: (c.rules[i] ?? []).filter((r) => !isDispersionRule(r)),
      dispersionRules: (c.rules[i] ?? []).filter(isDispersionRule),
      beyondDispersion: beyondDispersion(c, i),
      isJudged: isJudged(c, i),
      excluded,
    };
  });
  const superseded = points.flatMap((p) => {
    const was = c.superseded?.[p.i] ?? null;
    return was === null ? [] : [{ i: p.i, x: p.x, was, now: p.y }];
  });
  const position = (ms: number): number => (o.xMode === 'time' ? ms : fractionalIndex(c.at, ms));
  const xDomain = domainOf(c, x, position);
  const spans = phaseSpans(c, position, xDomain);
  const own = c.pointLimits;
  const sized = { n: c.followsN === true && own !== undefined ? c.n : undefined };
  const steps = limitSteps(spans, c.at, x, { ucl: own?.ucl, lcl: own?.lcl }, (p) => p, sized);
  const limits = limitSegments(steps, ['ucl', 'cl', 'lcl'], c.value !== undefined);
  limits.push(...specSegments(c.specs, position, xDomain, o.showSpec ? ['usl', 'target', 'lsl'] : ['target']));
  const spread = paddedRange(
    [
      ...limits.map((l) => l.y),
      ...superseded.map((v) => v.was),
      ...points.flatMap((p) => [
        p.y,
        p.raw,
        ...[measuredOf(p)].flatMap((v) => (v !== null && p.u !== null ? [v - p.u, v + p.u] : [])),
      ]),
    ],
    0.08,
  );
  const yTicks = niceTicks(spread[0], spread[1], 5);
  const dispersionSteps = limitSteps(
    spans,
    c.at,
    x,
    { ucl: own?.dispUcl, lcl: own?.dispLcl, ...(own === undefined ? {} : { cl: own.dispCl }) },
    (p) => ({ cl: p.dispCl, ucl: p.dispUcl, lcl: p.dispLcl, isEntered: p.isDispEntered }),
    sized,
  );
  const dispersionLimits = limitSegments(dispersionSteps, ['ucl', 'cl', 'lcl']).filter((l) => l.kind !== 'lcl' || l.y > 0);
  const hasDispersion = points.some((p) => p.dispersion !== null);
  const uTypical = median(c.u);
  return {
    points,
    superseded,
    violations: points.flatMap((p, k) => (p.rules.length + p.dispersionRules.length > 0 ? [k] : [])),
    limits,
    dispersionLimits,
    zones: o.showZones ? zoneBands(steps) : [],
    boundaries: spans.length < 2 ? [] : spans.map((s) => ({ x: s.x1, label: s.phase.label, short: `v${s.phase.version}` })),
    sets: limitSets(spans, c),
    events: c.events.flatMap((e) => {
      const ex = o.xMode === 'time' ? e.atMs : fractionalIndex(c.at, e.atMs);
      return ex >= xDomain[0] && ex <= xDomain[1]
        ? [{ x: ex, glyph: eventGlyph(e.kind), label: `${e.label} · ${shortTime(e.atMs)}` }]
        : [];
    }),
    xDomain,
    yDomain: spread,
    dispersionDomain: hasDispersion
      ? [0, paddedRange([0, ...points.map((p) => p.dispersion), ...dispersionLimits.map((l) => l.y)], 0.12)[1]]
      : null,
    xTicks: xTicks(c, o.xMode, xDomain),
    yTicks,
    yDecimals: tickDecimals(yTicks),
    valueDecimals: uTypical > 0 ? decimalsFor(uTypical) : decimalsForRange(c.plotted),
    summary: summarise(c),
    drawn: { shown: points.length, of: n },
  };
}

/** Point i in words: its value with its uncertainty, preceded by the average where that is plotted. */
export const valueWords = (
  c: Pick<ControlChartInput, 'plotted' | 'value' | 'u' | 'unit'>,
  i: number,
  decimals: number,
): string =>
  c.value === undefined
    ? `${withU(c.plotted[i], c.u?.[i], decimals)} ${c.unit}`
    : `EWMA ${num(c.plotted[i], decimals)} ${c.unit}, value ${withU(c.value[i], c.u?.[i], decimals)} ${c.unit}`;

/** The value that `u` belongs to. */
export const measuredOf = (p: Pick<DrawnPoint, 'y' | 'raw'>): number | null => p.raw ?? p.y;

/** Did limits judge a point: its own, or, where it has none, those of its phase? */
export function isJudged(c: ControlChartInput, i: number): boolean {
  if (c.pointLimits !== undefined) return isJudgedBy(c.pointLimits, i);
  const phase = phaseAt(c, c.at[i]!);
  return phase !== undefined && (phase.ucl !== null || phase.lcl !== null);
}

/** The phase in force at a given time. */
export const phaseAt = (c: Pick<ControlChartInput, 'phases'>, ms: number): ChartPhase | undefined =>
  inForceAt(c.phases, 'fromMs', ms);

/** Does the dispersion of a point lie beyond the limits that judged it? Excluded points are not judged. */
export function beyondDispersion(c: ControlChartInput, i: number): boolean {
  const d = c.dispersion?.[i];
  if (c.pointLimits === undefined || d === undefined || c.excluded[i]) return false;
  return d > c.pointLimits.dispUcl[i]! || d < c.pointLimits.dispLcl[i]!;
}

function median(v: Float64Array | undefined): number {
  const known = Array.from(v ?? []).filter((x) => x > 0);
  known.sort((a, b) => a - b);
  return known[known.length >> 1] ?? 0;
}

function summarise(c: ControlChartInput): string {
  const n = c.at.length;
  if (n === 0) return `${c.title}: no points in this window.`;
  const flagged = c.rules.flatMap((r, i) => (r.length > 0 && !c.excluded[i] ? [i] : []));
  const last = n - 1;
  const d = median(c.u) > 0 ? decimalsFor(median(c.u)) : decimalsForRange(c.plotted);
  const lastText = `last ${valueWords(c, last, d)} on ${shortTime(c.at[last])}`;
  const excluded = c.excluded.filter(Boolean).length;
  const lastFlag = flagged.at(-1);
  const what =
    lastFlag === undefined
      ? 'no rule fired'
      : `${plural(flagged.length, 'point')} out of control, the latest on ${shortTime(c.at[lastFlag])} (${c.rules[lastFlag]!.map(ruleName).join(', ')})`;
  return `${c.title}: ${plural(n, 'point')}, ${lastText}; ${what}${excluded > 0 ? `; ${plural(excluded, 'point')} excluded` : ''}.`;
}
