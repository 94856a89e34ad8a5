import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { recordIdIn, unique } from '@/lib/formats/scalars';
import { verb } from '../verb';
import { bulkAction } from './action-schema';
import { act } from './actions';

/** Alerts that one act may be asked of at once. */
export const MOST_AT_ONCE = 200;

/** What became of one of them. */
export interface BulkOutcome {
  readonly alert: string;
  readonly ok: boolean;
  /** Why it was left as it is; null where it was done. */
  readonly error: string | null;
}

/**
 * One act on several alerts, each in a transaction of its own and under the version that the person saw: those that changed meanwhile, or whose state does not
 * allow it, are left and told; the others are done.
 */
export const actOnAlerts = verb(
  {
    name: 'alert.act-many',
    least: 'operator',
    input: z.strictObject({
      alerts: z
        .array(z.strictObject({ alert: recordIdIn('alert'), seen: z.int().nullable() }))
        .min(1, 'choose at least one alert')
        .max(MOST_AT_ONCE)
        .superRefine(unique((a) => a.alert, 'alert')),
      action: bulkAction,
    }),
    body: 'action',
  },
  async (ctx, { alerts, action }): Promise<BulkOutcome[]> => {
    const out: BulkOutcome[] = [];
    for (const { alert, seen } of alerts) {
      try {
        await act(ctx, alert, seen, action);
        out.push({ alert, ok: true, error: null });
      } catch (e) {
        if (!(e instanceof AppError) || e.status >= 500) throw e;
        out.push({ alert, ok: false, error: e.message });
      }
    }
    return out;
  },
);
