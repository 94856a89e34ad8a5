import { expect, test } from 'vitest';
import { nextDigest } from './digest-times';

const at = (iso: string): number => Date.parse(iso);
const SHIFTS = { zone: 'Europe/Berlin', times: ['22:00', '06:00', '14:00'], days: [] };

test('the next time after a time, by the clock on the wall', () => {
  expect(nextDigest(SHIFTS, at('2026-01-15T04:59Z'))).toBe(at('2026-01-15T05:00Z'));
  expect(nextDigest(SHIFTS, at('2026-01-15T05:00Z'))).toBe(at('2026-01-15T13:00Z'));
  expect(nextDigest(SHIFTS, at('2026-01-15T21:30Z'))).toBe(at('2026-01-16T05:00Z'));
  expect(nextDigest({ ...SHIFTS, days: [1] }, at('2026-01-13T12:00Z'))).toBe(at('2026-01-19T05:00Z'));
});

test('clocks that are set: each time of day comes once a day', () => {
  const times = { zone: 'Europe/Berlin', times: ['02:30'], days: [] };
  const all = (from: string, n: number): string[] => {
    const out: string[] = [];
    for (let t = at(from); out.length < n; ) {
      t = nextDigest(times, t)!;
      out.push(new Date(t).toISOString());
    }
    return out;
  };
  expect(all('2026-03-28T12:00Z', 3)).toEqual([
    '2026-03-29T01:30:00.000Z',
    '2026-03-30T00:30:00.000Z',
    '2026-03-31T00:30:00.000Z',
  ]);
  expect(all('2026-10-24T12:00Z', 2)).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']);
});
