import { z } from 'zod';
import { clockTime, rotaName, type Span, spansOf, weekdaysIn, zoneIn } from './schedule';
import { daysBetween } from './zone';

const date = z.iso.date('must be a date such as 2026-11-02');

const shiftIn = z.strictObject({
  name: rotaName,
  days: weekdaysIn,
  /** Handover times; the same time twice is a shift of a day. */
  from: clockTime,
  to: clockTime,
  /** Who takes turns, in their order. */
  members: z.array(z.string().trim().min(3).max(200)).min(1, 'name somebody').max(50),
  /** Days of a turn, counted from the day on which the first one begins. */
  turnDays: z.int().min(1).max(28),
  startsOn: date,
});
export type Shift = z.infer<typeof shiftIn>;

export const rotaSpec = z.strictObject({
  zone: zoneIn,
  shifts: z
    .array(shiftIn)
    .min(1, 'a rota has a shift')
    .max(12)
    .refine((s) => new Set(s.map((x) => x.name)).size === s.length, 'two shifts have the same name'),
});
export type RotaSpec = z.infer<typeof rotaSpec>;

/** Somebody takes the place of somebody for a time. */
export interface Override {
  readonly id: number;
  /** Null: every shift. */
  readonly shift: string | null;
  readonly from: number;
  readonly to: number;
  /** Null: whoever it is. */
  readonly insteadOf: string | null;
  /** Null: nobody. */
  readonly person: string | null;
}

/** A stretch of a shift with whoever is on call. */
export interface Duty {
  readonly shift: string;
  readonly from: number;
  readonly to: number;
  /** Null: an override leaves it empty. */
  readonly person: string | null;
  /** Who it would be without overrides. */
  readonly planned: string;
}

/** Whose turn it is on a date; null before the first turn. */
export function turnOf(s: Shift, on: string): string | null {
  const days = daysBetween(s.startsOn, on);
  return days < 0 ? null : s.members[Math.floor(days / s.turnDays) % s.members.length]!;
}

const replaced = (planned: string, shift: string, at: number, overrides: readonly Override[]): string | null =>
  overrides.reduce<string | null>(
    (who, o) =>
      o.from <= at && at < o.to && (o.shift === null || o.shift === shift) && (o.insteadOf === null || o.insteadOf === who)
        ? o.person
        : who,
    planned,
  );

/** A stretch of one shift, cut where an override begins or ends. */
function dutiesOf(s: Shift, span: Span, planned: string, overrides: readonly Override[]): Duty[] {
  const cuts = [...new Set([span.from, span.to, ...overrides.flatMap((o) => [o.from, o.to])])]
    .filter((t) => t >= span.from && t <= span.to)
    .sort((a, b) => a - b);
  return cuts
    .slice(1)
    .map((to, i) => ({ shift: s.name, from: cuts[i]!, to, planned, person: replaced(planned, s.name, cuts[i]!, overrides) }));
}

/**
 * Who is on call when, shift by shift and in the order of time. Turns go by dates in the zone of the rota and handovers by the clock on its wall, so that a
 * shift of the night in which clocks are set has seven hours or nine. Overrides apply in the order in which they were made: a swap goes on from the one before.
 * @param overrides - those in force, oldest first.
 */
export function dutiesBetween(spec: RotaSpec, overrides: readonly Override[], fromMs: number, toMs: number): Duty[] {
  const out = spec.shifts.flatMap((s) => {
    const duties: Duty[] = [];
    for (const span of spansOf(spec.zone, s, fromMs, toMs)) {
      const planned = turnOf(s, span.date);
      if (planned === null) continue;
      for (const d of dutiesOf(s, span, planned, overrides)) {
        const last = duties.at(-1);
        // A turn of several days, and an override that changed nothing, are one stretch.
        if (last !== undefined && last.to === d.from && last.person === d.person && last.planned === d.planned)
          duties[duties.length - 1] = { ...last, to: d.to };
        else duties.push(d);
      }
    }
    return duties.filter((d) => d.to > fromMs && d.from < toMs);
  });
  return out.sort((a, b) => a.from - b.from || a.shift.localeCompare(b.shift));
}

/** How far the next handover is looked for, ms: every turn changes within four weeks, unless one person has all of them. */
const AHEAD_MS = 35 * 86_400_000;

/** Who is on call now, shift by shift, and who comes next in each of them. */
export function onCallAt(spec: RotaSpec, overrides: readonly Override[], now: number): { now: Duty[]; next: Duty[] } {
  const all = dutiesBetween(spec, overrides, now, now + AHEAD_MS);
  const on = all.filter((d) => d.from <= now && now < d.to);
  const next = spec.shifts.flatMap((s) => {
    const mine = on.find((d) => d.shift === s.name);
    const first = all.find((d) => d.shift === s.name && d.from > now && (mine === undefined || d.person !== mine.person));
    return first === undefined ? [] : [first];
  });
  return { now: on, next: next.sort((a, b) => a.from - b.from) };
}
