import { expect, test } from 'vitest';
import { messageQuietUntil, type QuietHours, quietUntil } from './quiet';

const at = (iso: string): number => Date.parse(iso);
const NIGHT: QuietHours = { zone: 'Europe/Berlin', windows: [{ days: [], from: '22:00', to: '06:00' }], pierce: ['high'] };

test('quiet from 22:00 to 06:00 by the clock on the wall, but for what pierces', () => {
  expect(quietUntil(NIGHT, 'low', at('2026-01-15T20:59Z'))).toBeNull();
  expect(quietUntil(NIGHT, 'low', at('2026-01-15T21:00Z'))).toBe(at('2026-01-16T05:00Z'));
  expect(quietUntil(NIGHT, 'low', at('2026-01-16T04:59Z'))).toBe(at('2026-01-16T05:00Z'));
  expect(quietUntil(NIGHT, 'low', at('2026-01-16T05:00Z'))).toBeNull();
  expect(quietUntil(NIGHT, 'high', at('2026-01-15T23:00Z'))).toBeNull();
  expect(quietUntil(NIGHT, null, at('2026-01-15T23:00Z'))).toBe(at('2026-01-16T05:00Z'));
  expect(quietUntil(null, 'low', at('2026-01-15T23:00Z'))).toBeNull();
});

test('the nights in which clocks are set end when the clock shows 06:00', () => {
  expect(quietUntil(NIGHT, 'low', at('2026-03-28T23:00Z'))).toBe(at('2026-03-29T04:00Z'));
  expect(quietUntil(NIGHT, 'low', at('2026-10-24T23:00Z'))).toBe(at('2026-10-25T05:00Z'));
});

test('windows that follow each other are one: a night and the weekend after it', () => {
  const weekend: QuietHours = {
    zone: 'UTC',
    windows: [
      { days: [5], from: '18:00', to: '00:00' },
      { days: [6, 7], from: '00:00', to: '00:00' },
      { days: [1], from: '00:00', to: '07:00' },
    ],
    pierce: [],
  };
  expect(quietUntil(weekend, 'high', at('2026-01-16T19:00Z'))).toBe(at('2026-01-19T07:00Z'));
  const always: QuietHours = { zone: 'UTC', windows: [{ days: [], from: '00:00', to: '00:00' }], pierce: [] };
  expect(quietUntil(always, 'low', at('2026-01-16T12:00Z'))).toBe(at('2026-01-23T12:00Z')); // nothing is held for longer than a week
});

test('of several rules all must be quiet; the hours of the person hold whatever the rules say', () => {
  const now = at('2026-01-15T23:00Z');
  const till = at('2026-01-16T05:00Z');
  const longer: QuietHours = { ...NIGHT, windows: [{ days: [], from: '22:00', to: '08:00' }] };
  expect(messageQuietUntil(null, [NIGHT, null], 'low', now)).toBeNull();
  expect(messageQuietUntil(null, [NIGHT, longer], 'low', now)).toBe(till);
  expect(messageQuietUntil(longer, [NIGHT], 'low', now)).toBe(at('2026-01-16T07:00Z'));
  expect(messageQuietUntil(NIGHT, [null], 'low', now)).toBe(till);
  expect(messageQuietUntil(null, [], 'low', now)).toBeNull();
  expect(messageQuietUntil(NIGHT, [NIGHT], 'high', now)).toBeNull();
});
