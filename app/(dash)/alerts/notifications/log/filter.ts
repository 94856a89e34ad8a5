import { isUuid } from '@/lib/services/address/uuid';
import { LOG_STATES, type LogFilter } from '@/lib/services/notify/views/log';
import { choice, param, type SearchParams, timeWindow } from '@/lib/ui/address';

/** The filter of the log of deliveries and of its file. */
export function logFilter(p: SearchParams, now: number): LogFilter {
  const { fromMs, toMs } = timeWindow(p, now, '7d');
  const state = choice(p, 'state', ['', ...LOG_STATES], '');
  const alert = param(p, 'alert');
  return {
    fromMs,
    toMs,
    state: state === '' ? null : state,
    channel: param(p, 'channel'),
    person: param(p, 'person'),
    rule: param(p, 'rule'),
    alert: alert !== null && isUuid(alert) ? alert : null,
  };
}
