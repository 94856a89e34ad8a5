import { describe, expect, test } from 'vitest';
import { capabilityIndices, individualsSigma } from '@/lib/spc';
import { fabDefinition } from '.';
import { driveFab, type Output } from './testing/drive';

const closed = driveFab({ seed: 1, days: 30, lotsPerDay: 4, control: true });
const open = driveFab({ seed: 1, days: 30, lotsPerDay: 4, control: false });

function indices(values: readonly number[], l: Output['loop']) {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const overall = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1));
  const spec = { lsl: l.lsl, usl: l.usl, target: l.target };
  return {
    cpk: capabilityIndices(mean, individualsSigma(values), n, spec).actual!,
    ppk: capabilityIndices(mean, overall, n, spec).actual!,
  };
}

describe('closing the loops', () => {
  test.each(fabDefinition(1).loops.map((l) => [l.name, l] as const))(
    '%s has a better Cpk and Ppk than its twin',
    (name, loop) => {
      const own = closed.outputs.filter((o) => o.loop.name === name);
      expect(own.length).toBeGreaterThan(80);
      const on = indices(
        own.map((o) => o.controlled),
        loop,
      );
      const off = indices(
        own.map((o) => o.uncontrolled),
        loop,
      );
      expect(on.cpk).toBeGreaterThan(off.cpk);
      expect(on.ppk).toBeGreaterThan(off.ppk);
      expect(on.cpk).toBeGreaterThan(0.8);
    },
  );

  test('the twins are what the uncontrolled fab measures: same disturbance, same noise', () => {
    const twins = new Map(closed.outputs.map((o) => [`${o.runKey}|${o.loop.parameter}`, o]));
    expect(open.outputs.length).toBe(closed.outputs.length);
    for (const o of open.outputs) {
      const twin = twins.get(`${o.runKey}|${o.loop.parameter}`)!;
      // Rounding of the site values, and the resolution of a nominal recipe that sits off the tool's grid.
      expect(Math.abs(o.controlled - twin.uncontrolled) / (o.loop.usl - o.loop.target)).toBeLessThan(2e-3);
      expect(Math.abs(o.controlled - o.uncontrolled) / (o.loop.usl - o.loop.target)).toBeLessThan(2e-3);
    }
  });

  test('control acts: setpoints differ from nominal, and steps and limits hold', () => {
    const moved = closed.lotRuns.filter((r) => {
      const run = closed.runs.get(`${r.key}/01`)!;
      const knob = Object.keys(r.nominal)[0]!;
      return run.setpoints[knob] !== r.nominal[knob];
    });
    expect(moved.length / closed.lotRuns.length).toBeGreaterThan(0.7);
  });
});
