import { capital } from '../format';
import type { ChartKind } from './rules';

/** Kinds of control charts, as screens name them. */
export const CHART_KIND: Readonly<Record<ChartKind, string>> = {
  individuals: 'individuals and moving range',
  xbar_r: 'Xbar-R',
  xbar_s: 'Xbar-S',
  ewma: 'EWMA',
};

/** The same as the choices of a filter. */
export const CHART_KINDS = Object.entries(CHART_KIND).map(([value, label]) => ({
  value,
  label: capital(label),
}));
