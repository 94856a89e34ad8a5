import type { ChartMarks, SpcChartView } from '@/lib/services/spc/views/chart-model';
import { dispersionName, kindOf, plottedUnit, subgroupSizeOf } from '@/lib/spc';
import type { ControlChartInput } from '@/lib/ui/charts/control-chart.model';
import { shortDate, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { estimatedChanges, kindInput } from './kind-words';
import { writePlace } from './point-key';

const UNSPECIFIED = { lsl: null, usl: null, target: null, spans: [] } as const;

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
  | 'other'
  | 'low'
  | 'words'
  | 'unjudged'
  | 'superseded'
  | 'within'
>;

/** Every point with all that is known of it. */
function pointSeries(d: SpcChartView): Series {
  const p = d.points;
  const kind = kindOf(d.chart.kind);
  const versionOf = new Map(d.versions.map((v) => [v.version, v]));
  return {
    at: p.at,
    plotted: p.plotted,
    ...kindInput(d),
    u: p.u,
    n: kind.ofCounts === true ? Array.from(p.size) : p.n,
    followsN: kind.ofSubgroups || kind.ofCounts === true,
    dispersion: kind.dispersion === null ? undefined : p.dispersion,
    rules: p.rules,
    excluded: p.excluded,
    superseded: p.superseded,
    ids: p.recordId,
    names: p.lot.map((lot, i) => waferName(lot, p.slot[i] ?? 0)),
    pointLimits: {
      cl: p.cl.map((v, i) => (Number.isNaN(v) ? (versionOf.get(p.version[i]!)?.cl ?? Number.NaN) : v)),
      ucl: p.ucl,
      lcl: p.lcl,
      dispCl: p.dispCl,
      dispUcl: p.dispUcl,
      dispLcl: p.dispLcl,
    },
  };
}

/** Of each mark the reason that is known of it. */
function reasons(m: ChartMarks, list: ChartMarks['excluded']): (string | null)[] {
  const out: (string | null)[] = new Array(m.at.length).fill(null);
  for (const e of list) out[e.i] = e.reason;
  return out;
}

/** What is drawn of a long chart; the limits are those of its phases, and what else is known of a point is fetched when it is chosen. */
function markSeries(d: SpcChartView, m: ChartMarks): Series {
  const { other } = kindInput(d);
  const superseded: (number | null)[] = new Array(m.at.length).fill(null);
  for (const s of m.superseded) superseded[s.i] = s.was;
  return {
    at: m.at,
    plotted: m.plotted,
    dispersion: m.dispersion === null ? undefined : Float64Array.from(m.dispersion),
    rules: Array.from(m.rules, (set) => m.ruleSets[set]!),
    excluded: reasons(m, m.excluded),
    ...(m.unjudged.length === 0 ? {} : { unjudged: reasons(m, m.unjudged) }),
    ...(other === undefined ? {} : { other }),
    ...(m.superseded.length === 0 ? {} : { superseded }),
    ids: Array.from(m.at, (at, i) => writePlace(at, m.plotted[i]!)),
    names: new Array(m.at.length).fill('Point'),
    of: m.of,
  };
}

/** The read model of a chart page as the input of the control chart. */
export function chartInput(d: SpcChartView): ControlChartInput {
  const kind = kindOf(d.chart.kind);
  // a specification is of values: where something else is plotted its lines would mean nothing
  const { lsl, usl, target, spans } = kind.plottedUnit === undefined && kind.byTarget !== true ? d.specification : UNSPECIFIED;
  return {
    title: d.chart.title,
    unit: unitLabel(plottedUnit(d.chart.kind, d.chart.unit)),
    ...(d.marks === null ? pointSeries(d) : markSeries(d, d.marks)),
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
