import { describe, expect, test } from 'vitest';
import { compileProcess } from '../compile';
import { fabDefinition } from '../definition';
import { arrheniusRatio, kelvin } from '../physics';
import { applySetpoint, nominalSetpoints, toGrid, trueGain } from '../recipe';
import type { ProcessSpec } from '../spec';
import { PROCESSES } from '.';

const zeros = (p: ProcessSpec) => new Float64Array(p.latents.length);
const find = (operation: string) => PROCESSES.find((p) => p.operation === operation)!;

describe.each(PROCESSES.map((p) => [p.operation, p] as const))('%s', (_, p) => {
  test('tables are consistent', () => {
    expect(() => compileProcess(p)).not.toThrow();
    expect(p.sensors.length).toBeGreaterThanOrEqual(40);
    expect(p.sensors.length).toBeLessThanOrEqual(48);
    expect(new Set(p.sensors.map((s) => s.name)).size).toBe(p.sensors.length);
    for (const s of p.sensors) expect([0, p.steps.length]).toContain(s.activity.length);
    expect(p.baseRecipe).toHaveLength(p.knobs.length);
    for (const t of p.tools) {
      expect(t.chambers.length).toBeGreaterThanOrEqual(2);
      expect(t.chambers.length).toBeLessThanOrEqual(4);
    }
  });
  test('the nominal recipe meets the target to the resolution of the knob', () => {
    for (const product of [0, 1]) {
      const x = nominalSetpoints(p, product);
      const miss = p.output(x, zeros(p), product) - p.targets[product]!;
      expect(Math.abs(miss)).toBeLessThanOrEqual(0.51 * p.loop.quantum * Math.abs(trueGain(p, product)) + 1e-9);
    }
  });
  test('house supplies move no result; every other latent moves it or an overlay term', () => {
    const x = nominalSetpoints(p, 0);
    const y0 = p.output(x, zeros(p), 0);
    p.latents.forEach((l, i) => {
      const z = zeros(p);
      z[i] = l.scale;
      const moved = p.output(x, z, 0) !== y0;
      const term = p.overlay !== undefined && i >= p.overlay.latent && i < p.overlay.latent + 6;
      expect(moved).toBe(!l.name.startsWith('facility') && !term);
    });
  });
  test('the believed gain has the sign of the true one and lies within 12 %', () => {
    for (const product of [0, 1]) {
      const loop = fabDefinition(3).loops.find(
        (l) => l.operation === p.operation && l.parameter === p.parameter && l.target === p.targets[product],
      )!;
      const ratio = loop.gain / trueGain(p, product);
      expect(ratio).toBeGreaterThan(0.87);
      expect(ratio).toBeLessThan(1.13);
    }
  });
});

test('gain signs: time and cycles add film and removal, dose and peak temperature lower CD and sheet resistance', () => {
  const sign = (operation: string) => Math.sign(trueGain(find(operation), 0));
  for (const o of ['PVD-SEED', 'CVD-OXIDE', 'ALD-HFO2', 'ECP-CU', 'ETCH-M1', 'CMP-CU']) expect(sign(o)).toBe(1);
  for (const o of ['LITHO-M1', 'MSA-SD']) expect(sign(o)).toBe(-1);
});

test('CVD growth keeps its activation energy, CMP removal is proportional to time', () => {
  const cvd = find('CVD-OXIDE');
  const x = nominalSetpoints(cvd, 0);
  const cold = cvd.output(x, zeros(cvd), 0);
  x[1] = 710;
  expect(cvd.output(x, zeros(cvd), 0) / cold).toBeCloseTo(arrheniusRatio(1, kelvin(710), kelvin(700)), 12);
  const cmp = find('CMP-CU');
  const y = nominalSetpoints(cmp, 0);
  const once = cmp.output(y, zeros(cmp), 0);
  y[0] = 1.25 * y[0]!;
  expect(cmp.output(y, zeros(cmp), 0)).toBeCloseTo(1.25 * once, 9);
});

test('setpoints are clipped and rounded without binary dust', () => {
  const k = { name: 't', unit: 's', min: 10, max: 20, quantum: 0.05 };
  expect(applySetpoint(k, 12.3456)).toBe(12.35);
  expect(applySetpoint(k, 99)).toBe(20);
  expect(applySetpoint(k, -1)).toBe(10);
  expect(toGrid(7.4, 2)).toBe(8);
  expect(toGrid(0.15, 0.01)).toBe(0.15);
});
