import type { Status } from '@/lib/ui/tokens';

/** Mark of an alert: that of its severity while it waits. */
export const markOf = (state: string, ofSeverity: Status): Status =>
  state === 'verified' ? 'ok' : state === 'closed' ? 'idle' : ofSeverity;

export const decisionWord = (d: string): string => d.replaceAll('_', ' ');
