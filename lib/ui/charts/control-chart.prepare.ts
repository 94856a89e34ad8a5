import { decimate } from '@/lib/traces';
import { decimalsFor, decimalsForRange, plural, shortTime } from '../format';
import { domainOf, fractionalIndex, phaseSpans, xTicks } from './control-chart.domain';
import type { ControlChartInput, ControlChartModel, ControlChartOptions, DrawnPoint } from './control-chart.model';
import { limitSegments, limitSteps, specSegments, zoneBands } from './control-limits.prepare';
import { drawnPoint, isAverage, isKept, measuredOf, rulesAt, valueWords } from './drawn-point';
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
  const keep = Array.from({ length: n }, (_, i) => isKept(c, i));
  const shown = decimate(c.plotted, keep, c.of === undefined ? Math.floor(((o.maxPoints ?? 900) - 2) / 3) : n);
  const x = o.xMode === 'time' ? (i: number) => c.at[i]! : (i: number) => i;
  const points = Array.from(shown, (i): DrawnPoint => drawnPoint(c, i, x(i)));
  const superseded = points.flatMap((p) => {
    const was = c.superseded?.[p.i] ?? null;
    return was === null ? [] : [{ i: p.i, x: p.x, was, now: p.y }];
  });
  const position = (ms: number): number => (o.xMode === 'time' ? ms : fractionalIndex(c.at, ms));
  const xDomain = domainOf(c, x, position);
  const spans = phaseSpans(c, position, xDomain);
  const own = c.pointLimits;
  const sized = { n: c.followsN === true && own !== undefined ? c.n : undefined };
  const steps = limitSteps(spans, c.at, x, { cl: own?.cl, ucl: own?.ucl, lcl: own?.lcl }, (p) => p, sized);
  const limits = limitSegments(steps, ['ucl', 'cl', 'lcl'], isAverage(c));
  limits.push(...specSegments(c.specs, position, xDomain, o.showSpec ? ['usl', 'target', 'lsl'] : ['target']));
  const spread = paddedRange(
    [
      ...limits.map((l) => l.y),
      ...superseded.map((v) => v.was),
      ...points.flatMap((p) => [
        p.y,
        p.low,
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
  const w = c.within;
  const withinSteps =
    w === undefined
      ? []
      : limitSteps(spans, c.at, x, { cl: w.cl, ucl: w.ucl, lcl: w.lcl }, () => NO_NOMINAL, {
          n: own === undefined ? undefined : c.n,
        });
  const withinLimits = limitSegments(withinSteps, ['ucl', 'cl', 'lcl']).filter((l) => l.kind !== 'lcl' || l.y > 0);
  const uTypical = median(c.u);
  return {
    points,
    superseded,
    violations: points.flatMap((p, k) => (rulesAt(p).length > 0 ? [k] : [])),
    limits,
    dispersionLimits,
    withinLimits,
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
    dispersionDomain: spreadDomain(points, (p) => p.dispersion, dispersionLimits),
    withinDomain: spreadDomain(points, (p) => p.within, withinLimits),
    xTicks: xTicks(c, o.xMode, xDomain),
    yTicks,
    yDecimals: tickDecimals(yTicks),
    valueDecimals: uTypical > 0 ? decimalsFor(uTypical) : decimalsForRange(c.plotted),
    summary: summarise(c),
    drawn: { shown: points.length, of: c.of ?? n },
  };
}

const NO_NOMINAL = { cl: null, ucl: null, lcl: null, isEntered: false } as const;

/** From 0 to what is drawn of a spread; null where no point has one. */
function spreadDomain(
  points: readonly DrawnPoint[],
  of: (p: DrawnPoint) => number | null,
  limits: ControlChartModel['limits'],
): [number, number] | null {
  if (!points.some((p) => of(p) !== null)) return null;
  return [0, paddedRange([0, ...points.map(of), ...limits.map((l) => l.y)], 0.12)[1]];
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
  return `${c.title}: ${plural(c.of ?? n, 'point')}, ${lastText}; ${what}${excluded > 0 ? `; ${plural(excluded, 'point')} excluded` : ''}.`;
}
