import { expect, test } from 'vitest';
import { evaluateZernike, fitZernike } from '@/lib/spatial';
import { SITE_NAMES, siteValues, type WaferSites } from './sites';

// A cone of 0.02 nm/mm on 300 mm: 4 sites at each of 0, 75, 120 and 145 mm (the centre once), of which one was not measured.
const ring = [0, 75, 75, 75, 75, 120, 120, 120, 120, 145, 145, 145, 145];
const x = Float64Array.from(ring, (r, i) => r * Math.cos((i * Math.PI) / 2));
const y = Float64Array.from(ring, (r, i) => r * Math.sin((i * Math.PI) / 2));
const value = Float64Array.from(ring, (r, i) => (i === 12 ? Number.NaN : 100 + 0.02 * r));
const wafer = (over: Partial<WaferSites> = {}): WaferSites => ({
  x,
  y,
  value,
  u: new Float64Array(0),
  uCommon: new Float64Array(0),
  radiusMm: 150,
  fit: null,
  ...over,
});
const of = (w: WaferSites, ...names: string[]) =>
  Object.fromEntries(siteValues(w, new Set(names)).map((v) => [v.characteristic, v]));

test('statistics and zones of a cone by hand', () => {
  const v = of(wafer(), ...SITE_NAMES);
  const values = Object.fromEntries(Object.entries(v).map(([k, s]) => [k, s.value]));
  expect(values['measurement.min']).toBe(100);
  expect(values['measurement.max']).toBeCloseTo(102.9, 12);
  expect(values['measurement.range']).toBeCloseTo(2.9, 12);
  expect(values['measurement.median']).toBeCloseTo(102.4, 12);
  expect(values['measurement.halfrange']).toBeCloseTo((100 * 1.45) / ((100 + 4 * 101.5 + 4 * 102.4 + 3 * 102.9) / 12), 10);
  // Borders at 50, 100 and 135 mm.
  expect(values['zone.centre']).toBe(100);
  expect(values['zone.middle']).toBeCloseTo(101.5, 12);
  expect(values['zone.outer']).toBeCloseTo(102.4, 12);
  expect(values['zone.edge']).toBeCloseTo(102.9, 12);
  expect(values['zone.edge-centre']).toBeCloseTo(2.9, 12);
  expect(values['zone.slope']).toBeCloseTo(0.02, 12);
  expect(values['zernike.residual'], 'without a fit there is none').toBeUndefined();
});

test('only what is wanted is computed, and a wafer without a site in a zone has no value of it', () => {
  expect(Object.keys(of(wafer(), 'zone.slope'))).toEqual(['zone.slope']);
  const inner = wafer({ value: value.map((v, i) => (ring[i]! > 130 ? Number.NaN : v)) });
  expect(Object.keys(of(inner, 'zone.edge', 'zone.edge-centre', 'zone.middle'))).toEqual(['zone.middle']);
  expect(of(wafer({ value: value.map(() => Number.NaN) }), 'measurement.min')).toEqual({});
});

test('what all sites share cancels in a difference and stays in a mean', () => {
  const u = value.map(() => 0.5);
  const alone = wafer({ u });
  expect(of(alone, 'zone.middle')['zone.middle']!.u).toBeCloseTo(0.5 / 2, 12);
  expect(of(alone, 'zone.edge-centre')['zone.edge-centre']!.u).toBeCloseTo(0.5 * Math.sqrt(1 + 1 / 3), 12);
  const shared = wafer({ u, uCommon: value.map(() => 0.5) });
  expect(of(shared, 'zone.middle')['zone.middle']!.u).toBeCloseTo(0.5, 12);
  expect(of(shared, 'zone.edge-centre')['zone.edge-centre']!.u).toBeCloseTo(0, 12);
  expect(of(shared, 'zone.slope')['zone.slope']!.u).toBeCloseTo(0, 12);
  expect(of(alone, 'measurement.max')['measurement.max']!.u).toBe(0.5);
});

test('the residual of a fit is in the unit of the values, weighted or not', () => {
  const keep = [...value.keys()].filter((i) => !Number.isNaN(value[i]!));
  const pick = (v: Float64Array) => Float64Array.from(keep, (i) => v[i]!);
  const weighted = fitZernike(pick(x), pick(y), pick(value), {
    order: 1,
    normRadiusMm: 150,
    uValue: pick(value.map(() => 0.01)),
  });
  const fit = { coefficients: weighted.coefficients, radiusMm: 150, dof: weighted.dof };
  const model = evaluateZernike(fit.coefficients, x, y, 150);
  const squares = keep.reduce((s, i) => s + (value[i]! - model[i]!) ** 2, 0);
  expect(of(wafer({ fit }), 'zernike.residual')['zernike.residual']!.value).toBeCloseTo(Math.sqrt(squares / weighted.dof), 12);
  // The stored sigma of a weighted fit is a multiple of u: a hundred times as large here.
  expect(weighted.residualSigma).toBeGreaterThan(50);
});
