import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import { dispersionName, kindOf, plottedUnit, subgroupSizeOf } from '@/lib/spc';
import type { ControlChartInput } from '@/lib/ui/charts/control-chart.model';
import { shortDate, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { estimatedChanges, kindInput } from './kind-words';

const UNSPECIFIED = { lsl: null, usl: null, target: null, spans: [] } as const;

/** The read model of a chart page as the input of the control chart. */
export function chartInput(d: SpcChartView): ControlChartInput {
  const p = d.points;
  const kind = kindOf(d.chart.kind);
  // a specification is of values: where something else is plotted its lines would mean nothing
  const { lsl, usl, target, spans } = kind.plottedUnit === undefined && kind.byTarget !== true ? d.specification : UNSPECIFIED;
  const versionOf = new Map(d.versions.map((v) => [v.version, v]));
  return {
    title: d.chart.title,
    unit: unitLabel(plottedUnit(d.chart.kind, d.chart.unit)),
    at: p.at,
    plotted: p.plotted,
    ...kindInput(d),
    u: p.u,
    n: kind.ofCounts === true ? Array.from(p.size) : p.n,
    followsN: kind.ofSubgroups || kind.ofCounts === true,
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
    pointLimits: {
      cl: p.cl.map((v, i) => (Number.isNaN(v) ? (versionOf.get(p.version[i]!)?.cl ?? Number.NaN) : v)),
      ucl: p.ucl,
      lcl: p.lcl,
      dispCl: p.dispCl,
      dispUcl: p.dispUcl,
      dispLcl: p.dispLcl,
    },
    toMs: d.toMs,
    specs: spans.length > 0 ? spans : [{ fromMs: 0, lsl, usl, target }],
    events: [
      ...d.events.map((e) => ({
        atMs: e.atMs,
        kind: e.kind,
        label: e.tool === null ? e.description : `${e.description} (${e.tool}${e.chamber ? ` ${e.chamber}` : ''})`,
      })),
      ...estimatedChanges(d),
    ].sort((a, b) => a.atMs - b.atMs),
  };
}
