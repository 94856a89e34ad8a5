import { moments } from '@/lib/numerics';
import { capability, isDispersionRule, kindOf } from '@/lib/spc';
import type { ChartColumns, ChartHead, ChartVersionView, SpcChartView } from './chart-model';
import type { ChartSpecification } from './chart-specification';

/** Why no one specification holds for all products of a chart. */
function differenceNote({ unspecified: without }: ChartSpecification): string {
  const how =
    without.length === 0
      ? 'The products on this chart are specified differently'
      : `The specification differs by product: ${without.join(', ')} on this chart ${without.length === 1 ? 'has' : 'have'} none`;
  return `${how}, so no one capability holds for all of its points.`;
}

/** Why a chart has no capability by a specification. Another chart is named only where there is one that has it. */
function unspecifiedNote(c: Pick<ChartHead, 'kind' | 'parameter' | 'operation'>, { ofWafers }: ChartSpecification): string {
  const { ofSubgroups, memory, label, ofVariables } = kindOf(c.kind);
  if (ofVariables) return 'A statistic of several variables has no capability: see the charts of its variables.';
  if (memory === null && !ofSubgroups) return 'This characteristic has no specification limits, so there is no capability.';
  if (!ofWafers) return `${c.parameter} has no specification limits at ${c.operation}, so there is no capability.`;
  return ofSubgroups
    ? 'Specifications are of single wafers, and the means of lots spread less than they: see the individuals chart for the capability.'
    : `An ${label} chart has no capability of its own: see the individuals chart.`;
}

/** The points of a window that count, as far as a study needs them. */
export interface StudiedPoints {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
  /** Points with a signal that speaks against stability. */
  readonly signals: number;
  /** Different values, or as many as were looked for. */
  readonly distinct: number;
  /** Before the specification in force began. */
  readonly older: number;
}

/** A moving range repeats what the individuals show: only subgroups have a dispersion of their own that can be out of control. */
export const counts = (kind: ChartHead['kind'], rule: number): boolean => !isDispersionRule(rule) || kindOf(kind).ofSubgroups;

export function studiedPoints(kind: ChartHead['kind'], s: ChartSpecification, p: ChartColumns): StudiedPoints {
  const used = Array.from(p.value.keys()).filter((i) => !p.excluded[i] && !Number.isNaN(p.value[i]!));
  const since = s.spans.at(-1)?.fromMs ?? Number.NEGATIVE_INFINITY;
  const { mean, variance } = moments(used.map((i) => p.value[i]!));
  return {
    n: used.length,
    mean,
    variance,
    signals: used.filter((i) => p.rules[i]!.some((r) => counts(kind, r))).length,
    distinct: new Set(used.map((i) => p.value[i])).size,
    older: used.filter((i) => p.at[i]! < since).length,
  };
}

/** States which points of the window are older than the specification in force: they are judged by it all the same. */
function olderNote(s: ChartSpecification, { n, older }: StudiedPoints): string | null {
  const inForce = s.spans.at(-1);
  if (inForce === undefined || older === 0) return null;
  const which = older === n ? (n === 1 ? 'The point is' : `All ${n} points are`) : `${older} of ${n} points are`;
  return `${which} older than version ${inForce.version} of the specification and judged by it all the same.`;
}

/** What the indices mean where the sigma of the limits is not a short-term one. */
const sigmaNote = (v: ChartVersionView | undefined): string | null =>
  v?.sigmaMethod === 'overall'
    ? 'Neighbouring points of the baseline follow each other, so the sigma of the limits is its overall standard deviation: Cp and Cpk say what the baseline could hold, Pp and Ppk what this window did.'
    : null;

/**
 * Capability of the points of the window by the specification in force, or why there is none.
 * @param v - version of the chart that was in force at the end of the window.
 */
export function studyOf(
  c: ChartHead,
  v: ChartVersionView | undefined,
  s: ChartSpecification,
  p: StudiedPoints,
): Pick<SpcChartView, 'capability' | 'capabilityNote'> {
  const { n, mean, signals, distinct } = p;
  if (s.differs) return { capability: null, capabilityNote: differenceNote(s) };
  if (kindOf(c.kind).memory !== null || (s.lsl === null && s.usl === null))
    return { capability: null, capabilityNote: unspecifiedNote(c, s) };
  if (n < 2) return { capability: null, capabilityNote: 'Fewer than two points in this window: take a longer time range.' };
  const sigmaWithin = v?.sigmaWithin ?? null;
  if (!(sigmaWithin !== null && sigmaWithin > 0))
    return {
      capability: null,
      capabilityNote:
        v?.limitsSource === 'given'
          ? 'The limits were given without a sigma within and no study came before them: enter one with the limits, or collect a baseline.'
          : 'The baseline was still being collected at the end of this window: there is no within sigma.',
    };
  const sigmaOverall = Math.sqrt(p.variance);
  if (!(sigmaOverall > 0))
    return { capability: null, capabilityNote: 'All points have the same value: a capability would mean nothing.' };
  const spec = {
    ...(s.lsl === null ? {} : { lsl: s.lsl }),
    ...(s.usl === null ? {} : { usl: s.usl }),
    ...(s.target === null ? {} : { target: s.target }),
  };
  const study = capability({ mean, sigmaWithin, sigmaOverall, n, spec, signals, distinct });
  const older = olderNote(s, p);
  const notes = [sigmaNote(v), older].filter((t) => t !== null);
  return { capability: { study, mean, n, sigmaOverall }, capabilityNote: notes.length === 0 ? null : notes.join(' ') };
}
