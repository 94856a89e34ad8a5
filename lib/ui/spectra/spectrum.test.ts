import { expect, test } from 'vitest';
import { linePath } from '../charts/plot';
import { prepareSpectrum, type SpectrumInput, spectrumCsv, spectrumNotes, valueText } from './spectrum.prepare';

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
  ).toBe('M0,1ZM2,3Z');
});

test('the file has every value in its unit, and a column for what was compared; the picture explains its strip', () => {
  const c: SpectrumInput = { ...base, unit: '°', period: 0, compared: { label: 'version 1', values: [2, 3, 4] } };
  const m = prepareSpectrum(c);
  const [head, first] = spectrumCsv(c, m).split('\r\n');
  expect(head).toBe('Wavelength (nm),measured (°),sigma (°),model (°),version 1 (°),residual (sigma)');
  expect(first).toBe('300,359,0.5,1,2,716');
  expect(spectrumNotes(c, m)[1]).toMatch(/^strip below: residual/);
  const curve = { ...c, unit: '', logarithmic: true, modelled: null };
  const bare = prepareSpectrum(curve);
  expect(spectrumCsv(curve, bare)).toContain('Wavelength (nm),measured,sigma,model,version 1,');
  expect(spectrumCsv(curve, bare).split('\r\n')[1]).toBe('300,359,0.5,,2,');
  expect(spectrumNotes(curve, bare)).toHaveLength(1);
});

test('a value of a logarithmic axis is read by its significant digits, of another by the decimals of its ticks', () => {
  const log = { logarithmic: true };
  expect([0.98765, 0.0312345, 1.0667e-5, 0, null].map((v) => valueText(log, { yDecimals: 0 }, v, 2))).toEqual([
    '0.9877',
    '0.03123',
    '1.067e-5',
    '0.00',
    '–',
  ]);
  expect(valueText({}, { yDecimals: 1 }, 12.34567, 2)).toBe('12.346');
});
