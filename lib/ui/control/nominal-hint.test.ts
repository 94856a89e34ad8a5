import { expect, test } from 'vitest';
import { etchLoop } from './fixtures/etch-loop';
import { nominalHint } from './nominal-hint';

test('a new target says which nominal setpoint belongs to it; nothing else does', () => {
  const base = { ...etchLoop, target: 52, gain: -1.2, xNominal: 28, min: 20, max: 36, quantum: 0.05 };
  const hint = nominalHint(base, { ...base, target: 53 }, 'nm', 'mJ/cm²')!;
  expect(hint.xNominal).toBeCloseTo(27.15, 9); // 28 - 1/1.2 = 27.167, on quanta of 0.05
  expect(hint.text).toMatch(
    /^The nominal setpoint 28 mJ\/cm² belongs to the target 52 nm; by the model 27\.15 mJ\/cm² gives 53 nm\./,
  );
  expect(nominalHint(base, { ...base, target: 53, xNominal: 27.15 }, 'nm', '')).toBeNull();
  expect(nominalHint(base, { ...base, lambda: 0.1 }, 'nm', '')).toBeNull();
  expect(nominalHint(base, { ...base, target: 52.001 }, 'nm', '')).toBeNull(); // less than a quantum
});
