import { expect, test } from 'vitest';
import { linePath, prepareSpectrum, type SpectrumInput } from './spectrum.prepare';

const base: SpectrumInput = {
  title: 'delta 70',
  channel: 'delta 70',
  unit: 'deg',
  axisLabel: 'Wavelength',
  axisUnit: 'nm',
  x: [300, 400, 500],
  measured: [359, 100, 50],
  sigma: [0.5, 0.5, 0.5],
  modelled: [1, 101, 50],
  period: 360,
};

test('residuals go the short way round, and the model is drawn beside its data', () => {
  const m = prepareSpectrum(base);
  expect(m.points[0]).toMatchObject({ residual: -4, modelled: 361 });
  expect(m.points[1]!.residual).toBe(-2);
  expect(m.worst).toBe(0);
  expect(m.meanSquare).toBeCloseTo(20 / 3, 12);
});

test('without a model there are no residuals, without data only the model', () => {
  expect(prepareSpectrum({ ...base, modelled: null }).worst).toBe(-1);
  const only = prepareSpectrum({ ...base, measured: null, sigma: null });
  expect(only.points[0]).toMatchObject({ y: null, model: 1, residual: null });
});

test('decades are drawn as logarithms; what is not positive is left out', () => {
  const m = prepareSpectrum({ ...base, measured: [1, 1e-6, -1e-9], modelled: [1, 2e-6, 1e-9], logarithmic: true, period: 0 });
  expect(m.points.map((p) => p.y)).toEqual([0, -6, null]);
});

test('a line has a gap where a value is missing', () => {
  expect(
    linePath([
      { cx: 0, cy: 1 },
      { cx: 1, cy: null },
      { cx: 2, cy: 3 },
    ]),
  ).toBe('M0.0 1.0M2.0 3.0');
});
