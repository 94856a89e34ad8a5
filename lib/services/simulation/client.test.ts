import { expect, test } from 'vitest';
import { createSimulator } from '@/lib/simulator';
import { packed } from './client';

test('a trace packs to the same bytes after the fab was saved and restored as JSON', () => {
  const sim = createSimulator({ seed: 3, start: Date.UTC(2026, 8, 1), lotsPerDay: () => 24 });
  const runs = Array.from({ length: 6 }, () => sim.nextTick()).flatMap((t) => t.lotRuns.flatMap((r) => sim.process(r).runs));
  expect(runs.length).toBeGreaterThan(50);
  expect(runs.some((r) => r.trace!.sensors.some((s) => (s.values as (number | null)[]).some((v) => Object.is(v, -0))))).toBe(
    true,
  );
  for (const r of runs) expect(packed(JSON.parse(JSON.stringify(r)).trace)).toEqual(packed(r.trace!));
});
