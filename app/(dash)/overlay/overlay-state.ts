import type { OverlayRow } from '@/lib/services/overlay/views/overlay';
import type { Status } from '@/lib/ui/tokens';

/** The state of a measurement in the list: in control only where limits judged its charted points. */
export function overlayState(r: Pick<OverlayRow, 'isOut' | 'isJudged' | 'rawX'>): {
  status: Status;
  text: string;
  order: number;
} {
  if (r.isOut) return { status: 'out', text: 'rule fired', order: 0 };
  if (r.rawX === null) return { status: 'idle', text: 'not fitted yet', order: 3 };
  if (!r.isJudged) return { status: 'idle', text: 'not judged', order: 2 };
  return { status: 'ok', text: 'in control', order: 1 };
}
