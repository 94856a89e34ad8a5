import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advise, initialThread, type RunToRunConfig } from '@/lib/control';
import { configDifference, parseConfig, textsOf } from './config-diff';
import { clipWords, explainAdvice, knobDecimals } from './explain';

const config: RunToRunConfig = {
  lambda: 0.4,
  gain: -1.35,
  xNominal: 31.95,
  target: 45,
  min: 22,
  max: 40,
  maxStep: 0.5,
  quantum: 0.01,
  deadband: 0.03,
  outlierSigma: null,
  pmForget: 0.5,
};

test('a configuration survives its own form', () =>
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.option(fc.double({ min: 1e-6, max: 10, noNaN: true })),
      (lambda, gain, maxStep) => {
        const c = { ...config, lambda, gain: Object.is(gain, -0) ? 0 : gain, maxStep };
        expect(parseConfig(textsOf(c)).config).toEqual(c);
      },
    ),
  ));

test('the first field that is no number is named', () => {
  expect(parseConfig({ ...textsOf(config), gain: 'abc' }).bad).toContain('Gain');
  expect(parseConfig({ ...textsOf(config), lambda: '' }).bad).toContain('λ');
  expect(parseConfig({ ...textsOf(config), gain: '−1,5' }).config?.gain).toBe(-1.5);
});

test('the difference names only what changed', () => {
  expect(configDifference(config, { ...config, lambda: 0.3, deadband: null })).toEqual([
    { label: 'λ', from: '0.4', to: '0.3' },
    { label: 'Deadband', from: '0.03', to: 'none' },
  ]);
  expect(configDifference(config, config)).toEqual([]);
  expect(configDifference(config, { ...config, weighByUncertainty: false })).toEqual([]);
  expect(configDifference(config, { ...config, weighByUncertainty: true })).toEqual([
    { label: 'Weigh by u', from: 'no', to: 'yes' },
  ]);
  expect(parseConfig({ ...textsOf(config), weighByUncertainty: 'yes' }).config).toEqual({ ...config, weighByUncertainty: true });
});

test('an advice that the step limit cut says so, with the numbers', () => {
  const state = { ...initialThread(), dHat: -2.7, n: 5, lastX: 31.95 };
  const { setpoint, explanation } = advise(state, config);
  expect(setpoint).toBeCloseTo(31.45, 10);
  const lines = explainAdvice({
    explanation,
    setpoint,
    unit: 'nm',
    knob: 'dose',
    knobUnit: 'mJ/cm2',
    quantum: 0.01,
    lastLot: 'L1',
    lastSlot: 7,
  });
  expect(lines.join(' ')).toContain('step limit');
  expect(lines.join(' ')).toContain('31.45');
  expect(lines.join(' ')).toContain('L1.07');
  expect(clipWords(explanation.clips)).toBe('step limit');
});

test('decimals of a knob follow its quantum', () => {
  expect(knobDecimals(0.05, 60)).toBe(2);
  expect(knobDecimals(1, 82)).toBe(0);
  expect(knobDecimals(0.0001, 1)).toBe(4);
  expect(knobDecimals(null, 60)).toBe(3);
});
