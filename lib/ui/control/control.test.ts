import { expect, test } from 'vitest';
import { advise, initialThread, judgeLoop } from '@/lib/control';
import { configDifference } from './config-diff';
import { explainAdvice, knobDecimals } from './explain';
import { etchLoop as config } from './fixtures/etch-loop';
import { gainUnit } from './gain-unit';
import { marginOf, stabilityFacts, usedWords } from './stability-facts';

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
});

test('decimals of a knob follow its quantum', () => {
  expect(knobDecimals(0.05, 60)).toBe(2);
  expect(knobDecimals(1, 82)).toBe(0);
  expect(knobDecimals(0.0001, 1)).toBe(4);
  expect(knobDecimals(null, 60)).toBe(3);
});

test('one word for the margin of stability, wherever it is shown: little from where a change needs a second engineer', () => {
  expect(marginOf({ used: 0.46, usedWorst: 0.85 })).toEqual({ status: 'warn', words: 'little margin' });
  expect(marginOf({ used: 0.37, usedWorst: 0.69 })).toEqual({ status: 'ok', words: 'ample' });
  expect(marginOf({ used: 0.6, usedWorst: 1.2 }).words).toBe('little margin');
  expect(marginOf({ used: 1.01, usedWorst: 1.2 })).toEqual({ status: 'out', words: 'unstable' });
  expect(marginOf({ used: -0.2, usedWorst: -0.1 })).toEqual({ status: 'out', words: 'wrong sign' });
  expect(usedWords({ used: 0.47, usedWorst: 0.7003, ratioHigh: 1 }, ' to ')).toBe('0.47 to 0.7003');
  expect(usedWords({ used: 0.34, usedWorst: 0.5, ratioHigh: 1 }, ' to ')).toBe('0.34 to 0.50');
  const free = { ...config, lambda: 0.6 };
  for (const low of [0.2, 0.7, 1.3, 1.5, 1.9]) {
    const gain = { estimate: { gain: -1.35 * low, u: 0.1, low: -1.35 * low, high: -1.35 * low, n: 50 }, reason: null };
    const j = judgeLoop(free, null, free.gain, gain as never, null);
    expect(marginOf(j).status, String(low)).toBe({ free: 'ok', second_person: 'warn', refused: 'out' }[j.verdict]);
  }
});

test('numbers that a person entered are not rounded in an explanation', () => {
  const state = { ...initialThread(), dHat: -2.7, n: 5, lastX: 31.95 };
  const c = { ...config, target: 46.875, xNominal: 31.955, gain: -0.01355, quantum: 0.1, maxStep: null };
  const { setpoint, explanation } = advise(state, c);
  const text = explainAdvice({
    explanation,
    setpoint,
    unit: 'nm',
    knob: 'dose',
    knobUnit: 's',
    quantum: 0.1,
    lastLot: null,
    lastSlot: null,
  }).join(' ');
  expect(text).toContain('Target 46.875 nm');
  expect(text).toContain('nominal dose 31.955 s');
  expect(text).toContain('/ (−0.01355)');
});

test('the largest λ that is told is one that may be entered', () => {
  const judge = (lambda: number) =>
    judgeLoop({ ...config, lambda, gain: config.gain / 7 }, null, config.gain, { estimate: null, reason: 'too few' }, null);
  const j = judge(config.lambda);
  const said = Number(Object.fromEntries(stabilityFacts(j, null, config.lambda))['Largest stable λ']);
  expect(Number(j.largestLambda!.toFixed(2))).toBeGreaterThan(j.largestLambda!);
  expect(judge(said).verdict).not.toBe('refused');
  expect(judge(said + 0.01).verdict).toBe('refused');
});

test('the gain has one unit wherever it stands', () =>
  expect([
    gainUnit({ unit: 'nm', knobUnit: 's' }),
    gainUnit({ unit: 'um', knobUnit: '' }),
    gainUnit({ unit: '', knobUnit: 'degC' }),
  ]).toEqual(['nm/s', 'µm/step', '1/°C']));
