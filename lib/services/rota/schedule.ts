import { z } from 'zod';
import { name } from '@/lib/formats/scalars';
import { addDays, instantOf, isZone, localOf, minutesOf, weekdayOf } from './zone';

export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 06:30');
export const zoneIn = z.string().max(60).refine(isZone, 'is no time zone that is known; give one such as Europe/Berlin or UTC');
/** ISO weekdays, 1 Monday to 7 Sunday; none: every day. */
export const weekdaysIn = z.array(z.int().min(1).max(7)).max(7);

/** Hours of the day in a zone, on the days on which they begin. An end that is not after the beginning is on the next day. */
export const hoursIn = z.strictObject({ days: weekdaysIn, from: clockTime, to: clockTime });
export type Hours = z.infer<typeof hoursIn>;

/** A stretch of time, its end not included; epoch ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Date in the zone on which it begins. */
  readonly date: string;
}

/** The stretches of hours that meet a time range, oldest first. */
export function spansOf(zone: string, h: Hours, fromMs: number, toMs: number): Span[] {
  const begins = minutesOf(h.from);
  const ends = minutesOf(h.to) > begins ? 0 : 1;
  const out: Span[] = [];
  const last = addDays(localOf(zone, toMs).date, 1);
  for (let date = addDays(localOf(zone, fromMs).date, -2); date <= last; date = addDays(date, 1)) {
    if (h.days.length > 0 && !h.days.includes(weekdayOf(date))) continue;
    const from = instantOf(zone, date, begins);
    const to = instantOf(zone, addDays(date, ends), minutesOf(h.to));
    if (from < to && to > fromMs && from < toMs) out.push({ from, to, date });
  }
  return out;
}

/** Names of rotas and shifts stand in lists separated by commas. */
export const rotaName = name.max(60).refine((v) => !v.includes(',') && !v.includes(':'), 'must not hold a comma or a colon');
