import { pca } from './components';
import { c, laneyP, laneyU, np, p, u } from './counts';
import { cusum } from './cusum';
import { ewma } from './ewma';
import { t2 } from './hotelling';
import { individuals } from './individuals';
import type { KindOfChart } from './kind';
import { mewma } from './mewma';
import { g, t } from './rare';
import { shortRun, standardisedRun } from './short-run';
import { xbarR, xbarS } from './subgroups';
import { threeWay } from './three-way';

/** The kinds of charts, under their names in the database and the API. */
const KINDS = {
  individuals,
  xbar_r: xbarR,
  xbar_s: xbarS,
  three_way: threeWay,
  ewma,
  cusum,
  short_run: shortRun,
  standardised: standardisedRun,
  p,
  np,
  laney_p: laneyP,
  c,
  u,
  laney_u: laneyU,
  g,
  t,
  t2,
  mewma,
  pca,
} as const satisfies Record<string, KindOfChart>;

export type ChartKind = keyof typeof KINDS;

export const CHART_KINDS = Object.keys(KINDS) as ChartKind[];

/** Everything specific to a kind of chart. */
export const kindOf = (kind: ChartKind): KindOfChart => KINDS[kind];

/** Unit of what a chart plots and judges, which is not that of its value for sums, shares and gaps. */
export const plottedUnit = (kind: ChartKind, unit: string): string => kindOf(kind).plottedUnit ?? unit;

/** Unit of the value of a point: counts have none, the unit of their chart is that of what was inspected. */
export const valueUnit = (kind: ChartKind, unit: string): string => (kindOf(kind).ofCounts === true ? '' : unit);

/** What charts of one kind are compared by: the value, the found by what was inspected, or what is plotted where values of several targets stand side by side. */
export function comparedBy(kind: ChartKind): 'value' | 'rate' | 'plotted' {
  const { ofCounts, carries, byTarget, ofVariables } = kindOf(kind);
  if (carries === true || byTarget === true || ofVariables === true) return 'plotted';
  return ofCounts === true ? 'rate' : 'value';
}

/** Name of the dispersion that a kind of chart watches. */
export const dispersionName = (kind: ChartKind): string => kindOf(kind).dispersion ?? 'dispersion';
