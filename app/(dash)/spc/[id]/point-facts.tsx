import { sourceOf } from '@/lib/characteristic';
import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import type { WhyRed } from '@/lib/services/spc/views/violations';
import { dispersionName, kindOf, valueUnit } from '@/lib/spc';
import { isJudgedBy, limitText } from '@/lib/ui/charts/control-limits.prepare';
import { pointState } from '@/lib/ui/charts/rules';
import type { EvidenceLink, EvidencePanelProps } from '@/lib/ui/components/evidence-panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { absoluteTime, capital, decimalsFor, num, plural, signed, unitLabel, withU } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { beginOfRun, pointWords, runOfSum, statisticOf } from './kind-words';

type Fact = EvidencePanelProps['facts'][number];

const versionOf = (d: SpcChartView, i: number): SpcChartView['versions'][number] | undefined =>
  d.versions.find((v) => v.version === d.points.version[i]);

/** What is plotted is not the value, or stands on another scale. */
const isOther = ({ chart }: SpcChartView): boolean => {
  const k = kindOf(chart.kind);
  return k.plottedUnit !== undefined || k.byTarget === true;
};

/** Decimals of a point: by its uncertainty, else a thirtieth of the width of its limits. */
export function pointDecimals(data: SpcChartView, i: number): number {
  const u = data.points.u[i]!;
  const v = versionOf(data, i);
  const width = v?.ucl == null || v.lcl === null ? null : v.ucl - v.lcl;
  if (u > 0 && !isOther(data)) return decimalsFor(u);
  return decimalsFor(width === null ? (v?.ucl == null ? null : Math.abs(v.ucl) / 30) : width / 30);
}

const pointName = (p: SpcChartView['points'], i: number): string => waferName(p.lot[i]!, p.slot[i] ?? 0);

/** Distance from the centre in zones (thirds of the distance to the limit on that side); null on a side without a limit. */
function zonesFrom(value: number, cl: number, ucl: number, lcl: number): number | null {
  const width = (value >= cl ? ucl - cl : cl - lcl) / 3;
  return width > 0 ? (value - cl) / width : null;
}

/** The counted or measured value, and what the chart makes of it. */
function valueFacts(data: SpcChartView, i: number, d: number): Fact[] {
  const { chart, points: p } = data;
  const [value, u, size] = [p.value[i]!, p.u[i]!, p.size[i]!];
  const counted = Number.isNaN(size) ? String(value) : `${value} in ${size} ${unitLabel(chart.unit)}`;
  const measured = `${withU(value, u, u > 0 ? decimalsFor(u) : d)} ${unitLabel(valueUnit(chart.kind, chart.unit))}`;
  const parts = chart.kind === 'cusum' ? 2 : 1;
  const words = (): string =>
    kindOf(chart.kind).ofVariables ? num(p.plotted[i], d) : pointWords(data, i, d).split(', ').slice(0, parts).join(', ');
  const run = chart.kind === 'cusum' ? runOfSum(p, i) : null;
  return [
    kindOf(chart.kind).ofVariables
      ? ['Variables', `${value} of ${chart.variables?.length ?? 0} known`]
      : kindOf(chart.kind).ofCounts
        ? ['Counted', <b key="v">{counted}</b>]
        : ['Value', <b key="v">{measured}</b>],
    p.product[i] && chart.product === null ? ['Product', p.product[i]] : null,
    p.n[i]! > 1 ? ['Mean of', plural(p.n[i]!, 'wafer')] : null,
    isOther(data) && !Number.isNaN(p.plotted[i]!)
      ? [chart.kind === 'cusum' ? 'Sums' : capital(statisticOf(chart.kind)), words()]
      : null,
    !isOther(data) && p.plotted[i] !== value ? ['Plotted', `${num(p.plotted[i], d)} ${unitLabel(chart.unit)}`] : null,
    run === null
      ? null
      : [
          'Change began',
          `with ${pointName(p, beginOfRun(p, i, run.points))}: ${run.sum} above 0 for ${plural(run.points, 'point')}`,
        ],
  ];
}

const spreadFact = (name: string, value: number, ucl: string | null): Fact => (Number.isNaN(value) ? null : [name, ucl]);

