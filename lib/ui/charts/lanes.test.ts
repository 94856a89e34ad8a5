import { expect, test } from 'vitest';
import { prepareLanes } from './lanes.prepare';

const H = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);

test('lanes keep their order in time on one axis, moments are marks, a hold that lasts reaches the edge', () => {
  const m = prepareLanes([
    { kind: 'event', fromMs: T0, toMs: null },
    { kind: 'alert', fromMs: T0 + 2 * H, toMs: T0 + 6 * H },
    { kind: 'hold', fromMs: T0 + 8 * H, toMs: null },
    { kind: 'hold', fromMs: T0 + 3 * H, toMs: T0 + 4 * H },
  ]);
  const [event, alert, lasting, released] = m.lanes;
  expect(event!.moment).toBe(true);
  expect(event!.leftPct).toBeLessThan(alert!.leftPct);
  expect(alert!.widthPct / released!.widthPct).toBeCloseTo(4, 9);
  expect(lasting!.lasts).toBe(true);
  expect(lasting!.leftPct + lasting!.widthPct).toBeCloseTo(100, 9);
  expect(m.lanes.every((l) => l.leftPct >= 0 && l.leftPct + l.widthPct <= 100.7)).toBe(true);
  expect(m.ticks.length).toBeGreaterThan(2);
});

test('one alert with one signal is seen, in an axis of an hour', () => {
  const m = prepareLanes([{ kind: 'alert', fromMs: T0, toMs: T0 }]);
  expect(m.lanes[0]!.leftPct).toBeCloseTo(50, 9);
  expect(m.lanes[0]!.widthPct).toBeGreaterThan(0.5);
  expect(prepareLanes([])).toEqual({ lanes: [], ticks: [] });
});
