import type { Status } from '@/lib/ui/tokens';

/** Mark of a loop's state. */
export const LOOP_STATUS: Readonly<Record<'closed' | 'shadow' | 'suspended', Status>> = {
  closed: 'ok',
  shadow: 'idle',
  suspended: 'warn',
};
