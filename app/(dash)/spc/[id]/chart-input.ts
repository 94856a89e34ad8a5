import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import { dispersionName, kindOf, subgroupSizeOf } from '@/lib/spc';
import type { ControlChartInput } from '@/lib/ui/charts/control-chart.model';
import { shortDate, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';

/** The read model of a chart page as the input of the control chart. */
export function chartInput(d: SpcChartView): ControlChartInput {
  const p = d.points;
  const { lsl, usl, target, spans } = d.specification;
  return {
    title: d.chart.title,
    unit: unitLabel(d.chart.unit),
    at: p.at,
    plotted: p.plotted,
    value: kindOf(d.chart.kind).memory !== null ? p.value : undefined,
    u: p.u,
    n: p.n,
    followsN: kindOf(d.chart.kind).ofSubgroups,
    dispersion: kindOf(d.chart.kind).dispersion === null ? undefined : p.dispersion,
    dispersionName: dispersionName(d.chart.kind),
    rules: p.rules,
    excluded: p.excluded,
    superseded: p.superseded,
    ids: p.recordId,
    names: p.lot.map((lot, i) => waferName(lot, p.slot[i] ?? 0)),
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
    pointLimits: { ucl: p.ucl, lcl: p.lcl, dispCl: p.dispCl, dispUcl: p.dispUcl, dispLcl: p.dispLcl },
    toMs: d.toMs,
    specs: spans.length > 0 ? spans : [{ fromMs: 0, lsl, usl, target }],
    events: d.events.map((e) => ({
      atMs: e.atMs,
      kind: e.kind,
      label: e.tool === null ? e.description : `${e.description} (${e.tool}${e.chamber ? ` ${e.chamber}` : ''})`,
    })),
  };
}
