import type { ChartMarks, SpcChartView } from '@/lib/services/spc/views/chart-model';
import { dispersionName, kindOf, subgroupSizeOf } from '@/lib/spc';
import type { ControlChartInput } from '@/lib/ui/charts/control-chart.model';
import { shortDate, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { writePlace } from './point-key';

type Series = Pick<
  ControlChartInput,
  | 'at'
  | 'plotted'
  | 'value'
  | 'u'
  | 'n'
  | 'followsN'
  | 'dispersion'
  | 'rules'
  | 'excluded'
  | 'ids'
  | 'names'
  | 'pointLimits'
  | 'of'
>;

/** Every point with all that is known of it. */
function pointSeries(d: SpcChartView): Series {
  const p = d.points;
  return {
    at: p.at,
    plotted: p.plotted,
    value: kindOf(d.chart.kind).memory !== null ? p.value : undefined,
    u: p.u,
    n: p.n,
    followsN: kindOf(d.chart.kind).ofSubgroups,
    dispersion: kindOf(d.chart.kind).dispersion === null ? undefined : p.dispersion,
    rules: p.rules,
    excluded: p.excluded,
    ids: p.recordId,
    names: p.lot.map((lot, i) => waferName(lot, p.slot[i] ?? 0)),
    pointLimits: { ucl: p.ucl, lcl: p.lcl, dispCl: p.dispCl, dispUcl: p.dispUcl, dispLcl: p.dispLcl },
  };
}

/** What is drawn of a long chart; the limits are those of its phases, and what else is known of a point is fetched when it is chosen. */
function markSeries(m: ChartMarks): Series {
  const excluded: (string | null)[] = new Array(m.at.length).fill(null);
  for (const e of m.excluded) excluded[e.i] = e.reason;
  return {
    at: m.at,
    plotted: m.plotted,
    dispersion: m.dispersion === null ? undefined : Float64Array.from(m.dispersion),
    rules: Array.from(m.rules, (set) => m.ruleSets[set]!),
    excluded,
    ids: Array.from(m.at, (at, i) => writePlace(at, m.plotted[i]!)),
    names: new Array(m.at.length).fill('Point'),
    of: m.of,
  };
}

/** The read model of a chart page as the input of the control chart. */
export function chartInput(d: SpcChartView): ControlChartInput {
  const { lsl, usl, target, spans } = d.specification;
  return {
    title: d.chart.title,
    unit: unitLabel(d.chart.unit),
    ...(d.marks === null ? pointSeries(d) : markSeries(d.marks)),
    dispersionName: dispersionName(d.chart.kind),
    phases: d.versions.map((v, i) => ({
      version: v.version,
      fromMs: v.effectiveMs,
      toMs: d.versions[i + 1]?.effectiveMs ?? null,
      label: `v${v.version} · ${v.effectiveMs > 0 ? shortDate(v.effectiveMs) : 'start'} · ${v.author}: ${v.reason}`,
      cl: v.cl,
      ucl: v.ucl,
      lcl: v.lcl,
      dispCl: v.dispCl,
      dispUcl: v.dispUcl,
      dispLcl: v.dispLcl,
      isEntered: v.limitsSource === 'given',
      isDispEntered: v.dispSource === 'given',
      size: subgroupSizeOf(d.chart.kind, v),
    })),
    toMs: d.toMs,
    specs: spans.length > 0 ? spans : [{ fromMs: 0, lsl, usl, target }],
    events: d.events.map((e) => ({
      atMs: e.atMs,
      kind: e.kind,
      label: e.tool === null ? e.description : `${e.description} (${e.tool}${e.chamber ? ` ${e.chamber}` : ''})`,
    })),
  };
}
