import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, daysBetween, instantOf, isZone, localOf, localWords, minutesOf, weekdayOf } from './zone';

const BERLIN = 'Europe/Berlin';
const at = (iso: string): number => Date.parse(iso);

test('a time of day in winter and in summer', () => {
  expect(instantOf(BERLIN, '2026-01-15', minutesOf('06:30'))).toBe(at('2026-01-15T05:30Z'));
  expect(instantOf(BERLIN, '2026-07-15', minutesOf('06:30'))).toBe(at('2026-07-15T04:30Z'));
  expect(localOf(BERLIN, at('2026-07-15T23:30Z'))).toEqual({ date: '2026-07-16', minutes: 90, weekday: 4 });
  expect(localWords(BERLIN, at('2026-07-15T23:30Z'))).toBe('Thu 16 Jul 01:30');
});

test('a time that the clock skips comes as much later, one that it shows twice is the first', () => {
  // 29 March 2026, 02:00 becomes 03:00; 25 October 2026, 03:00 becomes 02:00.
  expect(instantOf(BERLIN, '2026-03-29', minutesOf('02:30'))).toBe(at('2026-03-29T01:30Z'));
  expect(localOf(BERLIN, at('2026-03-29T01:30Z')).minutes).toBe(minutesOf('03:30'));
  expect(instantOf(BERLIN, '2026-10-25', minutesOf('02:30'))).toBe(at('2026-10-25T00:30Z'));
  expect(instantOf(BERLIN, '2026-10-25', minutesOf('03:00'))).toBe(at('2026-10-25T02:00Z'));
  // Half an hour (Lord Howe), three quarters of an hour beside the hour (Kathmandu), and a zone that never changes.
  expect(instantOf('Australia/Lord_Howe', '2026-10-04', minutesOf('02:15'))).toBe(at('2026-10-03T15:45Z'));
  expect(instantOf('Asia/Kathmandu', '2026-10-04', minutesOf('06:00'))).toBe(at('2026-10-04T00:15Z'));
  expect(instantOf('UTC', '2026-10-04', 1440)).toBe(at('2026-10-05T00:00Z'));
});

test('every whole minute comes back from its wall clock, but the second showing of an hour', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Tokyo', 'UTC'),
      fc.integer({ min: at('2024-01-01T00:00Z') / 60_000, max: at('2028-01-01T00:00Z') / 60_000 }),
      (zone, minute) => {
        const ms = minute * 60_000;
        const { date, minutes } = localOf(zone, ms);
        const back = instantOf(zone, date, minutes);
        expect([0, 1_800_000, 3_600_000]).toContain(ms - back);
        expect(localOf(zone, back)).toEqual(localOf(zone, ms));
      },
    ),
  ));

test('dates and zones', () => {
  expect(addDays('2026-02-27', 3)).toBe('2026-03-02');
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
  expect(weekdayOf('2026-11-30')).toBe(1);
  expect(isZone('Europe/Berlin')).toBe(true);
  expect(isZone('Mars/Olympus')).toBe(false);
});
