import { z } from 'zod';
import { personTarget } from '../alerts/escalation';
import { clockTime, weekdaysIn, zoneIn } from '../rota/schedule';
import { addDays, instantOf, localOf, minutesOf, weekdayOf } from '../rota/zone';
import { channelTarget } from './rules';

export const digestSpec = z.strictObject({
  zone: zoneIn,
  /** Times of day, by the clock on the wall of the zone. */
  times: z.array(clockTime).min(1, 'give a time of day').max(24),
  days: weekdaysIn,
  /** None: all. */
  areas: z.array(z.string().min(1).max(120)).max(100),
  to: z
    .array(z.union([...personTarget.options, channelTarget]))
    .min(1, 'name somebody who gets it')
    .max(50),
});
/** When a digest is sent, of what and to whom. */
export type DigestSpec = z.infer<typeof digestSpec>;

/** The next time of a digest after a time, epoch ms; null where no day is left. A time that the clock skips is told as much later. */
export function nextDigest(s: Pick<DigestSpec, 'zone' | 'times' | 'days'>, after: number): number | null {
  const today = localOf(s.zone, after).date;
  for (let k = -1; k <= 8; k++) {
    const date = addDays(today, k);
    if (s.days.length > 0 && !s.days.includes(weekdayOf(date))) continue;
    const next = s.times
      .map((t) => instantOf(s.zone, date, minutesOf(t)))
      .sort((a, b) => a - b)
      .find((t) => t > after);
    if (next !== undefined) return next;
  }
  return null;
}
