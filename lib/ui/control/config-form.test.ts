import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkRunToRun, type RunToRunConfig } from '@/lib/control';
import { AppError } from '@/lib/errors';
import { loopConfigIn } from '@/lib/formats/fab';
import { textsOf } from './config-diff';
import { issuesWords, readConfig } from './config-form';
import { etchLoop as config } from './fixtures/etch-loop';

const read = (over: Partial<Record<keyof RunToRunConfig, string>>) => readConfig({ ...textsOf(config), ...over });

/** The fields of a configuration that the service refuses; empty: it accepts it. */
function refused(c: RunToRunConfig): string[] {
  const parsed = loopConfigIn.safeParse(c);
  if (!parsed.success) return parsed.error.issues.map((i) => String(i.path[0]));
  try {
    checkRunToRun(c);
    return [];
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    return [String(e.details['field'])];
  }
}

test('a configuration survives its own form', () =>
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((g) => Math.abs(g) > 1e-9),
      fc.option(fc.double({ min: 0.01, max: 10, noNaN: true })),
      (lambda, gain, maxStep) => {
        const c = { ...config, lambda, gain, maxStep };
        expect(readConfig(textsOf(c))).toEqual({ config: c, issues: {} });
      },
    ),
  ));

test('every fault is told at once, in the words of the form, beside its field', () => {
  expect(read({ lambda: '2', min: '100', deadband: '-1', pmForget: '' }).issues).toEqual({
    lambda: 'Must be above 0 and at most 1.',
    min: 'Must be below Highest, 40.',
    max: 'Must be above Lowest, 100.',
    deadband: 'Must not be below 0; empty: none.',
    pmForget: 'Give a number.',
  });
  expect(read({ gain: 'abc' }).issues).toEqual({ gain: '“abc” is not a number.' });
  expect(read({ xNominal: '41,5' }).issues).toEqual({ xNominal: 'Must lie between Lowest and Highest, 22 to 40.' });
  expect(read({ quantum: '1' }).issues).toEqual({ maxStep: 'Must be at least one Quantum, 1: the knob could never move.' });
  expect(issuesWords(read({ min: '100', lambda: '' }).issues)).toBe('3 fields to correct: λ, Lowest, Highest');
  expect(issuesWords({})).toBeNull();
  expect(read({ gain: '−1,5' }).config?.gain).toBe(-1.5);
  expect(read({ weighByUncertainty: 'yes' }).config).toEqual({ ...config, weighByUncertainty: true });
});

/** Of magnitudes that a knob or an output has; the service reports what is too small to be stored. */
const some = fc.oneof(
  fc.double({ min: -3, max: 90, noNaN: true }).map((v) => (Math.abs(v) < 1e-9 ? 0 : v)),
  fc.constantFrom(0, 1, -0.5, 2),
);

test('the form refuses what the service refuses, and marks the field that the service names; it takes all else', () =>
  fc.assert(
    fc.property(
      fc.record({
        lambda: some,
        gain: some,
        xNominal: some,
        target: some,
        min: some,
        max: some,
        maxStep: fc.option(some),
        quantum: fc.option(some),
        deadband: fc.option(some),
        outlierSigma: fc.option(some),
        pmForget: some,
      }),
      fc.constantFrom(...(Object.keys(config) as (keyof RunToRunConfig)[])),
      fc.boolean(),
      (wild, key, all) => {
        const c = (all ? wild : { ...config, [key]: wild[key as keyof typeof wild] }) as RunToRunConfig;
        const { config: taken, issues } = readConfig(textsOf(c));
        const faults = refused(c);
        expect(taken === null).toBe(faults.length > 0);
        for (const f of faults) expect(Object.keys(issues)).toContain(f);
      },
    ),
    { numRuns: 1000 },
  ));