/** Everything the panel of a point says in lines. */
export function pointFacts(data: SpcChartView, i: number): Fact[] {
  const p = data.points;
  const d = pointDecimals(data, i);
  const version = versionOf(data, i);
  const within = p.within[i]!;
  const dispersion = p.dispersion[i]!;
  const zones = zonesOf(data, i);
  const beyond = (v: number, ucl: number, lcl: number): boolean => p.excluded[i] === null && (v > ucl || v < lcl);
  const state = pointState({
    rules: p.excluded[i] === null ? (p.rules[i] ?? []) : [],
    excluded: p.excluded[i] ?? null,
    isJudged: isJudgedBy(p, i),
    beyondDispersion: beyond(dispersion, p.dispUcl[i]!, p.dispLcl[i]!),
    beyondWithin: beyond(within, p.withinUcl[i]!, p.withinLcl[i]!),
    unjudged: p.unjudged[i] ?? null,
    warnings: p.excluded[i] === null ? (p.warnings[i] ?? []) : [],
  });
  const limited = (v: number, ucl: number, isEntered: boolean): string =>
    `${num(v, d)}${Number.isNaN(ucl) ? '' : ` (UCL ${limitText(ucl, isEntered, d)})`}`;
  return [
    ...valueFacts(data, i, d),
    spreadFact(
      kindOf(data.chart.kind).ofVariables ? dispersionName(data.chart.kind) : 'Dispersion',
      dispersion,
      limited(dispersion, p.dispUcl[i]!, version?.dispSource === 'given'),
    ),
    spreadFact('Spread within', within, limited(within, p.withinUcl[i]!, false)),
    zones === null
      ? null
      : [
          'From centre',
          version?.limitsSource === 'given'
            ? `${signed(zones, 1)} of 3 thirds to the limit`
            : `${signed(zones, 1)} σ of 3 to the limit`,
        ],
    ['Processed', absoluteTime(p.at[i])],
    ['Tool', `${p.tool[i] ?? '–'} ${p.chamber[i] ?? ''}`],
    ['State', <StatusMark key="s" wrap status={state.status} text={state.text} />],
  ];
}

/** Distance from the centre in sigmas; null where limits are no three sigmas: those of sums, skewed counts and gaps. */
function zonesOf(data: SpcChartView, i: number): number | null {
  const { chart, points: p } = data;
  const k = kindOf(chart.kind);
  const centre = Number.isNaN(p.cl[i]!) ? (versionOf(data, i)?.cl ?? null) : p.cl[i]!;
  if (centre === null || k.ofCounts === true || k.withoutZones === true) return null;
  return zonesFrom(p.plotted[i]!, centre, p.ucl[i]!, p.lcl[i]!);
}

/** Where to look next from a point. @param href - page of its record. */
export function pointLinks(data: SpcChartView, i: number, href: string | null, why: WhyRed | undefined): EvidenceLink[] {
  const { chart, points: p } = data;
  const runId = p.runId[i];
  const source = sourceOf(chart.characteristic);
  return [
    ...(href && !href.startsWith('/runs')
      ? [{ label: href.startsWith('/overlay') ? 'Overlay map of this wafer' : 'Map of this wafer', href }]
      : []),
    ...(runId
      ? [{ label: 'Traces of this run', href: `/runs/${runId}`, detail: `${p.tool[i] ?? ''} ${p.chamber[i] ?? ''}` }]
      : []),
    ...(why?.violations.find((v) => v.alertId)
      ? [{ label: 'Alert', href: `/alerts/${why.violations.find((v) => v.alertId)!.alertId}` }]
      : []),
    ...(source === 'overlay'
      ? [{ label: 'Overlay of the lot', href: `/overlay?lot=${encodeURIComponent(p.lot[i]!)}`, detail: p.lot[i]! }]
      : []),
    // an event is of a tool and of no lot
    ...(source === 'event'
      ? []
      : [{ label: 'All wafers of the lot', href: `/wafers?lot=${encodeURIComponent(p.lot[i]!)}`, detail: p.lot[i]! }]),
  ];
}
