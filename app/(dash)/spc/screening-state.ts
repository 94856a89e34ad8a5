import type { ScreenRow } from '@/lib/services/spc/views/list';
import { isJudged } from '@/lib/spc';
import type { Status } from '@/lib/ui/tokens';

export interface ChartState {
  readonly status: Status;
  readonly text: string;
  /** Worst first. */
  readonly order: number;
}

/** The state of a chart in the list: only a chart with limits can be in control. */
export function chartState(r: Pick<ScreenRow, 'n' | 'out' | 'alertId' | 'ucl' | 'lcl' | 'dispUcl' | 'dispLcl'>): ChartState {
  if (r.n === 0) return { status: 'idle', text: 'no points', order: 4 };
  if (r.alertId !== null) return { status: 'out', text: 'alert', order: 0 };
  if (r.out > 0) return { status: 'warn', text: 'rule fired', order: 1 };
  if (!isJudged(r)) return { status: 'idle', text: 'no limits yet', order: 3 };
  return { status: 'ok', text: 'in control', order: 2 };
}
