import type { LogRow } from '@/lib/services/notify/views/log';
import type { ColumnData } from '@/lib/ui/components/table-export';

const STATE_WORDS: Readonly<Record<string, string>> = {
  pending: 'waits',
  held: 'held by quiet hours',
  summed: 'told at the end of quiet hours',
  delivered: 'delivered',
  failed: 'given up',
  on_screen: 'on screen alone',
};

/** A message that was tried in vain and is tried again is not one that only waits. */
export const stateText = (r: Pick<LogRow, 'state' | 'error'>): string =>
  r.state === 'pending' && r.error !== null ? 'failing' : (STATE_WORDS[r.state] ?? r.state);

export const rulesText = (r: Pick<LogRow, 'rules' | 'inPerson'>): string =>
  [...(r.inPerson ? ['in person'] : []), ...r.rules].join(', ') || '–';

/** Of the table and of its file. */
export const LOG_COLUMNS: readonly ColumnData<LogRow>[] = [
  { key: 'id', header: 'Id', value: (r) => `n${r.id}` },
  { key: 'at', header: 'Made', time: (r) => r.createdMs },
  { key: 'state', header: 'State', value: stateText },
  { key: 'to', header: 'To', value: (r) => r.to },
  { key: 'what', header: 'What', value: (r) => r.what },
  { key: 'title', header: 'Of', value: (r) => r.title },
  { key: 'severity', header: 'Severity', value: (r) => r.severity ?? '' },
  { key: 'rules', header: 'Asked for by', value: rulesText },
  { key: 'attempts', header: 'Attempts', value: (r) => r.attempts },
  { key: 'status', header: 'Answer', value: (r) => r.status },
  { key: 'error', header: 'Error', value: (r) => r.error ?? '' },
  { key: 'latency', header: 'Took', fileUnit: 'ms', value: (r) => r.latencyMs },
  { key: 'delivered', header: 'Delivered', time: (r) => r.deliveredMs },
  { key: 'next', header: 'Next', time: (r) => r.nextMs },
];
