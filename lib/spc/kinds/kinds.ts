import { ewma } from './ewma';
import { individuals } from './individuals';
import type { KindOfChart } from './kind';
import { xbarR, xbarS } from './subgroups';

/** The kinds of charts, under their names in the database and the API. */
const KINDS = { individuals, xbar_r: xbarR, xbar_s: xbarS, ewma } as const satisfies Record<string, KindOfChart>;

export type ChartKind = keyof typeof KINDS;

export const CHART_KINDS = Object.keys(KINDS) as ChartKind[];

/** Everything specific to a kind of chart. */
export const kindOf = (kind: ChartKind): KindOfChart => KINDS[kind];

/** Name of the dispersion that a kind of chart watches. */
export const dispersionName = (kind: ChartKind): string => kindOf(kind).dispersion ?? 'dispersion';
