import { ewma } from './ewma';
import { individuals } from './individuals';
import type { KindOfChart } from './kind';
import { xbarR, xbarS } from './subgroups';

/** The kinds of charts that are kept, under the names of the database and the API. */
const KINDS = { individuals, xbar_r: xbarR, xbar_s: xbarS, ewma } as const satisfies Record<string, KindOfChart>;

export type ChartKind = keyof typeof KINDS;

export const CHART_KINDS = Object.keys(KINDS) as ChartKind[];

/** All that is particular to a kind of chart. */
export const kindOf = (kind: ChartKind): KindOfChart => KINDS[kind];

/** The dispersion that a kind of chart watches, as people call it. */
export const dispersionName = (kind: ChartKind): string => kindOf(kind).dispersion ?? 'dispersion';
