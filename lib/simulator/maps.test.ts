import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { fieldSampler } from './field';
import { OverlayModel } from './overlay';
import { PROCESSES } from './processes';
import { SignatureModel } from './signature';
import { SITE_PLANS, sitePlan, WAFER_RADIUS } from './sites';

test('site plans: 49, 13, 9 and 500 different sites inside the edge exclusion', () => {
  expect(SITE_PLANS.map((p) => p.x.length)).toEqual([49, 13, 9, 500]);
  for (const p of SITE_PLANS) {
    expect(new Set(p.x.map((x, i) => `${x},${p.y[i]}`)).size).toBe(p.x.length);
    p.x.forEach((x, i) => {
      expect(Math.hypot(x, p.y[i]!)).toBeLessThanOrEqual(WAFER_RADIUS - 3);
    });
  }
  const marks = sitePlan('OVL500');
  expect(new Set(marks.column!.map((c, i) => `${c},${marks.row![i]}`)).size).toBe(25);
  expect(() => sitePlan('F7')).toThrowError(/no site plan/);
});

test('the random field has unit variance and exponential correlation', () => {
  const x = [0, 10, 40, 90];
  const y = [0, 0, 0, 0];
  const draw = fieldSampler(x, y, 40);
  const rng = createRng(4, 'field');
  const z = new Float64Array(4);
  const n = 20_000;
  const sum = new Float64Array(16);
  for (let k = 0; k < n; k++) {
    draw(rng, z);
    for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) sum[4 * i + j]! += (z[i]! * z[j]!) / n;
  }
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 4; j++) expect(Math.abs(sum[4 * i + j]! - Math.exp(-Math.abs(x[i]! - x[j]!) / 40))).toBeLessThan(0.035);
});

describe('wafer signature', () => {
  const spec = PROCESSES.find((p) => p.operation === 'ETCH-M1')!;
  const model = new SignatureModel(7, spec);
  test('has mean zero over the sites, rolls off at the edge and wears with the consumable', () => {
    const out = new Float64Array(model.n);
    const edge = (wear: number): number => {
      let s = 0;
      for (let k = 0; k < 200; k++) {
        model.shape('ETC-01', 'A', wear, 0, createRng(k, 'shape'), out);
        expect(Math.abs(out.reduce((a, b) => a + b, 0))).toBeLessThan(1e-9);
        s += (out[48]! - out[0]!) / 200;
      }
      return s;
    };
    const { x, y } = sitePlan(spec.station.plan);
    const roll = Math.exp(-(WAFER_RADIUS - Math.hypot(x[48]!, y[48]!)) / spec.signature.edge.widthMm);
    expect(edge(1) - edge(0)).toBeCloseTo(spec.signature.edge.wearPercent * roll, 9);
  });
  test('chambers differ, and the same chamber keeps its own', () => {
    const a = new Float64Array(model.n);
    const b = new Float64Array(model.n);
    model.shape('ETC-01', 'A', 0, 0, createRng(1, 'w'), a);
    model.shape('ETC-01', 'B', 0, 0, createRng(1, 'w'), b);
    expect(b).not.toEqual(a);
    model.shape('ETC-01', 'A', 0, 0, createRng(1, 'w'), b);
    expect(b).toEqual(a);
  });
});

describe('overlay', () => {
  const spec = PROCESSES.find((p) => p.overlay)!.overlay!;
  const model = new OverlayModel(7, spec);
  const wafer = (terms: number[]) => model.wafer('LIT-01', 'C1', 'KITE-45', terms, [0, 0], createRng(2, 'marks'));
  test('a correction moves the fitted terms by itself and nothing else: gain 1, no crosstalk', () => {
    const base = model.fit(wafer([0, 0, 0, 0, 0, 0]));
    const c = [3, -2, 0.02, -0.03, 0.01, 0.04];
    const moved = model.fit(wafer(c));
    moved.forEach((v, i) => {
      expect(v - base[i]!).toBeCloseTo(c[i]!, 9);
    });
  });
  test('a field signature stays after the grid is taken out', () => {
    const d = wafer([0, 0, 0, 0, 0, 0]);
    const { fx } = model.plan;
    const right = d.x.filter((_, i) => fx![i] === 12);
    const left = d.x.filter((_, i) => fx![i] === -12);
    const mean = (v: Float64Array) => v.reduce((a, b) => a + b, 0) / v.length;
    expect(Math.abs(mean(right) - mean(left))).toBeGreaterThan(0.1);
  });
});
